package views_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var (
	received = state.NewKey[string]("received")
	ran      = state.NewKey[string]("ran")
	finished = state.NewKey[string]("finished")
)

// letter is a parameter that reads what was posted by itself. What it does is posted.
type letter struct{ does string }

func (l *letter) Receive(s *views.Socket, p views.Posted) (bool, error) {
	l.does = p.Fields.Get("does")
	if l.does == "look" {
		return false, nil
	}
	received.Set(s, l.does)
	switch l.does {
	case "skip":
		return false, nil
	case "refuse":
		return true, views.Error(http.StatusConflict, "refused")
	case "panic early":
		panic("early")
	case "wait early":
		<-s.Done()
		time.Sleep(20 * time.Millisecond) // until it was given up
	}
	return true, nil
}

func (l *letter) Done(s *views.Socket) (bool, error) {
	finished.Set(s, l.does)
	if l.does == "fail late" {
		return true, errors.New("late")
	}
	return l.does != "not accepted", nil
}

func save(s *views.Socket, l *letter) error {
	ran.Set(s, l.does)
	switch l.does {
	case "fail":
		return views.Error(http.StatusUnprocessableEntity, "failed")
	case "panic":
		panic("method")
	case "wait":
		<-s.Done()
		time.Sleep(20 * time.Millisecond)
	case "redirect":
		return s.Redirect("/elsewhere")
	}
	return nil
}

func says(ctx context.Context) string {
	return fmt.Sprintf("received %q, ran %q, finished %q", received.Get(ctx), ran.Get(ctx), finished.Get(ctx))
}

// mail is a page that takes letters, and desk a component that does.
type (
	mail struct{}
	desk struct{}
)

func (mail) Mount(*views.Socket, views.NoParams) error { return nil }
func (mail) Save(s *views.Socket, l *letter) error     { return save(s, l) }
func (desk) Save(s *views.Socket, l *letter) error     { return save(s, l) }
func (mail) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		fmt.Fprintf(w, `<p id="page">%s</p><form id="letter"`, templ.EscapeString(says(ctx)))
		for _, a := range views.OnSubmit(ctx, mail.Save) {
			fmt.Fprintf(w, ` %s="%s"`, a.Key, templ.EscapeString(a.Value.(string)))
		}
		fmt.Fprint(w, `><input id="does" name="does" aria-label="Does"/><button>Send</button></form>`)
		return views.Component("front", desk{}).Render(ctx, w)
	})
}

func (desk) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, `<p id="desk">%s</p>`, templ.EscapeString(says(ctx)))
		return err
	})
}

func mailbox(deadline time.Duration) http.Handler {
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler), Timeouts: handlers.Timeouts{Event: deadline}})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, mail{}))
	return r
}

func TestParametersReceive(t *testing.T) {
	for _, c := range []struct {
		does   string
		status int
		says   string
	}{
		{"run", 204, `received "run", ran "run", finished "run"`},
		{"not accepted", 204, `received "not accepted", ran "not accepted", finished "not accepted"`},
		{"skip", 204, `received "skip", ran "", finished ""`},
		{"refuse", 409, `received "refuse", ran "", finished ""`},
		{"fail", 422, `received "fail", ran "", finished ""`},
		{"fail late", 500, `received "fail late", ran "", finished ""`},
		{"panic", 500, `received "panic", ran "", finished ""`},
		{"panic early", 500, `received "", ran "", finished ""`},
		{"wait", 503, `received "wait", ran "", finished ""`},
		{"wait early", 503, `received "", ran "", finished ""`},
		{"redirect", 204, `received "redirect", ran "redirect", finished "redirect"`},
	} {
		for _, place := range []string{"page", "desk"} {
			t.Run(c.does+" at the "+place, func(t *testing.T) {
				t.Parallel()
				deadline := time.Minute
				if c.status == 503 {
					deadline = 500 * time.Millisecond
				}
				page := livetest.Open(t, mailbox(deadline), "/")
				page.Skip(livetest.DeadLinks, livetest.Failures)
				query := "?event=Save"
				if place == "desk" {
					query += "&to=views_test.desk.front"
				}
				status, text := page.Forge(query, url.Values{"does": {c.does}})
				if status != c.status {
					t.Errorf("answered %d: %s", status, text)
				}
				if c.does == "redirect" { // which is not rendered
					page.Forge(query, url.Values{"does": {"look"}})
				}
				want := c.says
				if place == "desk" && c.does == "panic" { // a component that panics is remounted
					want = `received "", ran "", finished ""`
				}
				if got := page.Find("#" + place).Text(); got != want {
					t.Errorf("%s\nand not\n%s", got, want)
				}
			})
		}
	}
}

// A submit that was not accepted leaves what was typed alone; one that was shows what the view says.
func TestSubmitsThatAreNotAcceptedKeepWhatWasTyped(t *testing.T) {
	page := livetest.Open(t, mailbox(time.Minute), "/")
	page.Skip(livetest.Failures)
	for _, c := range []struct{ does, stays string }{{"skip", "skip"}, {"not accepted", "not accepted"}, {"refuse", "refuse"}, {"run", ""}} {
		page.Find("#does").Fill(c.does)
		page.Button("Send").Click()
		if got := page.Find("#does").Value(); got != c.stays {
			t.Errorf("after %q the field shows %q", c.does, got)
		}
	}
}
