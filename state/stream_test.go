package state_test

import (
	"context"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sideband-go/sideband/state"
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

// held tells a stream's ids, with a star after those whose items wait to be sent.
func held(s *state.Scope, st *state.Stream[line]) string {
	var b strings.Builder
	reading(s, func(ctx context.Context) {
		items := st.Items(ctx)
		for i := range items.Len() {
			b.WriteString(items.ID(i))
			if items.Item(i) != nil {
				b.WriteString("*")
			}
		}
	})
	return b.String()
}

// show renders the stream and sends it.
func show(s *state.Scope, st *state.Stream[line]) (reads []state.Read) {
	var ref state.StreamRef
	reads = reading(s, func(ctx context.Context) { ref = st.Items(ctx).Ref })
	s.Rendered()
	ref.Sent()
	return reads
}

func TestStreamsKeepOrderAndForgetWhatWasSent(t *testing.T) {
	st := state.NewStream("lines", lineID)
	s := state.NewScope("page", nil)
	for _, step := range []struct {
		name string
		do   func(w *writer)
		want string
	}{
		{"nothing", func(*writer) {}, ""},
		{"append", func(w *writer) { st.Append(w, lines("a", "b")...) }, "a*b*"},
		{"prepend in order", func(w *writer) { st.Prepend(w, lines("c", "d")...) }, "c*d*ab"},
		{"insert at a place", func(w *writer) { st.InsertAt(w, 1, lines("e", "f")...) }, "ce*f*dab"},
		{"insert before the beginning and behind the end", func(w *writer) { st.InsertAt(w, -5, lines("g")...); st.InsertAt(w, 99, lines("h")...) }, "g*cefdabh*"},
		{"known ids stay where they are", func(w *writer) { st.Prepend(w, lines("a", "i", "h")...) }, "i*gcefda*bh*"},
		{"an id twice in one call", func(w *writer) { st.Append(w, lines("j", "j")...) }, "igcefdabhj*"},
		{"update", func(w *writer) {
			if !st.Update(w, line{"e", "new"}) || st.Update(w, line{"nobody", ""}) {
				t.Error("Update does not tell whether the item was there")
			}
		}, "igce*fdabhj"},
		{"delete", func(w *writer) { st.Delete(w, line{ID: "c"}); st.DeleteID(w, "j"); st.DeleteID(w, "nobody") }, "igefdabh"},
		{"added and deleted at once", func(w *writer) { st.Append(w, lines("k")...); st.DeleteID(w, "k") }, "igefdabh"},
		{"deleted and added again", func(w *writer) { st.DeleteID(w, "i"); st.Append(w, lines("i")...) }, "gefdabhi*"},
		{"trim", func(w *writer) { st.TrimStart(w, 6); st.TrimEnd(w, 4); st.TrimEnd(w, 99); st.TrimStart(w, 99) }, "fdab"},
		{"reset", func(w *writer) { st.Reset(w, lines("b", "x")...) }, "b*x*"},
		{"empty", func(w *writer) { st.Reset(w) }, ""},
		{"trim below nothing", func(w *writer) { st.Append(w, lines("y")...); st.TrimEnd(w, -1) }, ""},
	} {
		update(s, step.do)
		if got := held(s, st); got != step.want {
			t.Fatalf("%s: %s, not %s", step.name, got, step.want)
		}
		show(s, st)
		if got, want := held(s, st), strings.ReplaceAll(step.want, "*", ""); got != want || s.Dirty() {
			t.Fatalf("%s, sent: %s, not %s (dirty %v)", step.name, got, want, s.Dirty())
		}
	}
}

func TestStreamsTellWhatTheyHold(t *testing.T) {
	st := state.NewStream("lines", lineID)
	s := state.NewScope("page", nil)
	inner := state.NewScope("component", s)
	update(s, func(w *writer) {
		st.Append(w, lines("a", "b")...)
		if st.Len(w) != 2 || !st.Has(w, "b") || st.Has(w, "c") {
			t.Error("a callback does not read what it wrote")
		}
	})
	show(s, st)
	reads := reading(inner, func(ctx context.Context) {
		if ids := st.IDs(ctx); st.Len(ctx) != 2 || !slices.Equal(ids, []string{"a", "b"}) || !st.Has(ctx, "a") {
			t.Errorf("a rendering reads %d, %v", st.Len(ctx), ids)
		}
	})
	if dirty(reads) {
		t.Error("dirty without a change")
	}
	update(s, func(w *writer) {
		st.DeleteID(w, "nobody")
		st.TrimEnd(w, 5)
		st.Append(w)
		st.Update(w, line{ID: "nobody"})
	})
	if dirty(reads) || s.Dirty() {
		t.Error("dirty after calls that changed nothing")
	}
	update(s, func(w *writer) { st.Append(w, lines("c")...) })
	if !dirty(reads) {
		t.Error("clean after an item was added")
	}
	update(inner, func(w *writer) {
		if st.Append(w, lines("z")...); st.Len(w) != 1 {
			t.Error("a component wrote into the stream of its page")
		}
	})
	if got := held(s, st) + " " + held(inner, st); got != "abc* z*" {
		t.Error(got)
	}
	if d := dump(s); !strings.Contains(d, "stream of 3 items, 1 of them not sent yet") {
		t.Error(d)
	}
}

func dump(s *state.Scope) (text string) {
	reading(s, func(ctx context.Context) { text = state.Dump(ctx) })
	return text
}

func TestFailedCallbacksLeaveStreamsAlone(t *testing.T) {
	st := state.NewStream("lines", lineID)
	s := state.NewScope("page", nil)
	update(s, func(w *writer) { st.Append(w, lines("a", "b", "c")...) })
	show(s, st)
	failed := begin(s)
	st.Append(failed, lines("d", "a")...)
	st.DeleteID(failed, "b")
	st.TrimStart(failed, 2)
	if got := held(s, st); got != "abc" || s.Dirty() {
		t.Errorf("an open transaction has changed %s", got)
	}
	before := s.Snapshot()
	update(s, func(w *writer) { st.Append(w, lines("e")...) })
	s.Restore(before)
	if got := held(s, st); got != "abc" || s.Dirty() {
		t.Errorf("restored: %s", got)
	}
}

func TestLimitsKeepOneEnd(t *testing.T) {
	last, first := state.NewStream("last", lineID).KeepLast(3), state.NewStream("first", lineID).KeepFirst(3)
	s := state.NewScope("page", nil)
	update(s, func(w *writer) {
		last.Append(w, lines("a", "b", "c", "d", "e")...)
		first.Append(w, lines("a", "b", "c", "d", "e")...)
	})
	if got := held(s, last) + " " + held(s, first); got != "c*d*e* a*b*c*" {
		t.Error(got)
	}
	update(s, func(w *writer) {
		last.Prepend(w, lines("f")...)
		first.Prepend(w, lines("f")...)
		last.InsertAt(w, 1, lines("g")...)
	})
	if got := held(s, last) + " " + held(s, first); got != "g*d*e* f*a*b*" {
		t.Error(got)
	}
}

func TestTooMuchThatNobodyRendersBreaksAStream(t *testing.T) {
	st := state.NewStream("lines", func(n int) string { return fmt.Sprint(n) })
	other := state.NewStream("other", lineID)
	s := state.NewScope("page", nil)
	pending := func() (n int) {
		reading(s, func(ctx context.Context) {
			items := st.Items(ctx)
			for i := range items.Len() {
				if items.Item(i) != nil {
					n++
				}
			}
		})
		return n
	}
	isBroken := func() (broken bool) {
		reading(s, func(ctx context.Context) {
			items, others := st.Items(ctx), other.Items(ctx)
			if broken = items.Broken(); others.Broken() {
				t.Error("another stream is broken, too")
			}
		})
		return broken
	}
	n := 0
	add := func(count int) {
		update(s, func(w *writer) {
			for range count {
				st.Append(w, n)
				n++
			}
		})
	}
	add(3 * state.MaxPending)
	if broken := isBroken(); broken || pending() != 3*state.MaxPending {
		t.Errorf("one callback may add as many as it likes, but %d wait", pending())
	}
	s.Rendered()
	reading(s, func(ctx context.Context) { st.Items(ctx).Ref.Sent() })
	for range 10 {
		add(state.MaxPending/10 + 1)
	}
	if isBroken() {
		t.Error("broken before there is too much")
	}
	update(s, func(w *writer) { other.Append(w, lines("x")...) })
	add(1)
	if broken := isBroken(); !broken || pending() != 0 {
		t.Errorf("broken: %v, %d wait", broken, pending())
	}
	add(2 * state.MaxPending)
	reading(s, func(ctx context.Context) {
		if pending() != 0 || st.Len(ctx) != n {
			t.Errorf("%d wait, %d ids of %d", pending(), st.Len(ctx), n)
		}
	})
	update(s, func(w *writer) { st.Reset(w, 7) })
	if broken := isBroken(); broken || pending() != 1 {
		t.Errorf("what is set anew is whole, but broken %v, %d wait", broken, pending())
	}
}

func TestDroppedSlotsChangeTheStream(t *testing.T) {
	st := state.NewStream("lines", lineID)
	s := state.NewScope("page", nil)
	update(s, func(w *writer) { st.Append(w, lines("a", "b")...) })
	reads := show(s, st)
	update(s, func(w *writer) { st.Append(w, lines("c")...) })
	var ref state.StreamRef
	reading(s, func(ctx context.Context) { ref = st.Items(ctx).Ref })
	ref.Drop(func(int) bool { return false })
	if got := held(s, st); got != "abc*" {
		t.Error(got)
	}
	s.Rendered()
	ref.Drop(func(i int) bool { return i != 1 })
	if got := held(s, st); got != "bc*" || !dirty(reads) || !s.Dirty() {
		t.Errorf("%s, dirty %v", got, dirty(reads))
	}
	if ref.Name() != "lines" || ref.Owner() != "page" {
		t.Error(ref.Name(), ref.Owner())
	}
}

// Case 48, and case 16 of items.
func TestElementIDsArePlainAndTellItemsApart(t *testing.T) {
	plain := regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,119}$`)
	st, longName := state.NewStream("m", lineID), state.NewStream("m"+strings.Repeat("_0", 29), lineID)
	for id, want := range map[string]string{
		"7": "m-7", "": "m-", "x,body": "m-x_2cbody", "a_b": "m-a_5fb", "a b": "m-a_20b", `"><i>`: "m-_22_3e_3ci_3e", "ü": "m-_c3_bc", "\x00\xff": "m-_00_ff", "a-b": "m-a-b",
	} {
		if got := st.DOMIDOf(id); got != want || got != st.DOMID(line{ID: id}) {
			t.Errorf("%q: %s, not %s", id, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		gen := rapid.OneOf(
			rapid.String(), rapid.StringMatching(`[a-z_-]{0,130}`), rapid.StringMatching(`x{100,125}[a_-]{0,4}`),
			rapid.Map(rapid.IntRange(0, 3), func(n int) string { return strings.Repeat("long", 2500) + fmt.Sprint(n) }),
		)
		a, b := gen.Draw(t, "a"), gen.Draw(t, "b")
		for _, s := range []*state.Stream[line]{st, longName} {
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

func TestStreamsOfBadNamesPanic(t *testing.T) {
	for _, name := range []string{"", "1a", "a-b", "a b", "ä", "sb", "flash", "streams", strings.Repeat("a", 61)} {
		if p := panicOf(func() { state.NewStream(name, lineID) }); !strings.Contains(p, "state: a stream can't be named") {
			t.Errorf("%q: %s", name, p)
		}
	}
	if p := panicOf(func() { state.NewStream[line]("a", nil) }); !strings.Contains(p, "ids") {
		t.Error(p)
	}
	if p := panicOf(func() { state.NewStream("a", lineID).KeepLast(0) }); !strings.Contains(p, "above zero") {
		t.Error(p)
	}
	if st := state.NewStream("a", lineID); st.KeepFirst(1).Name() != "a" {
		t.Error("a copy has another name")
	}
}

func TestMemoryOfABoundedStreamIsFlat(t *testing.T) {
	type big struct {
		id   int
		body *[10_000]byte
	}
	st := state.NewStream("log", func(b big) string { return fmt.Sprint(b.id) }).KeepLast(50)
	s := state.NewScope("page", nil)
	for i := range 10_000 {
		b := big{i, new([10_000]byte)}
		update(s, func(w *writer) { st.Append(w, b) })
		if i%1000 == 0 {
			s.Rendered()
			reading(s, func(ctx context.Context) { st.Items(ctx).Ref.Sent() })
		}
	}
	full := heap()
	s.Rendered()
	reading(s, func(ctx context.Context) { st.Items(ctx).Ref.Sent() })
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
		st := state.NewStream("lines", lineID)
		switch {
		case keep > 0:
			st = st.KeepFirst(keep)
		case keep < 0:
			st = st.KeepLast(-keep)
		}
		s := state.NewScope("page", nil)
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
			wasList, wasWaits := slices.Clone(list), map[string]bool{}
			for k, v := range waits {
				wasWaits[k] = v
			}
			w := begin(s)
			for range rapid.IntRange(1, 12).Draw(t, "calls") {
				items := rapid.SliceOfN(item, 0, 5).Draw(t, "items")
				n := rapid.IntRange(0, 8).Draw(t, "n")
				switch rapid.IntRange(0, 7).Draw(t, "call") {
				case 0, 1:
					st.Append(w, items...)
					insert(len(list), items)
				case 2:
					st.Prepend(w, items...)
					insert(0, items)
				case 3:
					st.InsertAt(w, n, items...)
					insert(min(n, len(list)), items)
				case 4:
					for _, it := range items {
						if st.Update(w, it) != (place(it.ID) >= 0) {
							t.Fatal("Update tells a lie")
						}
						if j := place(it.ID); j >= 0 {
							list[j], waits[it.ID] = it, true
						}
					}
				case 5:
					for _, it := range items {
						st.Delete(w, it)
						list = slices.DeleteFunc(list, func(l line) bool { return l.ID == it.ID })
					}
				case 6:
					st.TrimStart(w, n)
					list = list[max(len(list)-n, 0):]
					st.TrimEnd(w, n/2)
					list = list[:min(len(list), n/2)]
				case 7:
					if n == 0 {
						st.Reset(w, items...)
						list = nil
						insert(0, items)
					}
				}
			}
			if fails {
				list, waits = wasList, wasWaits
			} else {
				w.tx.Commit()
			}
			reading(s, func(ctx context.Context) {
				items := st.Items(ctx)
				if items.Len() != len(list) || st.Len(ctx) != len(list) {
					t.Fatalf("%v, not %v", st.IDs(ctx), list)
				}
				for i, want := range list {
					got := items.Item(i)
					if items.ID(i) != want.ID || (got != nil) != waits[want.ID] || got != nil && *got != want {
						t.Fatalf("%d: %s %v, not %v (waits %v)", i, items.ID(i), got, want, waits[want.ID])
					}
				}
			})
			if rapid.Bool().Draw(t, "shown") {
				show(s, st)
				clear(waits)
			}
		}
	})
}
