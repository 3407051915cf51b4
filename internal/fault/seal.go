package fault

import (
	"errors"
	"fmt"
)

// appError holds an error that the application's code has returned. The methods of such an
// error (Error, Unwrap, Is, As) are the application's code, too: they run here alone, where a
// panic is caught. Its text is read once.
type appError struct {
	err  error // nil if it can't be looked into
	text string
}

// maxWrapped bounds the errors that one error wraps: beyond it, its Unwrap is taken for one
// that never ends.
const maxWrapped = 1000

// Seal returns an error whose methods do not panic. It is for what the application returns, where Guard.Call does not.
func Seal(err error) error {
	switch err.(type) { //nolint:errorlint // what they wrap is sealed already
	case nil:
		return nil
	case *appError, *Status, *Panic:
		return err
	}
	e := &appError{text: textOf(err)}
	if left := maxWrapped; canUnwrap(err, &left) {
		e.err = err
	}
	return e
}

func textOf(err error) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprintf("a %T, whose Error panicked: %v", err, r)
		}
	}()
	return err.Error()
}

// canUnwrap reports whether all that an error wraps can be reached.
func canUnwrap(err error, left *int) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	for err != nil {
		if *left--; *left < 0 {
			return false
		}
		switch e := err.(type) { //nolint:errorlint // this goes through what the error wraps
		case interface{ Unwrap() error }:
			err = e.Unwrap()
		case interface{ Unwrap() []error }:
			for _, inner := range e.Unwrap() {
				if !canUnwrap(inner, left) {
					return false
				}
			}
			return true
		default:
			return true
		}
	}
	return true
}

// Error returns the text that the error had when it was returned.
func (e *appError) Error() string { return e.text }

// Is is for errors.Is.
func (e *appError) Is(target error) (is bool) {
	if e.err == nil {
		return false
	}
	defer func() {
		if recover() != nil {
			is = false
		}
	}()
	return errors.Is(e.err, target)
}

// As is for errors.As and errors.AsType.
func (e *appError) As(target any) (as bool) {
	if e.err == nil {
		return false
	}
	defer func() {
		if recover() != nil {
			as = false
		}
	}()
	return errors.As(e.err, target)
}
