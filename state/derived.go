package state

import "context"

// Derived is a value computed from keys. A piece of a page that reads it is
// rendered again only if the value has changed, not whenever its keys have. It is
// compared as a key of its type would be; see the package comment.
type Derived[F any] struct {
	k key
	f func(ctx context.Context) F
}

// Field narrows the reading of a key to what f makes of it. f must be pure.
func Field[T, F any](of *Key[T], f func(T) F) *Derived[F] {
	return Derive(of.k.name+" (field)", func(ctx context.Context) F { return f(of.Get(ctx)) })
}

// Derive computes a value from several keys, read with ctx. f must be pure. name
// is for messages.
func Derive[F any](name string, f func(ctx context.Context) F) *Derived[F] {
	d := &Derived[F]{f: f}
	d.k = key{name: name, equal: equalOf[F](), derive: func(ctx context.Context) any { return f(ctx) }}
	return d
}

// Get returns the value. It panics if ctx belongs to no view.
func (d *Derived[F]) Get(ctx context.Context) F {
	src := sourceOf(ctx)
	if src.track == nil {
		return d.f(ctx)
	}
	outer := src.track.Mark()
	v := d.f(ctx)
	reads := src.track.Since(outer)
	src.track.add(Read{src.scope, &d.k, 0})
	src.scope.noteDerived(derivedValue{&d.k, v, reads})
	return v
}

// derivedValue is a derived value as last rendered and what it was made from.
type derivedValue struct {
	key   *key
	value any
	reads []Read
}

func (s *Scope) noteDerived(v derivedValue) {
	for i := range s.derived {
		if s.derived[i].key == v.key {
			s.derived[i] = v
			return
		}
	}
	s.derived = append(s.derived, v)
}

func (s *Scope) derivedChanged(c *Changes, k *key) bool {
	for _, d := range s.derived {
		if d.key == k {
			return c.Any(d.reads) && s.derivesOther(d.value, k)
		}
	}
	return true
}

// derivesOther reports whether the value of a derived key is not the one before. If its
// function panics it is: who reads it will find out.
func (s *Scope) derivesOther(before any, k *key) (other bool) {
	defer func() {
		if recover() != nil {
			other = true
		}
	}()
	return !s.same(k, before, k.derive(&sourceContext{context.Background(), &Source{scope: s}}))
}

// sourceContext is a context that can only be read from.
type sourceContext struct {
	context.Context
	src *Source
}

func (c *sourceContext) Value(k any) any {
	if k == (SourceKey{}) {
		return c.src
	}
	return c.Context.Value(k)
}

// WithSource returns a context whose reads go to src.
func WithSource(ctx context.Context, src *Source) context.Context {
	return &sourceContext{ctx, src}
}
