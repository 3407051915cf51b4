package scope_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/internal/scope"
)

// keyOf returns a key for values of one type.
func keyOf[T any](name string) *scope.Key {
	return &scope.Key{Name: name, Equal: scope.EqualOf[T]()}
}

// owner is the owner of a scope that notes nothing.
type owner string

func (o owner) Name() string                       { return string(o) }
func (owner) ScopeChanged()                        {}
func (owner) ComparingPanicked(string, any)        {}
func (owner) DurableCodec(*scope.Key) *scope.Codec { return nil }
func (owner) RecoveringFailed(string, error)       {}

// update runs a callback that succeeds.
func update(s *scope.Scope, f func(tx *scope.Tx)) {
	tx := s.Begin()
	f(tx)
	tx.Commit()
}

// reading renders f once and returns what it read.
func reading(s *scope.Scope, f func(ctx context.Context)) []scope.Read {
	t := &scope.Tracker{}
	outer := t.Mark()
	f(scope.WithSource(context.Background(), t.Source(s)))
	return t.Since(outer)
}

func read(ctx context.Context, k *scope.Key) any {
	v, _ := scope.SourceOf(ctx).Read(k)
	return v
}

func dirty(reads []scope.Read) bool { return (&scope.Changes{}).Any(reads) }

func panicOf(f func()) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	f()
	return ""
}

func TestWhatIsNotCommittedDidNotHappen(t *testing.T) {
	count := keyOf[int]("count")
	s := scope.New(owner("page"), nil)
	update(s, func(tx *scope.Tx) { tx.Set(count, 1) })
	s.Rendered()
	s.Begin().Set(count, 2)
	if s.Dirty() {
		t.Error("an open transaction is dirty")
	}
	before := s.Snapshot()
	update(s, func(tx *scope.Tx) { tx.Set(count, 3) })
	s.Restore(before)
	update(s, func(tx *scope.Tx) {
		if v, _ := tx.Own(count); v != 1 {
			t.Errorf("count is %v", v)
		}
	})
	if s.Dirty() {
		t.Error("what was restored is dirty")
	}
}

func TestReadsLookOutwardAndWritesStay(t *testing.T) {
	title := keyOf[string]("title")
	page := scope.New(owner("page"), nil)
	part := scope.New(owner("part"), page)
	update(page, func(tx *scope.Tx) { tx.Set(title, "page's") })
	update(part, func(tx *scope.Tx) {
		if v, _ := tx.Source().Read(title); v != "page's" {
			t.Errorf("the page's value is not seen, but %v", v)
		}
		if v, ok := tx.Own(title); ok {
			t.Errorf("the page's value is the part's own: %v", v)
		}
		tx.Set(title, "part's")
	})
	reads := reading(part, func(ctx context.Context) {
		if v := read(ctx, title); v != "part's" {
			t.Errorf("its own value is not seen, but %v", v)
		}
	})
	page.Rendered()
	part.Rendered()
	update(page, func(tx *scope.Tx) { tx.Set(title, "new") })
	if dirty(reads) {
		t.Error("a value that is hidden by a nearer one counts")
	}
	update(part, func(tx *scope.Tx) { tx.Set(title, "newer") })
	if !dirty(reads) {
		t.Error("its own value does not count")
	}
}

// watcher records what a scope notifies it of.
type watcher struct {
	changes  int
	panicked string
}

func (w *watcher) Name() string                            { return "part" }
func (w *watcher) ScopeChanged()                           { w.changes++ }
func (w *watcher) DurableCodec(*scope.Key) *scope.Codec    { return nil }
func (w *watcher) RecoveringFailed(key string, err error)  {}
func (w *watcher) ComparingPanicked(key string, value any) { w.panicked = fmt.Sprint(key, ": ", value) }

func TestOwnersAreNotified(t *testing.T) {
	armed := false
	odd := &scope.Key{Name: "odd", Equal: func(a, b any) bool {
		if armed {
			panic("no")
		}
		return a == b
	}}
	first, second := scope.New(owner("first"), nil), scope.New(owner("second"), nil)
	var w watcher
	part := scope.New(&w, first)
	update(first, func(tx *scope.Tx) { tx.Set(odd, 1) })
	update(second, func(tx *scope.Tx) { tx.Set(odd, 2) })
	part.Begin().Set(odd, 0)
	if update(part, func(*scope.Tx) {}); w.changes != 0 {
		t.Error("notified though nothing has changed")
	}
	part.SetParent(second)
	reading(part, func(ctx context.Context) {
		if v := read(ctx, odd); v != 2 || w.changes != 1 {
			t.Errorf("the new parent's value is not read, but %v, %d changes", v, w.changes)
		}
	})
	update(part, func(tx *scope.Tx) { tx.Set(odd, 3) })
	part.Rendered()
	before := part.Snapshot()
	update(part, func(tx *scope.Tx) { tx.Set(odd, 4) })
	if armed = true; !part.Dirty() || w.panicked != "odd: no" {
		t.Errorf("dirty %v, panicked %q", part.Dirty(), w.panicked)
	}
	if part.Restore(before); w.changes != 4 || part.Dirty() {
		t.Errorf("%d changes, not 4; dirty %v", w.changes, part.Dirty())
	}
}

func TestMistakesPanic(t *testing.T) {
	s := scope.New(owner("the page"), nil)
	if p := panicOf(func() { tx := s.Begin(); tx.Set(keyOf[int]("same"), 1); tx.Set(keyOf[int]("same"), 1) }); !strings.Contains(p, `the page has two keys named "same"`) {
		t.Errorf("two keys of a name: %q", p)
	}
	if p := panicOf(func() { scope.SourceOf(context.Background()) }); !strings.Contains(p, "no view") {
		t.Errorf("reading nowhere: %q", p)
	}
}

// More reads with an argument than are told apart become one of the whole key.
func TestManyReadsWithArguments(t *testing.T) {
	selected := keyOf[int]("selected")
	s := scope.New(owner("page"), nil)
	update(s, func(tx *scope.Tx) { tx.Set(selected, 1) })
	reads := reading(s, func(ctx context.Context) {
		for i := range 1000 {
			scope.SourceOf(ctx).ReadArg(selected, scope.Hash(i))
		}
	})
	s.Rendered()
	if len(reads) > 100 {
		t.Errorf("%d reads are kept", len(reads))
	}
	update(s, func(tx *scope.Tx) { tx.Set(selected, 2) })
	if !dirty(reads) {
		t.Error("the change is not seen")
	}
}

// Whether a type is known when the program is compiled makes no difference.
func TestEqualityOfATypeIsThatOfItsValues(t *testing.T) {
	now := time.Now()
	equals(t, 1, 1, true)
	equals(t, [2]string{"a"}, [2]string{"b"}, false)
	equals(t, now, now.UTC(), true)
	equals(t, &now, &now, false)
	equals(t, []int{}, []int{}, false)
}

func equals[T any](t *testing.T, a, b T, want bool) {
	t.Helper()
	for _, equal := range []func(a, b any) bool{scope.EqualOf[T](), scope.EqualFor(reflect.TypeFor[T]())} {
		if got := equal != nil && equal(a, b); got != want {
			t.Errorf("%v and %v: equal %v", a, b, got)
		}
	}
}
