package handlers_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

type hv struct{ Test, Kind, Text string }

type hvDef struct {
	mount  func(c hv, s *views.Socket) error
	act    func(c hv, s *views.Socket, what string) error
	close  func(c hv)
	render func(c hv, ctx context.Context) templ.Component
}

var hvDefs = map[string]hvDef{}

func (c hv) def() hvDef { return hvDefs[c.Test+c.Kind] }

func (c hv) Mount(s *views.Socket) error {
	hvN.Set(s, 0)
	if f := c.def().mount; f != nil {
		return f(c, s)
	}
	return nil
}

func (c hv) Act(s *views.Socket, what string) error { return c.def().act(c, s, what) }

func (c hv) Close(*views.Socket) {
	if f := c.def().close; f != nil {
		f(c)
	}
}

func (c hv) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error { return c.def().render(c, ctx).Render(ctx, w) })
}

type hvPage struct {
	Do   func(s *views.Socket, what string) error
	Show func(ctx context.Context) templ.Component
}

var (
	hvN    = state.NewKey[int]("hvn")
	hvText = state.NewKey[string]("hvtext")
)

func (hvPage) Mount(s *views.Socket, _ views.NoParams) error {
	state.Assign(s, hvText.To(""))
	return nil
}
func (p hvPage) Act(s *views.Socket, what string) error { return p.Do(s, what) }
func (p hvPage) act(s *views.Socket, what string) error { return p.Do(s, what) }
func (p hvPage) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error { return p.Show(ctx).Render(ctx, w) })
}

func hvHTML(parts ...any) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, p := range parts {
			var err error
			switch p := p.(type) {
			case string:
				_, err = io.WriteString(w, p)
			case templ.Component:
				err = p.Render(ctx, w)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func attrs(a templ.OrderedAttributes) string {
	var b strings.Builder
	for _, kv := range a {
		fmt.Fprintf(&b, ` %s="%s"`, kv.Key, templ.EscapeString(fmt.Sprint(kv.Value)))
	}
	return b.String()
}

func openHV(t *testing.T, c handlers.Config, p hvPage) (*livetest.Page, *handlers.Kit, *record) {
	t.Helper()
	log := &record{}
	c.Logger = slog.New(slog.NewTextHandler(log, nil))
	kit := handlers.New(c)
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, p))
	page := livetest.Open(t, http.Handler(r), "/")
	page.Skip(livetest.Failures)
	page.Skip(livetest.BrokenParts)
	return page, kit, log
}

// An event of a component that passes its deadline leaves no trace.
func TestAnEventThatIsGivenUpLeavesItsComponentAlone(t *testing.T) {
	release := make(chan struct{})
	hvDefs[t.Name()] = hvDef{
		act: func(c hv, s *views.Socket, what string) error {
			if what == "hang" {
				<-release
				return nil
			}
			hvN.Update(s, func(n int) int { return n + 1 })
			return nil
		},
		render: func(c hv, ctx context.Context) templ.Component {
			return hvHTML(fmt.Sprintf(`<div id="c"><p id="n">%d</p><button type="button" id="inc"%s>inc</button><button type="button" id="hang"%s>hang</button></div>`, hvN.Get(ctx),
				attrs(views.OnClick(ctx, hv.Act, "inc")), attrs(views.OnClick(ctx, hv.Act, "hang"))))
		},
	}
	page, _, _ := openHV(t, handlers.Config{Timeouts: handlers.Timeouts{Event: givesUp}}, hvPage{Show: func(ctx context.Context) templ.Component {
		return views.Component("c", hv{Test: t.Name()})
	}})
	defer close(release)
	page.Find("#inc").Click()
	page.Expect("#n", "1")
	page.Find("#hang").Click()
	page.Expect("#n", "1")
	page.Find("#inc").Click()
	page.Expect("#n", "2")
}

// A rendering that was given up in a component's Mount touches nothing of the view when the callback returns at last.
func TestARenderingThatIsGivenUpTouchesNothing(t *testing.T) {
	var hung atomic.Bool
	hvDefs[t.Name()+"leaf"] = hvDef{render: func(c hv, ctx context.Context) templ.Component {
		return hvHTML(`<p id="` + views.ID(ctx) + `">` + c.Text + `</p>`)
	}}
	hvDefs[t.Name()+"hangs"] = hvDef{
		mount: func(c hv, s *views.Socket) error {
			if hung.CompareAndSwap(false, true) {
				time.Sleep(1500 * time.Millisecond) // without an eye on its context
			}
			return nil
		},
		render: func(c hv, ctx context.Context) templ.Component { return hvHTML(`<p id="h"></p>`) },
	}
	hvDefs[t.Name()+"outer"] = hvDef{render: func(c hv, ctx context.Context) templ.Component {
		var list []any
		list = append(list, `<div id="o">`)
		for i := range 200 {
			list = append(list, views.Component(fmt.Sprint("l", i), hv{Test: t.Name(), Kind: "leaf", Text: c.Text}))
		}
		if c.Text != "" {
			list = append(list, views.Component("h", hv{Test: t.Name(), Kind: "hangs"}))
		}
		return hvHTML(append(list, `</div>`)...)
	}}
	page, _, _ := openHV(t, handlers.Config{Timeouts: handlers.Timeouts{Event: time.Second}}, hvPage{
		Do: func(s *views.Socket, what string) error {
			hvText.Set(s, hvText.Get(s)+"x")
			s.SetTitle(hvText.Get(s))
			return nil
		},
		Show: func(ctx context.Context) templ.Component {
			return hvHTML(`<button type="button" id="go"`+attrs(views.OnClick(ctx, hvPage.Act, "x"))+`>go</button>`,
				views.Component("o", hv{Test: t.Name(), Kind: "outer", Text: hvText.Get(ctx)}))
		},
	})
	for i := range 60 {
		page.Find("#go").Click()
		page.Expect("#l0", strings.Repeat("x", i+1))
		page.Expect("#l199", strings.Repeat("x", i+1))
	}
}

// Messages that share a batch with one that hangs are not lost, and what those before it have set is shown.
func TestMessagesBesideOneThatHangs(t *testing.T) {
	release, begun := make(chan struct{}), make(chan struct{})
	page, _, _ := openHV(t, handlers.Config{Timeouts: handlers.Timeouts{Event: givesUp}}, hvPage{
		Do: func(s *views.Socket, what string) error {
			switch what {
			case "send":
				ref := s.Ref()
				go func() {
					close(begun)
					for _, m := range []string{"wait", "a", "hang", "b"} {
						_ = views.Send(ref, hvPage.act, m)
					}
				}()
			case "wait":
				time.Sleep(100 * time.Millisecond)
			case "hang":
				<-release
			default:
				hvText.Set(s, hvText.Get(s)+what)
			}
			return nil
		},
		Show: func(ctx context.Context) templ.Component {
			return hvHTML(`<button type="button" id="go"` + attrs(views.OnClick(ctx, hvPage.Act, "send")) + `>go</button><p id="t">` + hvText.Get(ctx) + `</p>`)
		},
	})
	defer close(release)
	page.Find("#go").Click()
	<-begun
	page.Wait("#t", "ab")
}

// What a callback that is given up has noted for its end may send to its own view.
func TestOnEndOfAGivenUpCallbackMaySend(t *testing.T) {
	release := make(chan struct{})
	page, kit, _ := openHV(t, handlers.Config{Timeouts: handlers.Timeouts{Event: givesUp}}, hvPage{
		Do: func(s *views.Socket, what string) error {
			if what == "hang" {
				ref := s.Ref()
				s.OnEnd(func() { _ = views.Send(ref, hvPage.act, "ended") })
				<-release
				return nil
			}
			hvText.Set(s, what)
			return nil
		},
		Show: func(ctx context.Context) templ.Component {
			return hvHTML(`<button type="button" id="go"` + attrs(views.OnClick(ctx, hvPage.Act, "hang")) + `>go</button><p id="t">` + hvText.Get(ctx) + `</p>`)
		},
	})
	late := time.AfterFunc(patience, func() { panic("the view's mutex is held for ever") })
	defer late.Stop()
	page.Find("#go").Click()
	close(release)
	page.Wait("#t", "ended")
	_ = kit
}

// A Close that hangs keeps none of the others from running.
func TestACloseThatHangs(t *testing.T) {
	release := make(chan struct{})
	var closed atomic.Int32
	hvDefs[t.Name()] = hvDef{
		close: func(c hv) {
			if c.Text == "5" {
				<-release
			}
			closed.Add(1)
		},
		render: func(c hv, ctx context.Context) templ.Component { return hvHTML(`<p id="` + views.ID(ctx) + `"></p>`) },
	}
	_, kit, _ := openHV(t, handlers.Config{Timeouts: handlers.Timeouts{Event: givesUp}}, hvPage{Show: func(ctx context.Context) templ.Component {
		var list []any
		for i := range 10 {
			list = append(list, views.Component(fmt.Sprint("l", i), hv{Test: t.Name(), Text: fmt.Sprint(i)}))
		}
		return hvHTML(list...)
	}})
	time.AfterFunc(2*time.Second, func() { close(release) })
	_ = kit.Shutdown(t.Context())
	if n := closed.Load(); n != 10 {
		t.Errorf("%d of 10 were closed", n)
	}
}
