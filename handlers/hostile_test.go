package handlers_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/hostile"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// on makes a page act in a hostile way from an event on.
func on(act func(s *views.Socket) error) hostile.Hooks { return hostile.Hooks{Act: act} }

// showing is on for what a template shows once an event has set Any.
func showing(f func(ctx context.Context, w io.Writer) error) hostile.Hooks {
	return hostile.Hooks{
		Act: func(s *views.Socket) error { hostile.Any.Set(s, 1); return nil },
		Render: func(ctx context.Context) templ.Component {
			return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
				if v, _ := hostile.Any.Lookup(ctx); v == nil {
					return nil
				}
				return f(ctx, w)
			})
		},
	}
}

// part is showing for a component.
func part(h hostile.PartHooks) hostile.Hooks {
	return showing(func(ctx context.Context, w io.Writer) error {
		return views.Component("part", hostile.Part{PartHooks: &h}).Render(ctx, w)
	})
}

type panicking struct{ slog.Handler }

func (panicking) Handle(context.Context, slog.Record) error { panic("the logger") }

// Case 60: nothing that the application's code does ends the process, or the view of another
// page; the page itself goes on, or is remounted, and no lock stays held.
func TestNothingOfTheApplicationsEndsMoreThanItsView(t *testing.T) {
	type odd struct {
		page   hostile.Hooks
		event  string // default: Act
		logger *slog.Logger
		status int // that the event is answered; default: 500
	}
	cases := map[string]odd{}
	for name, err := range hostile.Errors() {
		cases["an event returns "+name] = odd{page: on(func(*views.Socket) error { return err })}
		cases["an event panics with "+name] = odd{page: on(func(*views.Socket) error { panic(err) })}
		cases["a message returns "+name] = odd{page: on(func(*views.Socket) error { return err }), event: "Send", status: 204}
		cases["a template returns "+name] = odd{page: showing(func(context.Context, io.Writer) error { return err })}
		cases["a component's Mount returns "+name] = odd{page: part(hostile.PartHooks{Mount: func(*views.Socket) error { return err }}), status: 204}
		cases["a component's Update returns "+name] = odd{page: part(hostile.PartHooks{Update: func(*views.Socket) error { return err }}), status: 204}
		cases["a component's template returns "+name] = odd{page: part(hostile.PartHooks{Render: func(context.Context, io.Writer) error { return err }}), status: 204}
		cases["work returns "+name] = odd{status: 204, page: on(func(s *views.Socket) error {
			hostile.Work.Start(s, func(context.Context) (int, error) { return 0, err })
			return nil
		})}
		cases["work panics with "+name] = odd{status: 204, page: on(func(s *views.Socket) error {
			hostile.Work.Start(s, func(context.Context) (int, error) { panic(err) })
			return nil
		})}
		cases["the result of work returns "+name] = odd{status: 204, page: on(func(s *views.Socket) error {
			views.Start(s, func(context.Context) (int, error) { return 1, nil }, func(hostile.Page, *views.Socket, state.Result[int]) error { return err })
			return nil
		})}
	}
	exit := func(*views.Socket) error { runtime.Goexit(); return nil }
	for name, o := range map[string]odd{
		"a callback ends its goroutine": {page: on(exit)},
		"a message ends its goroutine":  {page: on(exit), event: "Send", status: 500},
		"a template ends its goroutine": {page: showing(func(context.Context, io.Writer) error { runtime.Goexit(); return nil })},
		"a component's Mount ends its goroutine": {
			page: part(hostile.PartHooks{Mount: exit}), status: 204,
		},
		"work ends its goroutine": {status: 204, page: on(func(s *views.Socket) error {
			hostile.Work.Start(s, func(context.Context) (int, error) { runtime.Goexit(); return 0, nil })
			return nil
		})},
		"Equal panics in a callback": {page: on(func(s *views.Socket) error {
			hostile.Val.Set(s, hostile.Value{N: 1})
			hostile.Val.Set(s, hostile.Value{Bad: true})
			return nil
		})},
		"props whose Equal panics": {status: 204, page: showing(func(ctx context.Context, w io.Writer) error {
			return views.Component("part", hostile.Part{PartHooks: &hostile.PartHooks{}, V: hostile.Value{Bad: true}}).Render(ctx, w)
		})},
		"a key of any holds what can't be compared": {status: 204, page: hostile.Hooks{
			Act: func(s *views.Socket) error { hostile.Any.Set(s, []int{1}); return nil },
			Render: func(ctx context.Context) templ.Component {
				return templ.Raw(fmt.Sprintf("<p id=is>%v</p>", state.Is(ctx, hostile.Any, any("x"))))
			},
		}},
		"state.Is asks for what can't be compared": {page: showing(func(ctx context.Context, _ io.Writer) error {
			state.Is(ctx, hostile.Any, any([]int{1}))
			return nil
		})},
		"a derived value panics": {page: showing(func(ctx context.Context, _ io.Writer) error {
			state.Derive("bad", func(context.Context) int { panic("derived") }).Get(ctx)
			return nil
		})},
		"a list's key panics": {page: showing(func(ctx context.Context, w io.Writer) error {
			return views.EachBy([]int{1}, func(int) int { panic("key") }, func(int) int { return 1 }, row).Render(ctx, w)
		})},
		"a list's key can't be compared": {page: showing(func(ctx context.Context, w io.Writer) error {
			return views.EachBy([]int{1}, func(int) any { return []int{1} }, func(int) int { return 1 }, row).Render(ctx, w)
		})},
		"a stream's id panics": {page: on(func(s *views.Socket) error {
			state.NewStream("items", func(int) string { panic("id") }).Append(s, 1)
			return nil
		})},
		"a binding's parameter panics": {page: showing(func(ctx context.Context, _ io.Writer) error {
			views.OnClick(ctx, hostile.Page.Take, hostile.Text{})
			return nil
		})},
		"an event's parameter panics": {page: hostile.Hooks{}, event: "Take&value=1"},
		"String panics":               {page: on(func(*views.Socket) error { panic(hostile.Value{}) })},
		"OnCommit panics":             {page: on(func(s *views.Socket) error { s.OnCommit(func() { panic("f") }); return nil }), status: 204},
		"OnEnd panics": {page: on(func(s *views.Socket) error {
			s.OnEnd(func() { panic((*hostile.Nil)(nil)) })
			return errors.New("failed")
		})},
		"OnRollback panics": {page: hostile.Hooks{
			Act: func(s *views.Socket) error {
				s.OnRollback(func() { panic("f") })
				hostile.Any.Set(s, 1)
				return nil
			},
			Render: showing(func(context.Context, io.Writer) error { panic("template") }).Render,
		}},
		"OnConnection panics": {page: on(func(s *views.Socket) error {
			s.OnConnection(func(bool) { panic("f") })
			return nil
		}), status: 204},
		"keys that can't be compared start work": {status: 204, page: on(func(s *views.Socket) error {
			type embedded struct {
				state.AnyAsync
				not []int
			}
			state.StartTogether(s, func(context.Context) ([]state.Loaded, error) {
				return []state.Loaded{hostile.Work.Loaded(1)}, nil
			}, embedded{hostile.Work, nil})
			return nil
		})},
		"Connect returns a nil pointer": {page: hostile.Hooks{Connect: func(*views.Socket) error { return (*hostile.Nil)(nil) }}, status: 204},
		"Connect ends its goroutine":    {page: hostile.Hooks{Connect: exit}, status: 204},
		"Close panics":                  {page: hostile.Hooks{Close: func(*views.Socket) error { panic(hostile.Mute{}) }}, status: 204},
		"Close ends its goroutine":      {page: hostile.Hooks{Close: exit}, status: 204},
		"the logger panics": {
			page:   on(func(*views.Socket) error { return (*hostile.Nil)(nil) }),
			logger: slog.New(panicking{slog.NewTextHandler(io.Discard, nil)}),
		},
	} {
		cases[name] = o
	}
	for name, o := range cases {
		t.Run(name, func(t *testing.T) {
			c := handlers.Config{Logger: o.logger}
			s := newSite(t, c, func(kit *handlers.Kit, r chi.Router) {
				r.Handle("/fine", handlers.View(kit, hostile.Page{Hooks: &hostile.Hooks{}}))
				r.Handle("/", handlers.View(kit, hostile.Page{Hooks: &o.page}))
			})
			other := s.browser(t).open("/fine").connect("")
			p := s.browser(t).open("/").connect("")
			a := p.post("event="+cmp.Or(o.event, "Act"), nil)
			if want := cmp.Or(o.status, http.StatusInternalServerError); a.status != want {
				t.Errorf("the event is answered %d %s, not %d", a.status, a.body, want)
			}
			if strings.Contains(a.body, "hostile") || strings.Contains(a.body, "panic") {
				t.Errorf("users read %s", a.body)
			}
			if a.status == http.StatusInternalServerError && o.logger == nil && !strings.Contains(s.log.String(), "level=ERROR") {
				t.Error("nothing was logged")
			}
			if a := other.post("event=Add&value=1", nil); a.status != http.StatusNoContent {
				t.Errorf("an event of another page is answered %d", a.status)
			}
			other.expect("Count: 1")
			if a := p.post("event=Add&value=7", nil); a.status != http.StatusNoContent && a.status != http.StatusOK {
				t.Errorf("the next event is answered %d %s", a.status, a.body)
			}
		})
	}
}

func row(n int) templ.Component { return templ.Raw(fmt.Sprintf("<p id=r%d></p>", n)) }

// Case 60: so it is with an equality that panics when it is asked whether the page is out of date.
func TestComparingPanicsAfterTheCallback(t *testing.T) {
	var ref views.Ref
	var does func(s *views.Socket) error
	s := newSite(t, handlers.Config{}, func(kit *handlers.Kit, r chi.Router) {
		r.Handle("/", handlers.View(kit, hostile.Page{Hooks: &hostile.Hooks{
			Mount: func(s *views.Socket) error { ref = s.Ref(); return nil },
			Act:   func(s *views.Socket) error { return does(s) },
		}}))
	})
	p := s.browser(t).open("/")
	does = func(s *views.Socket) error { hostile.Val.Set(s, hostile.Value{N: 1}); return nil }
	p.post("event=Act", nil)
	does = func(s *views.Socket) error {
		hostile.Val.Set(s, hostile.Value{N: 2})
		s.OnCommit(func() { hostile.Spoiled.Store(true) })
		return nil
	}
	defer hostile.Spoiled.Store(false)
	done := make(chan struct{})
	message := does
	does = func(s *views.Socket) error { defer close(done); return message(s) }
	if err := views.Send(ref, hostile.Page.Act, struct{}{}); err != nil { // it is not shown: there is no stream
		t.Fatal(err)
	}
	take(t, done, "the message")
	does = func(*views.Socket) error { return errors.New("failed") }
	if a := p.post("event=Act", nil); a.status != http.StatusInternalServerError {
		t.Errorf("the event is answered %d", a.status)
	}
	if log := s.log.String(); !strings.Contains(log, "comparing values of the key") || !strings.Contains(log, "hostile.Value.Equal") {
		t.Errorf("the log does not name the key and the method: %s", log)
	}
	if a := p.post("event=Add&value=1", nil); a.status != http.StatusOK || !strings.Contains(a.body, "Count: 1") {
		t.Errorf("the next event is answered %d %s", a.status, a.body)
	}
}

// Case 60: a mistake of the kit's own ends one view, whose page mounts it again; who waits is
// answered.
func TestAViewThatBreaksEndsAlone(t *testing.T) {
	probe := &live.Probe{}
	s := newSite(t, handlers.Config{}, func(kit *handlers.Kit, r chi.Router) {
		r.With(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(w, r.WithContext(live.WithProbe(r.Context(), probe)))
			})
		}).Handle("/", handlers.View(kit, hostile.Page{Hooks: &hostile.Hooks{}}))
	})
	other, p := s.browser(t).open("/").connect(""), s.browser(t).open("/").connect("")
	p.post("event=Add&value=1", nil)
	p.expect("Count: 1")
	probe.View(p.ticket).Corrupt()
	if a := p.post("event=Add&value=1", nil); a.status != http.StatusInternalServerError {
		t.Errorf("the event is answered %d", a.status)
	}
	if _, data := p.message(); data != "" {
		t.Errorf("the stream brings %q before its end", data)
	}
	if log := s.log.String(); !strings.Contains(log, "a view has broken") || !strings.Contains(log, "delivery.go") {
		t.Errorf("the log does not say where: %s", log)
	}
	if len(probe.TakeFailures()) == 0 {
		t.Error("tests do not hear of it")
	}
	other.post("event=Add&value=1", nil)
	other.expect("Count: 1")
	if a := p.post("event=Add&value=3", nil); a.status != http.StatusOK || !strings.Contains(a.body, "Count: 3") {
		t.Errorf("the view that was remounted answers %d %s", a.status, a.body)
	}
}
