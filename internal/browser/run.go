package browser

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

// Run runs f where there is no test, in a program: what would fail a test ends f and is returned.
func Run(f func(testing.TB)) (err error) {
	t := &standIn{}
	defer func() {
		for _, cleanup := range slices.Backward(t.cleanups) {
			cleanup()
		}
		err = errors.Join(t.failed...)
	}()
	defer func() {
		if r := recover(); r != nil && r != (ended{}) {
			panic(r)
		}
	}()
	f(t)
	return nil
}

// standIn is what Run has instead of a test.
type standIn struct {
	testing.TB
	cleanups []func()
	failed   []error
}

// ended is what Fatalf ends f with.
type ended struct{}

func (t *standIn) Helper()                   {}
func (t *standIn) Cleanup(f func())          { t.cleanups = append(t.cleanups, f) }
func (t *standIn) Errorf(s string, a ...any) { t.failed = append(t.failed, fmt.Errorf(s, a...)) }
func (t *standIn) Fatal(a ...any)            { t.Fatalf("%s", fmt.Sprint(a...)) }
func (t *standIn) Fatalf(s string, a ...any) { t.Errorf(s, a...); panic(ended{}) }
