package live_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/views"
)

func TestHooksAreAroundEachCallback(t *testing.T) {
	l := &trail{}
	v := openDesk(t, desk{trail: l}, l.wrapping("a"), l.following("b"))
	ran(t, l, "a<Mount", "a mount", "b mount", "mount", "a<HandleParams", "a params", "b params", "params", "a><nil>", "a><nil>", "clerk mounted")
	post(t, v, "Add", "", "2")
	ran(t, l, "a<Event", "a Event Add of live_test.desk", "b Event Add of live_test.desk", "add ", "a><nil>",
		"a<Message", "a Message added of live_test.desk", "b Message added of live_test.desk", "added", "a><nil>")
	post(t, v, "Serve", clerkAt, "")
	ran(t, l, "a<Event", "a Event Serve of live_test.clerkc1", "b Event Serve of live_test.clerkc1", "serve ", "a><nil>",
		"a<Message", "a Message done of live_test.clerkc1", "b Message done of live_test.clerkc1", "done", "a><nil>")
	if err := v.Post("Fail", "", ""); !errors.Is(err, errDesk) {
		t.Error(err)
	}
	ran(t, l, "a<Event", "a Event Fail of live_test.desk", "b Event Fail of live_test.desk", "fail", "a>the desk is closed")
	post(t, v, "Start", "", "")
	l.take()
	work(v)
	ran(t, l, "a<Message", "a Message started of live_test.desk", "b Message started of live_test.desk", "started", "a><nil>")
}

// What a hook stops has not run, and what hooks have set before is rolled back, unless it is redirected.
func TestAHookStopsACallback(t *testing.T) {
	for kind, stop := range map[string]func(with func(*views.Socket) error) views.Hook{
		"check": func(with func(*views.Socket) error) views.Hook {
			check := func(s *views.Socket, _ views.Callback) error { return with(s) }
			return views.Hook{Event: check, Message: check}
		},
		"wrap": func(with func(*views.Socket) error) views.Hook {
			return views.Hook{Wrap: func(s *views.Socket, c views.Callback, next func() error) error {
				if c.Kind == views.KindMount || c.Kind == views.KindHandleParams {
					return next()
				}
				return with(s)
			}}
		},
	} {
		l := &trail{}
		to := errDesk
		setting := views.Hook{Event: func(s *views.Socket, _ views.Callback) error { role.Set(s, "set"); return nil }}
		v := openDesk(t, desk{trail: l}, setting, stop(func(s *views.Socket) error {
			if to != nil {
				return to
			}
			s.Flash(views.FlashError, "Please log in")
			return s.Redirect("/elsewhere")
		}), l.following("after"))
		l.take()
		for component, event := range map[string]string{"": "Add", clerkAt: "Serve"} {
			to = errDesk
			if err := v.Post(event, component, "1"); !errors.Is(err, errDesk) {
				t.Errorf("%s %s: %v", kind, event, err)
			}
			ran(t, l)
			v.Set(func(s *views.Socket) {
				if role.Get(s) != "" || served.Get(s) != 0 {
					t.Errorf("%s %s: the role is %q, served %d", kind, event, role.Get(s), served.Get(s))
				}
			})
			to = nil
			post(t, v, event, component, "1")
			if d := v.Departure(); d == nil || d.To.String() != "/elsewhere" || len(d.Flash(nil)) != 1 {
				t.Errorf("%s %s: the page goes to %v", kind, event, d)
			}
			ran(t, l)
			v.Set(func(s *views.Socket) {
				if role.Get(s) != "set" {
					t.Errorf("%s %s: redirected, the role is %q", kind, event, role.Get(s))
				}
				role.Set(s, "")
			})
		}
		to = errDesk
		if err := views.Send(v.Ref(), desk.added, 1); err != nil {
			t.Fatal(err)
		}
		c, _ := v.Next()
		if err := v.Run(t.Context(), c); !errors.Is(err, errDesk) {
			t.Errorf("%s message: %v", kind, err)
		}
		ran(t, l)
	}
}

func TestAHookStopsMount(t *testing.T) {
	for name, c := range map[string]struct {
		hook views.Hook
		ran  []string
	}{
		"mount":  {views.Hook{Mount: func(*views.Socket) error { return views.ErrForbidden }}, []string{"a mount"}},
		"params": {views.Hook{HandleParams: func(*views.Socket) error { return views.ErrForbidden }}, []string{"a mount", "b mount", "mount", "a params"}},
		"wrap":   {views.Hook{Wrap: func(*views.Socket, views.Callback, func() error) error { return views.ErrForbidden }}, []string{"a mount"}},
	} {
		l := &trail{}
		v := viewtest.NewUnmounted(t, viewtest.Define(desk{trail: l}), func(err error) { t.Error(err) })
		v.SetHooks(live.Face.Hooks([]views.Hook{l.following("a"), c.hook, l.following("b")}))
		err := v.Run(t.Context(), v.Mounting(params.Input{Path: func(string) string { return "" }}))
		if !errors.Is(err, views.ErrForbidden) {
			t.Errorf("%s: %v", name, err)
		}
		ran(t, l, c.ran...)
	}
}

// A hook's socket is the page's, and what it sets there is what the component's callback reads; both are one
// transaction.
func TestHooksSetKeysOfThePageAroundComponents(t *testing.T) {
	l := &trail{}
	next := ""
	var kept *views.Socket
	v := openDesk(t, desk{trail: l}, views.Hook{
		Event: func(s *views.Socket, _ views.Callback) error {
			if s.ID() != "" {
				t.Errorf("the socket is that of %q", s.ID())
			}
			kept = s
			role.Set(s, next)
			served.Update(s, func(n int) int { return n + 1 })
			s.OnEnd(func() { l.add("ended") })
			return nil
		},
		Wrap: func(s *views.Socket, c views.Callback, next func() error) error {
			err := next()
			if c.Kind == views.KindEvent {
				s.SetTitle("after " + role.Get(s))
			}
			return err
		},
	})
	l.take()
	next = "chief"
	post(t, v, "Serve", clerkAt, "")
	ran(t, l, "serve chief", "done")
	panics(t, "a hook's socket after the callback", func() { role.Set(kept, "late") })
	if title := v.Tree.Title(); title != "after chief" {
		t.Errorf("the title is %q", title)
	}
	if p := v.Patch(); !strings.Contains(p, "1 chief") {
		t.Errorf("the page shows %s", p)
	}
	is := func(when string) {
		t.Helper()
		v.Set(func(s *views.Socket) {
			if role.Get(s) != "chief" || served.Get(s) != 1 {
				t.Errorf("after a %s: %q %d", when, role.Get(s), served.Get(s))
			}
		})
	}
	next = "nobody"
	if err := v.Post("Fail", clerkAt, ""); !errors.Is(err, errDesk) {
		t.Error(err)
	}
	ran(t, l, "ended")
	is("failure")
	next = "unshowable"
	v.Begin()
	post(t, v, "Serve", clerkAt, "")
	if _, err := v.Render(nil); err == nil {
		t.Fatal("it can be rendered")
	}
	v.Rollback()
	is("rollback")
}

func TestAWrapRecoversFromAPanic(t *testing.T) {
	recovering := true
	v := openDesk(t, desk{trail: &trail{}}, views.Hook{Wrap: func(_ *views.Socket, _ views.Callback, next func() error) (err error) {
		if recovering {
			defer func() {
				if p := recover(); p != nil {
					err = views.Error(409, fmt.Sprint("recovered: ", p))
				}
			}()
		}
		return next()
	}})
	if err := v.Post("Panic", "", ""); err == nil || !strings.HasSuffix(err.Error(), "recovered: the desk is closed") {
		t.Error(err)
	}
	recovering = false
	if err := v.Post("Panic", "", ""); err == nil || !strings.HasSuffix(err.Error(), "panic: the desk is closed") {
		t.Error(err)
	}
	post(t, v, "Add", "", "1")
}

func TestAWrapRunsNextOnce(t *testing.T) {
	l := &trail{}
	var late func() error
	v := openDesk(t, desk{trail: l}, views.Hook{Wrap: func(_ *views.Socket, c views.Callback, next func() error) error {
		if c.Kind != views.KindEvent {
			return next()
		}
		late = next
		if c.Name == "Fail" {
			return nil // without next
		}
		return errors.Join(next(), next())
	}})
	l.take()
	if err := v.Post("Add", "", "1"); err == nil || !strings.Contains(err.Error(), "next twice") {
		t.Error(err)
	}
	ran(t, l, "add ")
	post(t, v, "Fail", "", "")
	ran(t, l)
	panics(t, "next after the callback", func() { _ = late() })
}

func TestHooksThatPanicFailTheCallback(t *testing.T) {
	l := &trail{}
	v := openDesk(t, desk{trail: l}, views.Hook{Event: func(*views.Socket, views.Callback) error { panic("in a hook") }})
	l.take()
	if err := v.Post("Add", "", "1"); err == nil || !strings.Contains(err.Error(), "panic: in a hook") {
		t.Error(err)
	}
	ran(t, l)
}

// Hooks see the names of events that are there, whatever was sent, and of parameters that can be read.
func TestHooksSeeNoUnknownEvents(t *testing.T) {
	l := &trail{}
	v := openDesk(t, desk{trail: l}, l.wrapping("a"))
	l.take()
	for _, component := range []string{"", clerkAt, "live_test.clerk.c2"} {
		if err := v.Post("Made up", component, ""); err == nil {
			t.Error("it ran")
		}
	}
	if err := v.Post("Add", "", "many"); !errors.Is(err, views.ErrText) {
		t.Error(err)
	}
	ran(t, l)
}

// An event whose parameter reads what was posted by itself is two callbacks. What stops it does so in the first one.
func TestHooksAroundAFormsEvent(t *testing.T) {
	l := &trail{}
	refuse := false
	v := openDesk(t, desk{trail: l}, l.wrapping("a"), views.Hook{Event: func(*views.Socket, views.Callback) error {
		if refuse {
			return views.ErrForbidden
		}
		return nil
	}})
	l.take()
	for component, of := range map[string]string{"": "desk", clerkAt: "clerkc1"} {
		submit := func(text string) error {
			c, err := v.Event("Submit", component, params.Input{Query: url.Values{}, Fields: url.Values{"text": {text}}})
			if err != nil {
				t.Fatal(err)
			}
			return v.Run(t.Context(), c)
		}
		if err := submit("x"); err != nil {
			t.Error(err)
		}
		ran(t, l, "a<Receive", "a Receive Submit of live_test."+of, "a><nil>", "a<Event", "submit x", "a><nil>")
		if err := submit(""); err != nil {
			t.Error(err)
		}
		ran(t, l, "a<Receive", "a Receive Submit of live_test."+of, "a><nil>")
		refuse = true
		if err := submit("y"); !errors.Is(err, views.ErrForbidden) {
			t.Error(err)
		}
		refuse = false
		ran(t, l, "a<Receive", "a Receive Submit of live_test."+of, "a>hook: Not allowed")
		c := v.Tree.Root()
		if component != "" {
			c = v.Tree.Lookup(component)
		}
		if got := role.Get(live.Reading(c)); got != "" {
			t.Errorf("%q was received", got)
		}
	}
}

// A callback that is given up leaves nothing behind of its hooks either, and these can't go on.
func TestHooksOfAbandonedCallbacksAreVoid(t *testing.T) {
	l := &trail{}
	inside, goOn := make(chan bool), make(chan bool)
	v := openDesk(t, desk{trail: l}, views.Hook{Wrap: func(s *views.Socket, c views.Callback, next func() error) error {
		if c.Name != "Fail" {
			return next()
		}
		role.Set(s, "early")
		inside <- true
		<-goOn
		return next()
	}})
	l.take()
	c, err := v.Event("Fail", clerkAt, params.Input{})
	if err != nil {
		t.Fatal(err)
	}
	result := make(chan error)
	go func() { result <- v.Run(t.Context(), c) }()
	<-inside
	ended, ok := v.Abandon(t.Context())
	if !ok {
		t.Fatal("there was nothing to abandon")
	}
	ended()
	v.Set(func(s *views.Socket) {
		if err := l.attach(s, "later"); err != nil {
			t.Error(err)
		}
	})
	close(goOn)
	if err := <-result; !errors.Is(err, views.ErrDeadline) {
		t.Error(err)
	}
	post(t, v, "Add", "", "1")
	ran(t, l, "later Event Add of live_test.desk", "add ", "later Message added of live_test.desk", "added")
}
