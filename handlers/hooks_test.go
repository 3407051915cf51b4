package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// stackSite serves stacks below groups of hooks.
func stackSite(t *testing.T, n *steps, fails func(kind views.CallbackKind) error) *site {
	t.Helper()
	config := handlers.Config{Logger: quietLogger, Security: handlers.Security{Secrets: [][]byte{secret}}}
	other := handlers.New(config)
	t.Cleanup(func() { shutdown(t, other) })
	return newSite(t, config, func(k *handlers.Kit, r chi.Router) {
		r = r.With(other.Hooks(n.hook("of another kit", nil)))
		r.Handle("/stack", handlers.View(k, stack{n}))
		r.Handle("/static", k.Hooks(n.hook("static", fails))(handlers.View(k, views.Static("Static", templ.NopComponent))))
		r.Group(func(r chi.Router) {
			r.Use(k.Hooks(n.hook("outer", fails)))
			r.Route("/stacks", func(r chi.Router) {
				r.Use(k.Hooks(n.hook("inner", nil)))
				r.Handle("/{id}", handlers.View(k, stack{n}))
				r.Handle("/other/{id}", handlers.View(k, stack{n}))
				r.Handle("/own/{id}", handlers.View(k, stack{n}, n.hook("own", nil)))
			})
		})
	})
}

func TestHooksOfGroupsAndRoutesRunInOrder(t *testing.T) {
	n := &steps{}
	s := stackSite(t, n, nil)
	p := s.browser(t).open("/stacks/own/a?page=2")
	at := "/stacks/own/a?page=2"
	same(t, "a page load", n.take(),
		"outer Mount Mount "+at, "inner Mount Mount "+at, "own Mount Mount "+at, "mount",
		"outer HandleParams HandleParams "+at, "inner HandleParams HandleParams "+at, "own HandleParams HandleParams "+at, "params a 2")
	p.connect("")
	waitFor(t, func() bool { return s.kit.Stats().Views.Connected == 1 })
	p.post("event=Follow&value=true", nil).is(t, "attaching", 204)
	same(t, "a connection, and an event that attaches", n.take(),
		"outer Connect Connect "+at, "inner Connect Connect "+at, "own Connect Connect "+at, "connect",
		"outer Event Follow "+at, "inner Event Follow "+at, "own Event Follow "+at)
	p.post("event=Turn&value=3", nil).is(t, "a patch", 204, "HX-Push-Url", "/stacks/own/a?page=3")
	to := "/stacks/own/a?page=3"
	same(t, "a patch", n.take(),
		"outer Event Turn "+at, "inner Event Turn "+at, "own Event Turn "+at, "attached Event Turn "+at,
		"outer HandleParams HandleParams "+to, "inner HandleParams HandleParams "+to, "own HandleParams HandleParams "+to, "attached HandleParams HandleParams "+to, "params a 3")
	p.post("event=Follow&value=false", nil).is(t, "detaching", 204)
	n.take()
	p.post("event=Add&value=1", nil).is(t, "an event", 204)
	same(t, "an event", n.take(), "outer Event Add "+to, "inner Event Add "+to, "own Event Add "+to, "add")
	s.browser(t).open("/stack")
	same(t, "a page without hooks", n.take(), "mount", "params  1")
}

func TestHooksRunAtARemount(t *testing.T) {
	n := &steps{}
	s := stackSite(t, n, nil)
	p := s.browser(t).open("/stacks/a")
	shutdown(t, s.kit)
	var refuse error
	next := stackSite(t, n, func(views.CallbackKind) error { return refuse })
	s.kit, s.Config.Handler = next.kit, next.Config.Handler
	n.take()
	if a := p.post("event=Add&value=1", nil, "HX-Current-URL", s.URL+"/stacks/a"); a.status != 200 || !strings.Contains(a.body, ">2<") {
		t.Errorf("remounted: %d %s", a.status, a.body)
	}
	same(t, "a remount", n.take(), "outer Mount Mount /stacks/a", "inner Mount Mount /stacks/a", "mount",
		"outer HandleParams HandleParams /stacks/a", "inner HandleParams HandleParams /stacks/a", "params a 1",
		"outer Event Add /stacks/a", "inner Event Add /stacks/a", "add")
	shutdown(t, s.kit)
	next = stackSite(t, n, func(views.CallbackKind) error { return refuse })
	s.kit, s.Config.Handler = next.kit, next.Config.Handler
	n.take()
	refuse = views.ErrForbidden
	p.post("event=Add&value=1", nil, "HX-Current-URL", s.URL+"/stacks/a").is(t, "a remount that a hook refuses", 403, "HX-Refresh", "true")
	same(t, "a refused remount", n.take(), "outer Mount Mount /stacks/a")
}

func TestHooksStopWithErrorsAndRedirects(t *testing.T) {
	n := &steps{}
	var mu sync.Mutex
	stop := map[views.CallbackKind]error{}
	set := func(kind views.CallbackKind, err error) {
		mu.Lock()
		defer mu.Unlock()
		stop = map[views.CallbackKind]error{kind: err}
	}
	away := errors.New("away")
	fails := func(kind views.CallbackKind) error {
		mu.Lock()
		defer mu.Unlock()
		return stop[kind]
	}
	config := handlers.Config{Logger: quietLogger}
	s := newSite(t, config, func(k *handlers.Kit, r chi.Router) {
		r = r.With(k.Hooks(views.Hook{Wrap: func(s *views.Socket, c views.Callback, next func() error) error {
			err := fails(c.Kind)
			if errors.Is(err, away) {
				s.Flash(views.FlashError, "Please log in")
				return s.Redirect("/login")
			}
			if err != nil {
				return err
			}
			return next()
		}}))
		r.Handle("/stacks/{id}", handlers.View(k, stack{n}))
		r.Handle("/static", handlers.View(k, views.Static("Static", templ.NopComponent)))
		r.Handle("/login", http.NotFoundHandler())
	})
	b := s.browser(t)
	b.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	p := b.open("/stacks/a").connect("")
	waitFor(t, func() bool { return slices.Contains(n.take(), "connect") })

	set(views.KindEvent, views.Error(423, "Locked."))
	if a := p.post("event=Add&value=1", nil); a.status != 423 || !strings.Contains(a.body, "Locked.") {
		t.Errorf("an event: %d %s", a.status, a.body)
	}
	set(views.KindEvent, away)
	p.post("event=Add&value=1", nil).is(t, "an event", 204, "HX-Redirect", "/login")
	set(views.KindHandleParams, views.Error(423, "Locked."))
	p.post("event=Turn&value=2", nil).is(t, "a patch", 204, "HX-Push-Url", "")
	if a := p.visit("/stacks/b"); a.status != 423 || !strings.Contains(a.body, "Locked.") {
		t.Errorf("a patch link: %d %s", a.status, a.body)
	}
	set(views.KindHandleParams, away)
	p.visit("/stacks/b").is(t, "a patch link", 204, "HX-Redirect", "/login")
	same(t, "what ran", n.take())

	for _, kind := range []views.CallbackKind{views.KindMount, views.KindHandleParams} {
		set(kind, views.Error(423, "Locked."))
		if a := b.do("GET", "/stacks/a", nil); a.status != 423 || !strings.Contains(a.body, "Locked.") {
			t.Errorf("%s: %d %s", kind, a.status, a.body)
		}
		set(kind, away)
		b.do("GET", "/stacks/a", nil).is(t, string(kind), 303, "Location", "/login")
	}
	set(views.KindMount, away)
	b.do("GET", "/static", nil).is(t, "a static page", 303, "Location", "/login")
}

// A message that a hook redirects takes the page away by its connection.
func TestAHookRedirectsAMessage(t *testing.T) {
	n := &steps{}
	var ref views.Ref
	s := newSite(t, handlers.Config{Logger: quietLogger}, func(k *handlers.Kit, r chi.Router) {
		r.Handle("/stacks/{id}", handlers.View(k, stack{n}, views.Hook{
			Mount:   func(s *views.Socket) error { ref = s.Ref(); return nil },
			Message: func(s *views.Socket, _ views.Callback) error { return s.Redirect("/elsewhere") },
		}))
	})
	p := s.browser(t).open("/stacks/a").connect("")
	if err := views.Send(ref, stack.told, "x"); err != nil {
		t.Fatal(err)
	}
	p.expect("/elsewhere")
	for _, line := range n.take() {
		if line == "told" {
			t.Error("the message ran")
		}
	}
}

// An address with other hooks is none that the view may show: its own would not have been asked.
func TestAPatchToAnAddressWithOtherHooksLoadsIt(t *testing.T) {
	n := &steps{}
	s := stackSite(t, n, nil)
	b := s.browser(t)
	p := b.open("/stacks/a").connect("")
	waitFor(t, func() bool { return slices.Contains(n.take(), "connect") })
	p.visit("/stacks/other/b").is(t, "the same hooks", 204, "HX-Redirect", "")
	same(t, "the same hooks", n.take(), "outer HandleParams HandleParams /stacks/other/b", "inner HandleParams HandleParams /stacks/other/b", "params b 1")
	for _, to := range []string{"/stacks/own/c", "/stack"} {
		p.visit(to).is(t, to, 204, "HX-Redirect", to)
	}
	q := *p
	q.path = "/stack" // an event that comes before the request for the address
	if a := q.post("event=Add&value=1", nil, "HX-Current-URL", s.URL+"/stack"); a.status != 409 || a.header.Get("HX-Refresh") != "true" {
		t.Errorf("an event at an address with other hooks: %d %v %s", a.status, a.header, a.body)
	}
	same(t, "what ran", n.take())
}

func TestAfterRenderKnowsWhatWasRendered(t *testing.T) {
	n := &steps{}
	s := newSite(t, handlers.Config{}, func(k *handlers.Kit, r chi.Router) {
		r = r.With(k.Hooks(views.Hook{AfterRender: func(ctx context.Context, r views.Rendered) {
			if _, ok := ctx.(state.Writer); ok {
				t.Error("its context is a writer")
			}
			n.add("%v %v %d", r.Page, r.Bytes > 0, stacked.Get(ctx))
			if stacked.Get(ctx) == 4 {
				panic("after 4")
			}
		}}))
		r.Handle("/stacks/{id}", handlers.View(k, stack{&steps{}}))
	})
	rendered := func(want ...string) {
		t.Helper()
		var got []string
		waitFor(t, func() bool { got = append(got, n.take()...); return len(got) >= len(want) })
		same(t, "rendered", got, want...)
	}
	p := s.browser(t).open("/stacks/a")
	rendered("true true 1")
	if a := p.post("event=Add&value=1", nil); !strings.Contains(a.body, ">2<") {
		t.Error(a.body)
	}
	rendered("false true 2")
	p.connect("")
	p.expect(">2<") // the whole view: the answer may not have arrived
	rendered("false true 2")
	p.post("event=Add&value=1", nil)
	p.expect(">3<")
	rendered("false true 3")
	p.post("event=Add&value=0", nil) // renders nothing
	p.post("event=Add&value=1", nil)
	p.expect(">4<")
	rendered("false true 4")
	p.post("event=Add&value=1", nil)
	p.expect(">5<")
	rendered("false true 5")
	if log := s.log.String(); !strings.Contains(log, "AfterRender: panic: after 4") {
		t.Errorf("the log does not say what has panicked: %s", log)
	}
}

// Many views share the hooks of a group, attach and detach their own, and end meanwhile.
func TestHooksOfManyViewsAtATime(t *testing.T) {
	n := &steps{}
	s := stackSite(t, n, nil)
	var all sync.WaitGroup
	for i := range 6 {
		b := s.browser(t)
		all.Go(func() {
			a, err := b.ask("GET", fmt.Sprintf("/stacks/own/%d", i), nil)
			m := ticketIn.FindStringSubmatch(strings.ReplaceAll(a.body, "&#34;", `"`))
			if err != nil || m == nil {
				t.Errorf("%v %s", err, a.body)
				return
			}
			var events sync.WaitGroup
			for j := range 8 {
				events.Go(func() {
					a, err := b.ask("POST", fmt.Sprintf("/stacks/own/%d?event=Follow&value=%v", i, j%2 == 0), nil, "Sideband-Ticket", m[1])
					if err != nil || a.status >= 400 {
						t.Errorf("%d %v %s", a.status, err, a.body)
					}
				})
			}
			events.Wait()
		})
	}
	inTime(t, "a request", all.Wait)
	if got := len(n.take()); got < 6*(2*3+2+8*3) {
		t.Errorf("%d steps", got)
	}
}

// Without the kit's middleware outermost, hooks run too.
func TestHooksWithoutTheKitsMiddleware(t *testing.T) {
	n := &steps{}
	k := handlers.New(handlers.Config{Logger: quietLogger})
	t.Cleanup(func() { shutdown(t, k) })
	r := chi.NewRouter()
	r.Use(k.Hooks(n.hook("outer", func(views.CallbackKind) error { return views.ErrForbidden })))
	r.Handle("/stacks/{id}", handlers.View(k, stack{n}))
	if w := recorded(r, "GET", "/stacks/a"); w.Code != http.StatusForbidden {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	same(t, "what ran", n.take(), "outer Mount Mount /stacks/a")
}

// An optional value leaves the key alone where there is none.
func TestFromContextWithoutAValue(t *testing.T) {
	key := state.NewKey[string]("visitor")
	k := handlers.New(handlers.Config{Logger: quietLogger})
	t.Cleanup(func() { shutdown(t, k) })
	var got string
	read := views.Hook{Mount: func(s *views.Socket) error {
		name, ok := key.Lookup(s)
		got = fmt.Sprintf("%q %v", name, ok)
		return nil
	}}
	type visitor struct{}
	page := k.Middleware(handlers.View(k, stack{&steps{}}, views.FromContext(visitor{}, key, nil), read))
	for value, want := range map[any]string{nil: `"" false`, 7: `"" false`, "Ann": `"Ann" true`} {
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			page.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitor{}, value)))
		})
		r := chi.NewRouter()
		r.Handle("/stacks/{id}", h)
		if w := recorded(r, "GET", "/stacks/a"); w.Code != http.StatusOK || got != want {
			t.Errorf("%v: %d %s", value, w.Code, got)
		}
	}
}
