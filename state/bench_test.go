package state_test

import (
	"context"
	"testing"

	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/state"
)

// benchScope is a page of eight keys; the benchmarks use the last.
func benchScope() (s *scope.Scope, key *state.Key[int]) {
	s = scope.New(owner("page"), nil)
	update(s, func(w *writer) {
		for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
			key = state.NewKey[int](name)
			key.Set(w, 1)
		}
	})
	s.Rendered()
	return s, key
}

func BenchmarkGet(b *testing.B) {
	s, key := benchScope()
	b.Run("in a template", func(b *testing.B) {
		var reads scope.Tracker
		ctx := scope.WithSource(context.Background(), reads.Source(s))
		b.ReportAllocs()
		for b.Loop() {
			key.Get(ctx)
		}
	})
	b.Run("in a component", func(b *testing.B) {
		var reads scope.Tracker
		ctx := scope.WithSource(context.Background(), reads.Source(scope.New(owner("component"), s)))
		b.ReportAllocs()
		for b.Loop() {
			key.Get(ctx)
		}
	})
	b.Run("in a callback", func(b *testing.B) {
		w := begin(s)
		b.ReportAllocs()
		for b.Loop() {
			key.Get(w)
		}
	})
}

// BenchmarkSet is a callback that sets a key, and the end of the rendering that follows.
func BenchmarkSet(b *testing.B) {
	s, key := benchScope()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		update(s, func(w *writer) { key.Set(w, n) })
		s.Rendered()
	}
}

// BenchmarkIs is the question that each of a thousand rows asks, and what answers it for a
// row that is not rendered again.
func BenchmarkIs(b *testing.B) {
	s, key := benchScope()
	b.Run("rendering", func(b *testing.B) {
		var reads scope.Tracker
		ctx := scope.WithSource(context.Background(), reads.Source(s))
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			outer := reads.Mark()
			state.Is(ctx, key, i)
			reads.Since(outer)
			i++
		}
	})
	b.Run("dirty", func(b *testing.B) {
		var reads scope.Tracker
		state.Is(scope.WithSource(context.Background(), reads.Source(s)), key, 7)
		read := reads.Since(nil)[0]
		update(s, func(w *writer) { key.Set(w, 2) })
		var changes scope.Changes
		b.ReportAllocs()
		for b.Loop() {
			if changes.Is(read) {
				b.Fatal("nobody asked for that value")
			}
		}
	})
}
