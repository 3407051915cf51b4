package scope_test

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sideband-go/sideband/internal/scope"
)

type line struct {
	ID   string
	Text string
}

func lineID(l line) string { return l.ID }

func lines(ids ...string) (out []line) {
	for _, id := range ids {
		out = append(out, line{id, "text of " + id})
	}
	return out
}

// itemsOf reads the stream as a rendering does.
func itemsOf[T any](s *scope.Scope, st *scope.Stream[T]) (items scope.StreamItems[T]) {
	reading(s, func(ctx context.Context) { items = st.Items(ctx) })
	return items
}

// pending counts the items that are to be rendered.
func pending[T any](items scope.StreamItems[T]) (n int) {
	for i := range items.IDs() {
		if items.Item(i) != nil {
			n++
		}
	}
	return n
}

// held lists a stream's ids, with a star after those whose items are pending.
func held(s *scope.Scope, st *scope.Stream[line]) string {
	var b strings.Builder
	items := itemsOf(s, st)
	for i, id := range items.IDs() {
		b.WriteString(id)
		if items.Item(i) != nil {
			b.WriteString("*")
		}
	}
	return b.String()
}

// show renders the stream and sends it.
func show[T any](s *scope.Scope, st *scope.Stream[T]) (reads []scope.Read) {
	var ref scope.StreamRef
	reads = reading(s, func(ctx context.Context) { ref = st.Items(ctx).Ref })
	s.Rendered()
	ref.Sent()
	return reads
}

func TestTooMuchThatNobodyRendersBreaksAStream(t *testing.T) {
	st := scope.NewStream("lines", func(n int) string { return fmt.Sprint(n) })
	other := scope.NewStream("other", lineID)
	s := scope.New(owner("page"), nil)
	expect := func(when string, broken bool, wait, ids int) {
		t.Helper()
		items, others := itemsOf(s, st), itemsOf(s, other)
		if others.Broken() {
			t.Errorf("%s: another stream is broken, too", when)
		}
		if items.Broken() != broken || pending(items) != wait || len(items.IDs()) != ids {
			t.Errorf("%s: broken %v, %d of %d are pending, not %v, %d of %d", when, items.Broken(), pending(items), len(items.IDs()), broken, wait, ids)
		}
	}
	n := 0
	add := func(count int) {
		update(s, func(tx *scope.Tx) {
			for range count {
				st.Insert(tx, n, []int{n})
				n++
			}
		})
	}
	add(3 * scope.MaxPending)
	expect("one callback may add as many as it likes", false, n, n)
	show(s, st)
	for range 10 {
		add(scope.MaxPending/10 + 1)
	}
	expect("the next callback will be one too many", false, scope.MaxPending+10, n)
	update(s, func(tx *scope.Tx) { other.Insert(tx, 0, lines("x")) })
	add(1)
	expect("one callback too many", true, 0, n)
	add(2 * scope.MaxPending)
	expect("broken, and more is added", true, 0, n)
	update(s, func(tx *scope.Tx) { st.Reset(tx, []int{7}) })
	expect("what is set anew is whole", false, 1, 1)
}

func TestDroppedSlotsChangeTheStream(t *testing.T) {
	st := scope.NewStream("lines", lineID)
	s := scope.New(owner("page"), nil)
	update(s, func(tx *scope.Tx) { st.Insert(tx, 0, lines("a", "b")) })
	reads := show(s, st)
	update(s, func(tx *scope.Tx) { st.Insert(tx, 2, lines("c")) })
	ref := itemsOf(s, st).Ref
	ref.Drop(func(int) bool { return false })
	if got := held(s, st); got != "abc*" {
		t.Error(got)
	}
	s.Rendered()
	ref.Drop(func(i int) bool { return i != 1 })
	if got := held(s, st); got != "bc*" || !dirty(reads) || !s.Dirty() {
		t.Errorf("%s, dirty %v", got, dirty(reads))
	}
	if ref.Name() != "lines" {
		t.Error(ref.Name())
	}
}

// Case 48, and case 16 of items.
func TestElementIDsArePlainAndTellItemsApart(t *testing.T) {
	plain := regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,119}$`)
	st, longName := scope.NewStream("m", lineID), scope.NewStream("m"+strings.Repeat("_0", 29), lineID)
	for id, want := range map[string]string{
		"7": "m-7", "": "m-", "x,body": "m-x_2cbody", "a_b": "m-a_5fb", "a b": "m-a_20b", `"><i>`: "m-_22_3e_3ci_3e", "ü": "m-_c3_bc", "\x00\xff": "m-_00_ff", "a-b": "m-a-b",
	} {
		if got := st.DOMIDOf(id); got != want {
			t.Errorf("%q: %s, not %s", id, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		gen := rapid.OneOf(
			rapid.String(), rapid.StringMatching(`[a-z_-]{0,130}`), rapid.StringMatching(`x{100,125}[a_-]{0,4}`),
			rapid.Map(rapid.IntRange(0, 3), func(n int) string { return strings.Repeat("long", 2500) + fmt.Sprint(n) }),
		)
		a, b := gen.Draw(t, "a"), gen.Draw(t, "b")
		for _, s := range []*scope.Stream[line]{st, longName} {
			da, db := s.DOMIDOf(a), s.DOMIDOf(b)
			if !plain.MatchString(da) || (a == b) != (da == db) {
				t.Fatalf("%q is %s, %q is %s", a, da, b, db)
			}
		}
		if st.DOMIDOf(a) == longName.DOMIDOf(b) {
			t.Fatal("two streams share an element's id")
		}
	})
}

func TestMemoryOfABoundedStreamIsFlat(t *testing.T) {
	type big struct {
		id   int
		body *[10_000]byte
	}
	st := scope.NewStream("log", func(b big) string { return fmt.Sprint(b.id) }).WithLimit(-50)
	s := scope.New(owner("page"), nil)
	for i := range 10_000 {
		b := big{i, new([10_000]byte)}
		update(s, func(tx *scope.Tx) { st.Insert(tx, 50, []big{b}) })
		if i%1000 == 0 {
			show(s, st)
		}
	}
	full := heap()
	show(s, st)
	if empty := heap(); full > 30<<20 || full-empty < 300_000 {
		t.Errorf("50 items of 10 kB hold %d bytes, then %d when they were sent", full, empty)
	}
	runtime.KeepAlive(s)
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestStreamsAreLists compares random calls with a plain list.
func TestStreamsAreLists(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keep := rapid.IntRange(-6, 6).Draw(t, "keep")
		st := scope.NewStream("lines", lineID)
		if keep != 0 {
			st = st.WithLimit(keep)
		}
		s := scope.New(owner("page"), nil)
		var list []line
		waits := map[string]bool{}
		limit := func() {
			switch {
			case keep > 0 && len(list) > keep:
				list = list[:keep]
			case keep < 0 && len(list) > -keep:
				list = list[len(list)+keep:]
			}
		}
		place := func(id string) int { return slices.IndexFunc(list, func(l line) bool { return l.ID == id }) }
		insert := func(i int, items []line) {
			for _, it := range items {
				waits[it.ID] = true
				if j := place(it.ID); j >= 0 {
					list[j] = it
					continue
				}
				list = slices.Insert(list, i, it)
				i++
			}
			limit()
		}
		id := rapid.Map(rapid.IntRange(0, 15), func(n int) string { return string(rune('a' + n)) })
		item := rapid.Custom(func(t *rapid.T) line { return line{id.Draw(t, "id"), rapid.String().Draw(t, "text")} })
		for range rapid.IntRange(1, 10).Draw(t, "callbacks") {
			fails := rapid.Bool().Draw(t, "fails")
			wasList, wasWaits := slices.Clone(list), maps.Clone(waits)
			tx := s.Begin()
			for range rapid.IntRange(1, 12).Draw(t, "calls") {
				items := rapid.SliceOfN(item, 0, 5).Draw(t, "items")
				n := rapid.IntRange(0, 8).Draw(t, "n")
				switch rapid.IntRange(0, 7).Draw(t, "call") {
				case 0, 1:
					st.Insert(tx, len(list), items)
					insert(len(list), items)
				case 2:
					st.Insert(tx, 0, items)
					insert(0, items)
				case 3:
					st.Insert(tx, n, items)
					insert(min(n, len(list)), items)
				case 4:
					for _, it := range items {
						if st.Update(tx, it) != (place(it.ID) >= 0) {
							t.Fatal("Update tells a lie")
						}
						if j := place(it.ID); j >= 0 {
							list[j], waits[it.ID] = it, true
						}
					}
				case 5:
					for _, it := range items {
						st.Delete(tx, it.ID)
						list = slices.DeleteFunc(list, func(l line) bool { return l.ID == it.ID })
					}
				case 6:
					st.TrimStart(tx, n)
					list = list[max(len(list)-n, 0):]
					st.TrimEnd(tx, n/2)
					list = list[:min(len(list), n/2)]
				case 7:
					if n == 0 {
						st.Reset(tx, items)
						list = nil
						insert(0, items)
					}
				}
			}
			if fails {
				list, waits = wasList, wasWaits
			} else {
				tx.Commit()
			}
			items := itemsOf(s, st)
			if len(items.IDs()) != len(list) {
				t.Fatalf("%v, not %v", items.IDs(), list)
			}
			for i, want := range list {
				got, id := items.Item(i), items.IDs()[i]
				if id != want.ID || (got != nil) != waits[want.ID] || got != nil && *got != want {
					t.Fatalf("%d: %s %v, not %v (waits %v)", i, id, got, want, waits[want.ID])
				}
			}
			if rapid.Bool().Draw(t, "shown") {
				show(s, st)
				clear(waits)
			}
		}
	})
}
