package state_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/scope"
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

// items is what a rendering reads of a stream.
func items(ctx context.Context, st *state.Stream[line]) scope.StreamItems[line] {
	return (*scope.Stream[line])(st).Items(ctx)
}

// held lists a stream's ids, with a star after those whose items are pending.
func held(s *scope.Scope, st *state.Stream[line]) string {
	var b strings.Builder
	reading(s, func(ctx context.Context) {
		items := items(ctx, st)
		for i, id := range items.IDs() {
			b.WriteString(id)
			if items.Item(i) != nil {
				b.WriteString("*")
			}
		}
	})
	return b.String()
}

// show renders the stream and sends it.
func show(s *scope.Scope, st *state.Stream[line]) {
	var ref scope.StreamRef
	reading(s, func(ctx context.Context) { ref = items(ctx, st).Ref })
	s.Rendered()
	ref.Sent()
}

func TestStreamsKeepOrderAndForgetWhatWasSent(t *testing.T) {
	st := state.NewStream("lines", lineID)
	s := scope.New(owner("page"), nil)
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
	s := scope.New(owner("page"), nil)
	inner := scope.New(owner("component"), s)
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

func dump(s *scope.Scope) (text string) {
	reading(s, func(ctx context.Context) { text = state.Dump(ctx) })
	return text
}

func TestFailedCallbacksLeaveStreamsAlone(t *testing.T) {
	st := state.NewStream("lines", lineID)
	s := scope.New(owner("page"), nil)
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
	s := scope.New(owner("page"), nil)
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

func TestStreamsHaveGoodNames(t *testing.T) {
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
	if st := state.NewStream("a", lineID); st.KeepFirst(1).Name() != "a" || st.DOMID(line{ID: "x"}) != "a-x" {
		t.Error("a copy has another name, or an item another id")
	}
}
