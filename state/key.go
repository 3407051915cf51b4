package state

import (
	"context"
	"fmt"
	"slices"

	"github.com/sideband-go/sideband/internal/scope"
)

// Writer sets keys. A view's socket is one, so that functions which set keys for several
// pages can take a Writer; applications do not implement it. A template has no more than a
// context and so cannot write.
type Writer interface {
	context.Context
	// Tx returns the transaction of the callback, for this package. It panics after the
	// callback has returned.
	Tx() *scope.Tx
}

// reserved are the names that mean something else in LiveView.
var reserved = []string{"flash", "uploads", "streams", "socket", "myself", "live_action"}

// Key names one assign and its type. Make keys as package variables with [NewKey]: a key's
// identity is its address, and its name is for messages and debugging. Keys are safe for
// concurrent use; each view has values of its own.
type Key[T any] struct{ k scope.Key }

// NewKey returns a new key. It panics if the name is empty or reserved: flash, uploads,
// streams, socket, myself, live_action.
func NewKey[T any](name string) *Key[T] {
	if name == "" {
		panic("state: a key needs a name")
	}
	if slices.Contains(reserved, name) {
		panic(fmt.Sprintf("state: %q is a reserved name: give the key another one", name))
	}
	return &Key[T]{scope.Key{Name: name, Equal: scope.EqualOf[T]()}}
}

// WithEqual returns a new key of the same name whose values are compared by equal, for
// example slices.Equal[[]string]. A value that is changed in place equals itself: set a
// changed copy. If equal panics in a callback that sets the key, the callback fails; if it
// panics when the kit looks for what is out of date, the values count as different.
func (k *Key[T]) WithEqual(equal func(a, b T) bool) *Key[T] {
	c := *k
	c.k.Equal = func(a, b any) bool { return equal(a.(T), b.(T)) }
	return &c
}

// Temporary returns a new key of the same name whose value falls back to initial after each
// rendering, so that the server does not keep what the page already shows. The fallback
// itself renders nothing.
func (k *Key[T]) Temporary(initial T) *Key[T] {
	c := *k
	c.k.Temporary, c.k.Initial = true, initial
	return &c
}

// Name returns the name given to NewKey.
func (k *Key[T]) Name() string { return k.k.Name }

// Get returns the value of the nearest scope that has one: the component's own, else that
// of the enclosing components and the page, else the zero value. It panics if ctx belongs
// to no view.
func (k *Key[T]) Get(ctx context.Context) T {
	v, _ := k.Lookup(ctx)
	return v
}

// Lookup is Get, and reports whether there is a value.
func (k *Key[T]) Lookup(ctx context.Context) (T, bool) {
	v, ok := scope.SourceOf(ctx).Read(&k.k)
	if !ok {
		var zero T
		return zero, false
	}
	t, _ := v.(T) // a nil interface value is its zero value
	return t, true
}

// Set sets the key in the writer's own scope. It panics if the scope has another key of
// this name, and after the writer's callback has returned.
func (k *Key[T]) Set(w Writer, v T) { w.Tx().Set(&k.k, v) }

// SetDefault sets the key to f() if the writer's own scope has no value yet. Otherwise, f
// does not run.
func (k *Key[T]) SetDefault(w Writer, f func() T) {
	tx := w.Tx()
	if _, ok := tx.Own(&k.k); !ok {
		tx.Set(&k.k, f())
	}
}

// Update sets the key to f of its value. It panics if the writer's own scope has not set
// the key, even if an enclosing scope has: a callback only writes to its own scope.
func (k *Key[T]) Update(w Writer, f func(T) T) {
	tx := w.Tx()
	v, ok := tx.Own(&k.k)
	if !ok {
		panic(fmt.Sprintf("state: Update of %q, which %s has not set: Set it in Mount", k.k.Name, tx.Owner()))
	}
	t, _ := v.(T)
	tx.Set(&k.k, f(t))
}

// To pairs the key with a value, for [Assign].
func (k *Key[T]) To(v T) Assignment {
	return Assignment{func(w Writer) { k.Set(w, v) }}
}

// Assignment is a key and the value it is to have. See [Key.To].
type Assignment struct{ set func(Writer) }

// Assign sets several keys, in order.
func Assign(w Writer, list ...Assignment) {
	for _, a := range list {
		a.set(w)
	}
}

// Is reports whether the key holds v. When a thousand rows ask, only those are rendered
// again whose answer changes.
func Is[T comparable](ctx context.Context, k *Key[T], v T) bool {
	src := scope.SourceOf(ctx)
	var hash uint64
	if src.Tracking() {
		hash = scope.Hash(v)
	}
	now, _ := src.ReadArg(&k.k, hash)
	t, _ := now.(T)
	return t == v
}

// Dump lists the assigns that can be read with ctx, one per line, for debugging.
func Dump(ctx context.Context) string { return scope.SourceOf(ctx).Dump() }
