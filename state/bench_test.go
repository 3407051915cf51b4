package state_test

import (
	"context"
	"testing"

	"github.com/sideband-go/sideband/state"
)

// benchScope is a page of eight keys; the benchmarks use the last.
func benchScope() (scope *state.Scope, key *state.Key[int]) {
	scope = state.NewScope("page", nil)
	update(scope, func(w *writer) {
		for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
			key = state.NewKey[int](name)
			key.Set(w, 1)
		}
	})
	scope.Rendered()
	return scope, key
}

func BenchmarkGet(b *testing.B) {
	scope, key := benchScope()
	b.Run("in a template", func(b *testing.B) {
		var reads state.Tracker
		ctx := state.WithSource(context.Background(), reads.Source(scope))
		b.ReportAllocs()
		for b.Loop() {
			key.Get(ctx)
		}
	})
	b.Run("in a component", func(b *testing.B) {
		var reads state.Tracker
		ctx := state.WithSource(context.Background(), reads.Source(state.NewScope("component", scope)))
		b.ReportAllocs()
		for b.Loop() {
			key.Get(ctx)
		}
	})
	b.Run("in a callback", func(b *testing.B) {
		w := begin(scope)
		b.ReportAllocs()
		for b.Loop() {
			key.Get(w)
		}
	})
}

// BenchmarkSet is a callback that sets a key, and the end of the rendering that follows.
func BenchmarkSet(b *testing.B) {
	scope, key := benchScope()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		update(scope, func(w *writer) { key.Set(w, n) })
		scope.Rendered()
	}
}

// BenchmarkIs is the question that each of a thousand rows asks, and what answers it for a
// row that is not rendered again.
func BenchmarkIs(b *testing.B) {
	scope, key := benchScope()
	b.Run("rendering", func(b *testing.B) {
		var reads state.Tracker
		ctx := state.WithSource(context.Background(), reads.Source(scope))
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
		var reads state.Tracker
		state.Is(state.WithSource(context.Background(), reads.Source(scope)), key, 7)
		read := reads.Since(nil)[0]
		update(scope, func(w *writer) { key.Set(w, 2) })
		var changes state.Changes
		b.ReportAllocs()
		for b.Loop() {
			if changes.Is(read) {
				b.Fatal("nobody asked for that value")
			}
		}
	})
}
