package scope

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Source is what a context reads from. Contexts carry it under [SourceKey].
type Source struct {
	scope *Scope
	tx    *Tx      // nil while rendering
	outer *Tx      // of an enclosing scope, which reads see; nil without one
	track *Tracker // nil in callbacks
}

// SourceKey is the context key of the *Source.
type SourceKey struct{}

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

// WithSource returns a context that reads from src.
func WithSource(ctx context.Context, src *Source) context.Context {
	return &sourceContext{ctx, src}
}

// SourceOf returns the source of the context. It panics if ctx belongs to no view.
func SourceOf(ctx context.Context) *Source {
	s, _ := ctx.Value(SourceKey{}).(*Source)
	if s == nil {
		panic("state: no view in this context: read keys in a template or with a socket")
	}
	return s
}

// ReadOuter lets reads see what a transaction on an enclosing scope has set.
func (s *Source) ReadOuter(tx *Tx) { s.outer = tx }

// Tracking reports whether reads are recorded, as they are while rendering.
func (s *Source) Tracking() bool { return s.track != nil }

// Read returns the value of the nearest scope that has one.
func (s *Source) Read(k *Key) (any, bool) { return s.ReadArg(k, 0) }

// ReadArg is Read for a caller that only compares the value with an argument: of a tracked
// read, it records the argument's [Hash], too.
func (s *Source) ReadArg(k *Key, hash uint64) (any, bool) {
	if s.track != nil {
		s.track.add(Read{s.scope, k, hash})
	}
	if s.tx != nil {
		if e, ok := s.tx.entry(k); ok {
			return e.value, true
		}
	}
	for sc := s.scope; sc != nil; sc = sc.parent.Load() {
		if s.outer != nil && sc == s.outer.source.scope {
			if e, ok := s.outer.entry(k); ok {
				return e.value, true
			}
		}
		if e, ok := sc.now.Load().get(k); ok {
			return e.value, true
		}
		if v, ok := sc.recover(k); ok {
			return v, true
		}
	}
	return nil, false
}

// Dump lists the assigns that can be read from the source, one per line.
func (s *Source) Dump() string {
	var b strings.Builder
	for sc := s.scope; sc != nil; sc = sc.parent.Load() {
		list := sc.now.Load().list
		switch {
		case sc == s.scope && s.tx != nil:
			list = s.tx.merged()
		case s.outer != nil && sc == s.outer.source.scope:
			list = s.outer.merged()
		}
		list = slices.SortedFunc(slices.Values(list), func(a, b entry) int { return strings.Compare(a.key.Name, b.key.Name) })
		fmt.Fprintf(&b, "%s\n", sc.owner.Name())
		for _, e := range list {
			fmt.Fprintf(&b, "  %s: %#v\n", e.key.Name, e.value)
		}
	}
	return b.String()
}
