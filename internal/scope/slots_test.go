package scope_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sideband-go/sideband/internal/scope"
)

// Lists share memory with those that they have grown from. What a list holds does not change when
// others grow, in callbacks that succeed, are rolled back or are given up, one after the other or at once.
func TestListsShareMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		st := scope.NewStream("lines", func(n int) string { return fmt.Sprint(n) })
		if limit := rapid.IntRange(-20, 20).Draw(t, "limit"); limit != 0 {
			st = st.WithLimit(limit)
		}
		s := scope.New(owner("page"), nil)
		type seen struct{ list, was []string }
		var all []seen
		look := func(ctx context.Context) {
			ids := st.IDs(ctx)
			all = append(all, seen{ids, slices.Clone(ids)})
		}
		n := 0
		var snapshot scope.Snapshot
		edit := func(tx *scope.Tx) {
			ids := st.IDs(scope.WithSource(t.Context(), tx.Source()))
			switch at := rapid.IntRange(0, len(ids)).Draw(t, "at"); rapid.IntRange(0, 6).Draw(t, "edit") {
			case 0:
				st.Insert(tx, at, []int{n, n + 1})
			case 1:
				st.TrimStart(tx, at)
			case 2:
				st.TrimEnd(tx, at)
			case 3:
				if at < len(ids) {
					st.Delete(tx, ids[at])
				}
			default:
				st.Insert(tx, len(ids), []int{n})
			}
			n += 2
		}
		for range rapid.IntRange(1, 60).Draw(t, "callbacks") {
			tx := s.Begin()
			for range rapid.IntRange(1, 3).Draw(t, "edits") {
				edit(tx)
			}
			switch rapid.IntRange(0, 5).Draw(t, "then") {
			case 0: // it fails, or goes on after it was given up
				look(scope.WithSource(t.Context(), tx.Source()))
				continue
			case 1:
				snapshot = s.Snapshot()
			case 2:
				if snapshot != (scope.Snapshot{}) {
					s.Restore(snapshot)
					continue
				}
			case 3:
				show(s, st)
			}
			tx.Commit()
			reading(s, look)
		}
		for _, l := range all {
			if !slices.Equal(l.list, l.was) {
				t.Fatalf("a list held %v, and holds %v now", l.was, l.list)
			}
		}
	})
}

// A callback that was given up may go on while the next one edits the same list.
func TestAnAbandonedCallbackGrowsAList(t *testing.T) {
	st := scope.NewStream("lines", func(n int) string { return fmt.Sprint(n) })
	s := scope.New(owner("page"), nil)
	update(s, func(tx *scope.Tx) { st.Insert(tx, 0, []int{0}) })
	update(s, func(tx *scope.Tx) { st.Insert(tx, 1, []int{1}) })
	for n := 2; n < 100; n++ {
		abandoned := s.Begin()
		done := make(chan struct{})
		go func() {
			defer close(done)
			st.Insert(abandoned, n, []int{-n})
		}()
		update(s, func(tx *scope.Tx) { st.Insert(tx, n, []int{n}) })
		<-done
		if got := st.IDs(scope.WithSource(t.Context(), abandoned.Source())); len(got) != n+1 || got[n] != fmt.Sprint(-n) {
			t.Fatalf("the abandoned callback has %v", got)
		}
	}
	reading(s, func(ctx context.Context) {
		for i, id := range st.IDs(ctx) {
			if id != fmt.Sprint(i) {
				t.Fatalf("the %d-th is %s", i, id)
			}
		}
	})
}

// What was removed does not stay in memory, however and in however many callbacks it was removed.
func TestRemovedIDsAreForgotten(t *testing.T) {
	const many, most = 4000, 4 << 20 // ids of 4 KiB: 16 MiB
	filler := strings.Repeat("x", 4<<10)
	st := scope.NewStream("lines", func(n int) string { return filler + fmt.Sprint(n) })
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	items := make([]int, many)
	for i := range items {
		items[i] = i
	}
	first := func(tx *scope.Tx) string { return st.IDs(scope.WithSource(t.Context(), tx.Source()))[0] }
	for name, remove := range map[string]func(s *scope.Scope){
		"start": func(s *scope.Scope) { update(s, func(tx *scope.Tx) { st.TrimStart(tx, 10) }) },
		"end":   func(s *scope.Scope) { update(s, func(tx *scope.Tx) { st.TrimEnd(tx, 10) }) },
		"one by one": func(s *scope.Scope) {
			for range many - 10 {
				update(s, func(tx *scope.Tx) { st.Delete(tx, first(tx)) })
			}
		},
		"one by one, in a callback": func(s *scope.Scope) {
			update(s, func(tx *scope.Tx) {
				for range many - 10 {
					st.Delete(tx, first(tx))
				}
			})
		},
		"for others that come": func(s *scope.Scope) {
			for n := range 20 {
				update(s, func(tx *scope.Tx) {
					st.Insert(tx, many, []int{many + n})
					st.TrimStart(tx, 10)
				})
			}
		},
	} {
		before := heap()
		s := scope.New(owner("page"), nil)
		update(s, func(tx *scope.Tx) { st.Insert(tx, 0, items) })
		show(s, st)
		full := heap() - before
		remove(s)
		show(s, st)
		if left := heap() - before; full < 2*most || left > most {
			t.Errorf("%s: %d bytes of %d are left", name, left, full)
		}
		reading(s, func(ctx context.Context) {
			if n := len(st.IDs(ctx)); n != 10 {
				t.Errorf("%s: there are %d items", name, n)
			}
		})
	}
}
