package live_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/views"
)

func TestAPageAttachesAndDetachesHooks(t *testing.T) {
	l := &trail{}
	v := openDesk(t, desk{l, func(s *views.Socket) error { return l.attach(s, "first") }}, views.Hook{Event: func(s *views.Socket, c views.Callback) error {
		switch c.Name {
		case "Add":
			return l.attach(s, "second")
		case "Serve":
			s.Detach("first")
			s.Detach("nobody")
		}
		return nil
	}})
	ran(t, l, "mount", "first params", "params", "clerk mounted")
	for range 2 { // the second time, it takes its own place
		post(t, v, "Add", "", "1")
	}
	ran(t, l, "first Event Add of live_test.desk", "add ", "first Message added of live_test.desk", "second Message added of live_test.desk", "added",
		"first Event Add of live_test.desk", "second Event Add of live_test.desk", "add ", "first Message added of live_test.desk", "second Message added of live_test.desk", "added")
	post(t, v, "Serve", clerkAt, "")
	ran(t, l, "first Event Serve of live_test.clerkc1", "second Event Serve of live_test.clerkc1", "serve ", "second Message done of live_test.clerkc1", "done")
}

// Attaching and detaching belong to the transaction.
func TestHooksOfAFailedCallbackAreNotAttached(t *testing.T) {
	l := &trail{}
	v := openDesk(t, desk{trail: l})
	l.take()
	failing := func(f func(s *views.Socket)) {
		if err := v.Run(t.Context(), viewtest.Callback("failing", func(s *views.Socket) error { f(s); return errDesk })); err == nil {
			t.Error("it has not failed")
		}
	}
	attach := func(s *views.Socket, name string) {
		if err := l.attach(s, name); err != nil {
			t.Error(err)
		}
	}
	failing(func(s *views.Socket) { attach(s, "lost") })
	v.Begin()
	v.Set(func(s *views.Socket) { attach(s, "rolled back"); attach(s, "too") })
	v.Set(func(s *views.Socket) { s.Detach("too") })
	v.Rollback()
	v.Set(func(s *views.Socket) { attach(s, "kept") })
	v.Begin()
	failing(func(s *views.Socket) { s.Detach("kept") })
	v.Set(func(s *views.Socket) { s.Detach("kept") })
	v.Rollback()
	post(t, v, "Add", "", "1")
	ran(t, l, "kept Event Add of live_test.desk", "add ", "kept Message added of live_test.desk", "added")
	v.Set(func(s *views.Socket) { s.Detach("kept") })
	post(t, v, "Add", "", "1")
	ran(t, l, "add ", "added")
}

func TestTooManyHooksAreNotAttached(t *testing.T) {
	v := openDesk(t, desk{trail: &trail{}})
	v.Set(func(s *views.Socket) {
		for i := range 33 {
			switch err := s.Attach(fmt.Sprint(i), views.Hook{}); {
			case i < 32 && err != nil:
				t.Errorf("hook %d: %v", i, err)
			case i == 32 && !errors.Is(err, views.ErrFull):
				t.Errorf("one too many: %v", err)
			}
		}
		if err := s.Attach("7", views.Hook{}); err != nil {
			t.Errorf("in the place of another: %v", err)
		}
		panics(t, "a hook with Mount", func() { _ = s.Attach("x", views.Hook{Mount: func(*views.Socket) error { return nil }}) })
		panics(t, "a hook without a name", func() { _ = s.Attach("", views.Hook{}) })
	})
}
