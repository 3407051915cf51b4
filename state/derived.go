package state

import (
	"context"

	"github.com/sideband-go/sideband/internal/scope"
)

// Derived is a value computed from keys. A region of the page that reads it is rendered
// again only if the value has changed, not whenever one of its keys has. It is compared as
// a key of its type would be; see the package comment.
type Derived[F any] struct {
	k scope.Key
	f func(ctx context.Context) F
}

// Field returns a value computed from one key. f must be pure.
func Field[T, F any](of *Key[T], f func(T) F) *Derived[F] {
	return Derive(of.Name()+" (field)", func(ctx context.Context) F { return f(of.Get(ctx)) })
}

// Derive returns a value computed from several keys, which f reads with ctx. f must be
// pure. name is for messages.
func Derive[F any](name string, f func(ctx context.Context) F) *Derived[F] {
	return &Derived[F]{f: f, k: scope.Key{
		Name: name, Equal: scope.EqualOf[F](),
		Derive: func(ctx context.Context) any { return f(ctx) },
	}}
}

// Get returns the value. It panics if ctx belongs to no view.
func (d *Derived[F]) Get(ctx context.Context) F {
	src := scope.SourceOf(ctx)
	if !src.Tracking() {
		return d.f(ctx)
	}
	outer := src.BeginDerived()
	v := d.f(ctx)
	src.EndDerived(&d.k, v, outer)
	return v
}
