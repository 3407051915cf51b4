package state

import (
	"context"
	"fmt"
	"slices"
)

// reserved are the names that LiveView users expect to mean something else.
var reserved = []string{"flash", "uploads", "streams", "socket", "myself", "live_action"}

// key is what the engine knows of a Key or a Derived; its address is its identity.
type key struct {
	name    string
	equal   func(a, b any) bool // nil: every value counts as new
	temp    bool
	initial any // of a temporary key
	derive  func(ctx context.Context) any
}

func (k *key) same(a, b any) bool { return k.equal != nil && k.equal(a, b) }

// Key names one assign and its type. Make keys as package variables with [NewKey]:
// a key's identity is its address, and its name is for messages and debugging. Keys
// are safe for concurrent use; the values are kept by the views.
type Key[T any] struct{ k key }

// NewKey returns a new key. It panics if the name is empty or reserved: flash,
// uploads, streams, socket, myself, live_action.
func NewKey[T any](name string) *Key[T] {
	if name == "" {
		panic("state: a key needs a name")
	}
	if slices.Contains(reserved, name) {
		panic(fmt.Sprintf("state: %q is a reserved name: give the key another one", name))
	}
	return &Key[T]{key{name: name, equal: equalOf[T]()}}
}

// WithEqual returns a new key of the same name whose values are compared by equal,
// for example slices.Equal[[]string]. A value that is changed in place equals
// itself: set a changed copy. An equality that panics fails the callback that sets the key;
// when it is asked whether a rendering is out of date, the values count as different.
func (k *Key[T]) WithEqual(equal func(a, b T) bool) *Key[T] {
	c := *k
	c.k.equal = func(a, b any) bool { return equal(a.(T), b.(T)) }
	return &c
}

// Temporary returns a new key of the same name whose value falls back to initial
// after each rendering, so that the server does not keep what the page already
// shows. The falling back renders nothing.
func (k *Key[T]) Temporary(initial T) *Key[T] {
	c := *k
	c.k.temp, c.k.initial = true, initial
	return &c
}

// Name is the name given to NewKey.
func (k *Key[T]) Name() string { return k.k.name }

// Get returns the value of the nearest scope that has one: the component's own,
// else that of the components and the page around it, else the zero value. It
// panics if ctx belongs to no view.
func (k *Key[T]) Get(ctx context.Context) T {
	v, _ := k.Lookup(ctx)
	return v
}

// Lookup is Get, and reports whether there is a value.
func (k *Key[T]) Lookup(ctx context.Context) (T, bool) {
	v, ok := sourceOf(ctx).read(&k.k)
	if !ok {
		var zero T
		return zero, false
	}
	t, _ := v.(T) // a nil interface value is its zero value
	return t, true
}

// Set sets the key in the writer's own scope. It panics if the scope has another
// key of this name, and after the writer's callback has returned.
func (k *Key[T]) Set(w Writer, v T) { w.Tx().set(&k.k, v) }

// SetNew sets the key to f() if its own scope has no value yet; else f does not run.
func (k *Key[T]) SetNew(w Writer, f func() T) {
	tx := w.Tx()
	if _, ok := tx.own(&k.k); !ok {
		tx.set(&k.k, f())
	}
}

// Update sets the key to f of its value. It panics if the writer's own scope has
// not set the key, even if a scope around it has: writes stay where they are made.
func (k *Key[T]) Update(w Writer, f func(T) T) {
	tx := w.Tx()
	v, ok := tx.own(&k.k)
	if !ok {
		panic(fmt.Sprintf("state: Update of %q, which %s has not set: Set it in Mount", k.k.name, tx.scope.owner))
	}
	t, _ := v.(T)
	tx.set(&k.k, f(t))
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
