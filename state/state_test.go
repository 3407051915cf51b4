package state_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/state"
)

func TestKeysAreSetAndRead(t *testing.T) {
	count, name := state.NewKey[int]("count"), state.NewKey[string]("name")
	s := scope.New(owner("page"), nil)
	update(s, func(w *writer) {
		if _, ok := count.Lookup(w); ok || count.Get(w) != 0 {
			t.Error("an unset key has a value")
		}
		state.Assign(w, count.To(1), name.To("a"))
		count.Update(w, func(n int) int { return n + 1 })
		name.SetDefault(w, func() string { t.Error("SetDefault ran for a key that has a value"); return "" })
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

func TestProgrammingMistakesPanic(t *testing.T) {
	for _, name := range []string{"", "flash", "uploads", "streams", "socket", "myself", "live_action"} {
		if p := panicOf(func() { state.NewKey[int](name) }); p == "" {
			t.Errorf("a key may be named %q", name)
		}
	}
	a, b := state.NewKey[int]("same"), state.NewKey[int]("same")
	s := scope.New(owner("the page"), nil)
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

func TestEquality(t *testing.T) {
	type pair struct {
		A int
		B string
	}
	now := time.Now()
	for _, c := range []struct {
		name string
		same bool
		run  func(s *scope.Scope)
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
		s := scope.New(owner("page"), nil)
		c.run(s)
		if s.Dirty() == c.same {
			t.Errorf("%s: dirty %v", c.name, s.Dirty())
		}
	}
	list := state.NewKey[[]int]("list").WithEqual(slices.Equal)
	s := scope.New(owner("page"), nil)
	setTwice(s, list, []int{1}, []int{1})
	if s.Dirty() {
		t.Error("the key's own equality is not asked")
	}
}

func twice[T any](a, b T) func(*scope.Scope) {
	return func(s *scope.Scope) { setTwice(s, state.NewKey[T]("key"), a, b) }
}

func setTwice[T any](s *scope.Scope, k *state.Key[T], a, b T) {
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
	s := scope.New(owner("page"), nil)
	update(s, func(w *writer) { state.Assign(w, who.To(user{"a", 1}), selected.To(5), other.To(0)) })

	read := map[string][]scope.Read{
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

func TestTemporaryKeys(t *testing.T) {
	lines := state.NewKey[[]string]("lines").Temporary([]string{})
	s := scope.New(owner("page"), nil)
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
	s := scope.New(owner("shop.Page"), nil)
	k := state.NewKey[string]("name")
	update(s, func(w *writer) {
		k.Set(w, "not yet committed")
		if d := state.Dump(w); d != "shop.Page\n  name: \"not yet committed\"\n" {
			t.Errorf("%q", d)
		}
	})
}
