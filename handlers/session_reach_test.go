package handlers_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/hostile"
	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// reach is a page whose callbacks read the session.
type reach struct {
	*site
	probe *live.Probe
	page  hostile.Hooks
	ref   views.Ref
	read  chan string // gets a line for each callback that has read the session
}

func newReach(t *testing.T) *reach {
	t.Helper()
	r := &reach{probe: &live.Probe{}, read: make(chan string, 100)}
	read := func(where string) func(s *views.Socket) error {
		return func(s *views.Socket) error {
			r.read <- where + ": " + r.kit.Sessions().GetString(s, "name")
			return nil
		}
	}
	hooks := hostile.PartHooks{Mount: read("component's Mount"), Update: read("component's Update")}
	r.page = hostile.Hooks{
		Mount: func(s *views.Socket) error {
			r.ref = s.Ref()
			return read("Mount")(s)
		},
		Connect: read("Connect"),
		Act:     read("event"),
		Render: func(ctx context.Context) templ.Component {
			return views.Component("part", hostile.Part{PartHooks: &hooks, V: hostile.Value{N: hostile.Count.Get(ctx)}})
		},
	}
	r.site = newSite(t, handlers.Config{}, func(kit *handlers.Kit, router chi.Router) {
		router.Get("/login", func(w http.ResponseWriter, q *http.Request) { kit.Sessions().Put(q.Context(), "name", "Ann") })
		router.With(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
				next.ServeHTTP(w, q.WithContext(live.WithProbe(q.Context(), r.probe)))
			})
		}).Handle("/", handlers.View(kit, hostile.Page{Hooks: &r.page}))
	})
	return r
}

// expect takes what callbacks have read, in any order.
func (r *reach) expect(t *testing.T, where ...string) {
	t.Helper()
	left := map[string]int{}
	for _, w := range where {
		left[w+": Ann"]++
	}
	for range where {
		got := take(t, r.read, "what a callback has read")
		if left[got]--; left[got] < 0 {
			t.Errorf("%q was read, not expected of %q", got, where)
		}
	}
}

// Case 63: what a request has caused reaches its session: callbacks of the page, and those of
// components in the rendering that follows, also when the view is remounted.
func TestTheSessionInWhatARequestHasCaused(t *testing.T) {
	r := newReach(t)
	b := r.browser(t)
	b.do("GET", "/login", nil)
	p := b.open("/")
	r.expect(t, "Mount", "component's Mount", "component's Update")
	p.connect("")
	r.expect(t, "Connect")
	p.post("event=Act", nil)
	r.expect(t, "event")
	p.post("event=Add&value=1", nil) // which changes the component's props
	r.expect(t, "component's Update")
	r.ref.Restart() // the page comes again
	p.drain()
	p.connect("0")
	r.expect(t, "Mount", "Connect", "component's Mount", "component's Update")
	r.ref.Restart()
	p.drain()
	p.post("event=Act", nil) // before the stream does
	r.expect(t, "Mount", "event", "component's Mount", "component's Update")
	if f := r.probe.TakeFailures(); f != nil {
		t.Error(f)
	}
}

// Case 63: elsewhere there is no session, and the error says so. It is no panic.
func TestThereIsNoSessionElsewhere(t *testing.T) {
	r := newReach(t)
	b := r.browser(t)
	b.do("GET", "/login", nil)
	p := b.open("/").connect("")
	event := func(f func(s *views.Socket) error) func() {
		return func() {
			r.page.Act = f
			p.post("event=Act", nil)
		}
	}
	name := func(ctx context.Context) string { return r.kit.Sessions().GetString(ctx, "name") }
	read := func(_ hostile.Page, s *views.Socket, _ int) error { name(s); return nil }
	for what, does := range map[string]func(){
		"a message":          event(func(s *views.Socket) error { return views.Send(s, read, 1) }),
		"a message by a Ref": func() { _ = views.Send(r.ref, read, 1) },
		"a timer":            event(func(s *views.Socket) error { _, err := views.SendAfter(s, 1, read, 1); return err }),
		"the function beside": event(func(s *views.Socket) error {
			hostile.Work.Start(s, func(ctx context.Context) (int, error) { name(ctx); return 1, nil })
			return nil
		}),
		"the result of work": event(func(s *views.Socket) error {
			views.Start(s, func(context.Context) (int, error) { return 1, nil }, func(_ hostile.Page, s *views.Socket, _ state.Result[int]) error { name(s); return nil })
			return nil
		}),
		"a rendering for a message": func() { _ = views.Send(r.ref, hostile.Page.Add, 1) },
		"a template": event(func(s *views.Socket) error {
			r.page.Render = func(ctx context.Context) templ.Component {
				return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error { name(ctx); return nil })
			}
			hostile.Count.Set(s, 77)
			return nil
		}),
	} {
		t.Run(what, func(t *testing.T) {
			render := r.page.Render
			does()
			var failures []error
			waitFor(t, func() bool {
				failures = append(failures, r.probe.TakeFailures()...)
				return strings.Contains(r.log.String(), handlers.ErrNoSession.Error())
			})
			r.page.Render = render
			for _, err := range failures {
				if _, panicked := errors.AsType[*fault.Panic](err); panicked || !errors.Is(err, handlers.ErrNoSession) {
					t.Errorf("it fails with %v", err)
				}
			}
			if log := r.log.String(); strings.Contains(log, "panic") {
				t.Errorf("the log has a panic: %s", log)
			}
			r.log.reset()
		})
	}
}
