package state_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/state"
)

// writer is a callback's socket.
type writer struct {
	context.Context
	tx  *state.Tx
	src *state.Source
}

func (w *writer) Tx() *state.Tx { return w.tx }

func (w *writer) Value(k any) any {
	if k == (state.SourceKey{}) {
		return w.src
	}
	return w.Context.Value(k)
}

func begin(s *state.Scope) *writer {
	tx := s.Begin()
	return &writer{context.Background(), tx, tx.Source()}
}

// update runs a callback that succeeds.
func update(s *state.Scope, f func(w *writer)) {
	w := begin(s)
	f(w)
	w.tx.Commit()
}

// reading renders f once and returns what it read.
func reading(s *state.Scope, f func(ctx context.Context)) []state.Read {
	t := &state.Tracker{}
	outer := t.Mark()
	f(state.WithSource(context.Background(), t.Source(s)))
	return t.Since(outer)
}

func dirty(reads []state.Read) bool { return (&state.Changes{}).Any(reads) }

func panicOf(f func()) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	f()
	return ""
}

func TestKeysAreSetAndRead(t *testing.T) {
	count, name := state.NewKey[int]("count"), state.NewKey[string]("name")
	s := state.NewScope("page", nil)
	update(s, func(w *writer) {
		if _, ok := count.Lookup(w); ok || count.Get(w) != 0 {
			t.Error("an unset key has a value")
		}
		state.Assign(w, count.To(1), name.To("a"))
		count.Update(w, func(n int) int { return n + 1 })
		name.SetNew(w, func() string { t.Error("SetNew ran for a key that has a value"); return "" })
		if count.Get(w) != 2 || name.Get(w) != "a" {
			t.Errorf("a callback reads %d, %q", count.Get(w), name.Get(w))
		}
	})
	reading(s, func(ctx context.Context) {
		if v, ok := count.Lookup(ctx); !ok || v != 2 {
			t.Errorf("a rendering reads %d, %v", v, ok)
		}
	})
}

func TestWhatIsNotCommittedDidNotHappen(t *testing.T) {
	count := state.NewKey[int]("count")
	s := state.NewScope("page", nil)
	update(s, func(w *writer) { count.Set(w, 1) })
	s.Rendered()
	lost := begin(s)
	count.Set(lost, 2)
	if s.Dirty() {
		t.Error("an open transaction is dirty")
	}
	before := s.Snapshot()
	update(s, func(w *writer) { count.Set(w, 3) })
	s.Restore(before)
	update(s, func(w *writer) {
		if count.Get(w) != 1 {
			t.Errorf("count is %d", count.Get(w))
		}
	})
	if s.Dirty() {
		t.Error("what was restored is dirty")
	}
}

func TestProgrammingMistakesPanic(t *testing.T) {
	for _, name := range []string{"", "flash", "uploads", "streams", "socket", "myself", "live_action"} {
		if p := panicOf(func() { state.NewKey[int](name) }); p == "" {
			t.Errorf("a key may be named %q", name)
		}
	}
	a, b := state.NewKey[int]("same"), state.NewKey[int]("same")
	s := state.NewScope("the page", nil)
	if p := panicOf(func() { a.Update(begin(s), func(n int) int { return n }) }); !strings.Contains(p, `"same"`) || !strings.Contains(p, "the page") {
		t.Errorf("Update of an unset key: %q", p)
	}
	if p := panicOf(func() { w := begin(s); a.Set(w, 1); b.Set(w, 1) }); !strings.Contains(p, "two keys") {
		t.Errorf("two keys of a name: %q", p)
	}
	if p := panicOf(func() { a.Get(context.Background()) }); !strings.Contains(p, "no view") {
		t.Errorf("reading nowhere: %q", p)
	}
}

func TestReadsLookOutwardAndWritesStay(t *testing.T) {
	title := state.NewKey[string]("title")
	page := state.NewScope("page", nil)
	part := state.NewScope("part", page)
	update(page, func(w *writer) { title.Set(w, "page's") })
	update(part, func(w *writer) {
		if title.Get(w) != "page's" {
			t.Error("the page's value is not seen")
		}
		if p := panicOf(func() { title.Update(w, strings.ToUpper) }); p == "" {
			t.Error("a part updates its page's key")
		}
		title.Set(w, "part's")
	})
	reads := reading(part, func(ctx context.Context) {
		if title.Get(ctx) != "part's" {
			t.Error("its own value is not seen")
		}
	})
	page.Rendered()
	part.Rendered()
	update(page, func(w *writer) { title.Set(w, "new") })
	if dirty(reads) {
		t.Error("a value that is hidden by a nearer one counts")
	}
	update(part, func(w *writer) { title.Set(w, "newer") })
	if !dirty(reads) {
		t.Error("its own value does not count")
	}
}

func TestEquality(t *testing.T) {
	type pair struct {
		A int
		B string
	}
	now := time.Now()
	for _, c := range []struct {
		name string
		same bool
		run  func(s *state.Scope)
	}{
		{"int", true, twice(1, 1)},
		{"struct by value", true, twice(pair{1, "x"}, pair{1, "x"})},
		{"another struct", false, twice(pair{1, "x"}, pair{2, "x"})},
		{"time in another zone", true, twice(now, now.UTC())},
		{"slice, maybe changed in place", false, twice([]int{1}, []int{1})},
		{"pointer", false, twice(&pair{}, &pair{})},
		{"interface", false, twice[any](1, 1)},
		{"map", false, twice(map[int]int{}, map[int]int{})},
	} {
		s := state.NewScope("page", nil)
		c.run(s)
		if s.Dirty() == c.same {
			t.Errorf("%s: dirty %v", c.name, s.Dirty())
		}
	}
	list := state.NewKey[[]int]("list").WithEqual(slices.Equal)
	s := state.NewScope("page", nil)
	setTwice(s, list, []int{1}, []int{1})
	if s.Dirty() {
		t.Error("the key's own equality is not asked")
	}
}

func twice[T any](a, b T) func(*state.Scope) {
	return func(s *state.Scope) { setTwice(s, state.NewKey[T]("key"), a, b) }
}

func setTwice[T any](s *state.Scope, k *state.Key[T], a, b T) {
	update(s, func(w *writer) { k.Set(w, a) })
	s.Rendered()
	update(s, func(w *writer) { k.Set(w, b) })
}

func TestOnlyReadsThatAnswerOtherwiseAreDirty(t *testing.T) {
	type user struct {
		Name string
		Age  int
	}
	who, selected, other := state.NewKey[user]("user"), state.NewKey[int]("selected"), state.NewKey[int]("other")
	name := state.Field(who, func(u user) string { return u.Name })
	both := state.Derive("both", func(ctx context.Context) int { return selected.Get(ctx)%2 + other.Get(ctx)%2 })
	s := state.NewScope("page", nil)
	update(s, func(w *writer) { state.Assign(w, who.To(user{"a", 1}), selected.To(5), other.To(0)) })

	read := map[string][]state.Read{
		"key":   reading(s, func(ctx context.Context) { who.Get(ctx) }),
		"field": reading(s, func(ctx context.Context) { name.Get(ctx) }),
		"both":  reading(s, func(ctx context.Context) { both.Get(ctx) }),
		"is 5":  reading(s, func(ctx context.Context) { state.Is(ctx, selected, 5) }),
		"is 6":  reading(s, func(ctx context.Context) { state.Is(ctx, selected, 6) }),
		"is 7":  reading(s, func(ctx context.Context) { state.Is(ctx, selected, 7) }),
	}
	for _, c := range []struct {
		change func(w *writer)
		want   string
	}{
		{func(w *writer) { other.Set(w, 0) }, "[]"},
		{func(w *writer) { who.Set(w, user{"a", 2}) }, "[key]"},
		{func(w *writer) { who.Set(w, user{"b", 2}) }, "[field key]"},
		{func(w *writer) { selected.Set(w, 7) }, "[is 5 is 7]"},
		{func(w *writer) { selected.Set(w, 6); selected.Set(w, 5) }, "[]"},
		{func(w *writer) { selected.Set(w, 6) }, "[both is 5 is 6]"},
		{func(w *writer) { selected.Set(w, 6); other.Set(w, 1) }, "[is 5 is 6]"},
	} {
		s.Rendered()
		before := s.Snapshot()
		update(s, c.change)
		got := []string{}
		for k, r := range read {
			if dirty(r) {
				got = append(got, k)
			}
		}
		slices.Sort(got)
		if fmt.Sprint(got) != c.want {
			t.Errorf("dirty are %v, not %s", got, c.want)
		}
		s.Restore(before)
	}
}

// More questions with an argument than are told apart become one of the whole key.
func TestManyReadsWithArguments(t *testing.T) {
	selected := state.NewKey[int]("selected")
	s := state.NewScope("page", nil)
	update(s, func(w *writer) { selected.Set(w, 1) })
	reads := reading(s, func(ctx context.Context) {
		for i := range 1000 {
			state.Is(ctx, selected, i)
		}
	})
	s.Rendered()
	if len(reads) > 100 {
		t.Errorf("%d reads are kept", len(reads))
	}
	update(s, func(w *writer) { selected.Set(w, 2) })
	if !dirty(reads) {
		t.Error("the change is not seen")
	}
}

func TestTemporaryKeys(t *testing.T) {
	lines := state.NewKey[[]string]("lines").Temporary([]string{})
	s := state.NewScope("page", nil)
	update(s, func(w *writer) { lines.Set(w, []string{"a"}) })
	reads := reading(s, func(ctx context.Context) { lines.Get(ctx) })
	s.Rendered()
	if s.Dirty() || dirty(reads) {
		t.Error("falling back is dirty")
	}
	reading(s, func(ctx context.Context) {
		if len(lines.Get(ctx)) > 0 {
			t.Error("the value is kept")
		}
	})
}

func TestDump(t *testing.T) {
	s := state.NewScope("shop.Page", nil)
	k := state.NewKey[string]("name")
	update(s, func(w *writer) {
		k.Set(w, "not yet committed")
		if d := state.Dump(w); d != "shop.Page\n  name: \"not yet committed\"\n" {
			t.Errorf("%q", d)
		}
	})
}
