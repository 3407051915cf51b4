package scope

import "context"

// Key is a key without its type. Its address is its identity, so it must not be copied once
// it is in use.
type Key struct {
	// Name is for messages. A scope refuses a second key of the same name.
	Name string
	// Equal compares two values. If it is nil, every value counts as new.
	Equal func(a, b any) bool
	// Temporary makes the value fall back to Initial after each rendering.
	Temporary bool
	Initial   any
	// Derive computes the value of a derived key, which no scope holds. It is nil for others.
	Derive func(ctx context.Context) any
	// Durable stores the values of a durable key. It is nil for others.
	Durable *Codec
}

func (k *Key) same(a, b any) bool { return k.Equal != nil && k.Equal(a, b) }
