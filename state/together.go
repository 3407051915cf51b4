package state

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sideband-go/sideband/internal/scope"
)

// AnyAsync is an [Async] of any type.
type AnyAsync interface {
	Name() string
	itself() AnyAsync // the *Async, also of a type that embeds it
	begin(tx *scope.Tx)
	settle(tx *scope.Tx, v any, err error)
	advance(tx *scope.Tx, done float64)
}

func (a *Async[T]) itself() AnyAsync { return a }

// Loaded is what a function of [StartTogether] returns for one of its keys.
type Loaded struct {
	of    AnyAsync
	value any
	err   error
}

// Loaded pairs the key with its new value, for [StartTogether].
func (a *Async[T]) Loaded(v T) Loaded { return Loaded{of: a, value: v} }

// Failed pairs the key with an error of its own, for [StartTogether].
func (a *Async[T]) Failed(err error) Loaded { return Loaded{of: a, err: err} }

// StartTogether is [Async.Start] for several keys whose values come from one function. They
// change together. An error of f is the error of all keys; a key for which f returns nothing
// fails. A newer Start of one of the keys, or a Cancel, takes that key from the task, which
// continues for the others. StartTogether panics without keys, and if one is given twice.
func StartTogether(w Writer, f func(ctx context.Context) ([]Loaded, error), keys ...AnyAsync) {
	if len(keys) == 0 {
		panic("state: StartTogether without a key to load")
	}
	tx := w.Tx()
	names := make([]string, len(keys))
	all := make([]any, len(keys))
	for i, k := range keys {
		k = k.itself()
		if slices.Contains(all[:i], any(k)) {
			panic(fmt.Sprintf("state: StartTogether has the key %q twice", k.Name()))
		}
		k.begin(tx)
		names[i], all[i] = k.Name(), k
	}
	tx.Start(scope.Job{
		Keys: all, Name: strings.Join(names, ", "),
		Run: func(ctx context.Context) (any, error) {
			got, err := f(ctx)
			if err != nil {
				return nil, err
			}
			return got, checkLoaded(got, all)
		},
		Done: func(w scope.Writer, current []any, v any, err error) error {
			got, _ := v.([]Loaded)
			for _, k := range current {
				settleTogether(w.Tx(), k.(AnyAsync), got, err)
			}
			return nil
		},
		Progress: func(w scope.Writer, current []any, done float64) {
			for _, k := range current {
				k.(AnyAsync).advance(w.Tx(), done)
			}
		},
	})
}

// settleTogether gives a key its part of what a function has loaded for several.
func settleTogether(tx *scope.Tx, k AnyAsync, got []Loaded, err error) {
	i := slices.IndexFunc(got, func(l Loaded) bool { return l.of == k })
	switch {
	case err != nil:
		k.settle(tx, nil, err)
	case i < 0:
		k.settle(tx, nil, fmt.Errorf("state: the function that loads %q has returned nothing for it", k.Name()))
	default:
		k.settle(tx, got[i].value, got[i].err)
	}
}

func checkLoaded(got []Loaded, keys []any) error {
	for _, l := range got {
		if l.of == nil {
			return errors.New("state: StartTogether got an empty Loaded: make it with a key's Loaded or Failed")
		}
		if !slices.Contains(keys, any(l.of)) {
			return fmt.Errorf("state: StartTogether has loaded %q, which is not among the keys it was started for", l.of.Name())
		}
	}
	return nil
}
