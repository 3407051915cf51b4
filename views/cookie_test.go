package views_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var cookieNote = state.NewKey[string]("cookie note")

// gate is a page whose events set cookies.
type gate struct{}

func (gate) Mount(s *views.Socket, _ views.NoParams) error {
	return noAnswer(s)
}

// noAnswer notes that no cookie can be set.
func noAnswer(s *views.Socket) error {
	err := s.SetCookie(&http.Cookie{Name: "user", Value: "nobody"})
	cookieNote.Set(s, fmt.Sprint(errors.Is(err, views.ErrNoAnswer)))
	return nil
}

func (gate) Enter(s *views.Socket, what string) error {
	if err := s.SetCookie(&http.Cookie{Name: "user", Value: what, Path: "/"}); err != nil {
		return err
	}
	switch what {
	case "fail":
		return views.Error(http.StatusUnprocessableEntity, "no")
	case "leave":
		return s.Redirect("/elsewhere")
	case "bad":
		if err := s.SetCookie(&http.Cookie{Name: "a b"}); err == nil {
			return errors.New("a cookie with a bad name")
		}
		return s.SetCookie(&http.Cookie{Name: "long", Value: strings.Repeat("x", 5000)})
	case "show":
		cookieNote.Set(s, "broken")
	}
	return views.Send(s, gate.Tell, views.NoParams{})
}

func (gate) Tell(s *views.Socket, _ views.NoParams) error {
	if cookieNote.Get(s) == "broken" {
		return nil
	}
	return noAnswer(s)
}

func (gate) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		note := cookieNote.Get(ctx)
		if note == "broken" {
			return errors.New("it can't be shown")
		}
		_, err := fmt.Fprintf(w, `<p id="note">%s</p>`, note)
		return err
	})
}

func TestEventsSetCookies(t *testing.T) {
	for what, want := range map[string]string{"ann": "ann", "leave": "leave", "fail": "", "bad": "", "show": ""} {
		kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.Mount(kit.AssetsPath(), kit.Assets())
		r.Handle("/", handlers.View(kit, gate{}))
		page := livetest.Open(t, r, "/")
		page.Skip(livetest.Failures)
		page.Forge("?event=Enter&value="+what, nil)
		got := ""
		u, err := url.Parse(page.Person().Address("/"))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.Person().Client().Jar.Cookies(u) {
			if c.Name == "user" {
				got = c.Value
			}
		}
		if got != want {
			t.Errorf("%s: the cookie is %q", what, got)
		}
		if got := page.Find("#note").Text(); got != "true" {
			t.Errorf("%s: a message could set a cookie, or Mount", what)
		}
	}
}
