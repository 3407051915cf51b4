package query

import (
	"slices"
	"sort"

	"github.com/sideband-go/sideband/state"
)

// show brings a stream from the rows of one result to those of another.
func show[T any](w state.Writer, st *state.Stream[Row[T]], before, now Result[T]) {
	kept := map[string]int{} // id → index before
	for i, id := range before.ids {
		kept[id] = i
	}
	var was []int // of rows that both have, in their order now
	has := map[string]bool{}
	for _, id := range now.ids {
		has[id] = true
		if i, ok := kept[id]; ok {
			was = append(was, i)
		}
	}
	rows := make([]Row[T], len(now.rows))
	for i, it := range now.rows {
		rows[i] = now.row(i, it)
	}
	if len(was) == 0 || len(kept) != len(before.ids) || len(has) != len(now.ids) { // nothing in common, or an id twice
		st.Reset(w, rows...)
		return
	}
	// Rows that keep their order stay; the others leave, and come as new ones.
	stays := map[int]bool{}
	for _, i := range ascending(was) {
		stays[i] = true
	}
	for i, id := range before.ids {
		if !stays[i] {
			st.DeleteID(w, id)
		}
	}
	for i, row := range rows {
		switch j, ok := kept[row.ID]; {
		case !ok || !stays[j]:
			st.InsertAt(w, i, row)
		case before.sums[j] != now.sums[i] || before.isGone(j) != now.isGone(i):
			st.Update(w, row)
		}
	}
}

// ascending returns the longest part of a list of different numbers that rises.
func ascending(list []int) []int {
	var ends []int // ends[n] is the index of the least number that ends a rising part of n+1
	before := make([]int, len(list))
	for i, x := range list {
		n := sort.Search(len(ends), func(n int) bool { return list[ends[n]] >= x })
		before[i] = -1
		if n > 0 {
			before[i] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, i)
		} else {
			ends[n] = i
		}
	}
	var rising []int
	if len(ends) > 0 {
		for i := ends[len(ends)-1]; i >= 0; i = before[i] {
			rising = append(rising, list[i])
		}
	}
	slices.Reverse(rising)
	return rising
}
