package handlers_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

type aisleQuery struct {
	ID   int    `path:"id"`
	Text string `query:"q" validate:"max=5"`
	Page int    `query:"page" default:"1" validate:"min=1,max=100"`
}

var aisleKey = state.NewKey[aisleQuery]("shelf")

// aisle is a page whose address changes.
type aisle struct{}

func (aisle) Mount(*views.Socket, aisleQuery) error { return nil }

func (aisle) HandleParams(s *views.Socket, q aisleQuery) error {
	switch q.Text {
	case "fail":
		return views.Error(422, "No such thing.")
	case "loop":
		q.Page++
		aisleKey.Set(s, q)
		return s.Patch(views.URL(s, q))
	case "away":
		return s.Redirect("/other")
	}
	aisleKey.Set(s, q)
	return nil
}

func (aisle) Turn(s *views.Socket, page int) error { return s.Patch(fmt.Sprintf("?page=%d", page)) }

func (aisle) Look(s *views.Socket, address string) error { return s.Patch(address, views.Replace) }

func (aisle) Tap(*views.Socket, views.NoParams) error { return nil }

func (aisle) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		q := aisleKey.Get(ctx)
		_, err := fmt.Fprintf(w, `<h1 id="shown">%d %s %d</h1>`, q.ID, q.Text, q.Page)
		return err
	})
}

// library serves shelves behind a middleware that notes what it sees, and refuses what its path or query names.
func library(t *testing.T) (s *site, seen func() []string) {
	var mu sync.Mutex
	var list []string
	look := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			list = append(list, r.Method+" "+r.URL.RequestURI())
			mu.Unlock()
			if strings.Contains(r.URL.RequestURI(), "99") {
				http.Error(w, "no", http.StatusForbidden)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	config := handlers.Config{Logger: quietLogger, Security: handlers.Security{Secrets: [][]byte{bytes.Repeat([]byte("s"), 32)}}}
	s = newSite(t, config, func(k *handlers.Kit, r chi.Router) {
		r = r.With(look)
		r.Handle("/shelf", handlers.View(k, aisle{}))
		r.Handle("/shelf/{id}", handlers.View(k, aisle{}))
		r.Handle("/other", handlers.View(k, views.Static("Other", templ.NopComponent)))
	})
	return s, func() []string {
		mu.Lock()
		defer mu.Unlock()
		got := list
		list = nil
		return got
	}
}

// visit asks for an address as a patch link does.
func (p *tab) visit(address string, header ...string) answer {
	p.t.Helper()
	return p.do("GET", address, nil, append([]string{"Sideband-Ticket", p.ticket, "HX-Request", "true", "HX-Current-URL", p.site.URL + p.path}, header...)...)
}

func (a answer) is(t *testing.T, what string, status int, header ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("%s: %d %s", what, a.status, a.body)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if got := a.header.Get(header[i]); got != header[i+1] {
			t.Errorf("%s: %s is %q, want %q", what, header[i], got, header[i+1])
		}
	}
}

func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestAPageVisitsAnAddressOfItsView(t *testing.T) {
	s, seen := library(t)
	p := s.browser(t).open("/shelf").connect("0")
	p.visit("/shelf?page=2").is(t, "another query", 204, "HX-Redirect", "", "HX-Push-Url", "")
	p.expect("0  2")
	p.visit("/shelf/7?q=red").is(t, "another path", 204, "HX-Redirect", "")
	p.expect("7 red 1")
	p.visit("/shelf/7?q=red").is(t, "the same", 204)
	p.visit("/other").is(t, "another page", 204, "HX-Redirect", "/other")
	p.visit("/nowhere").is(t, "no page", 204, "HX-Redirect", "/nowhere")
	p.visit("/shelf/99").is(t, "a page that is refused", 204, "HX-Redirect", "/shelf/99")
	p.visit("/shelf/7?q=fail").is(t, "an address that fails", 422)
	p.visit("/shelf/7?q=toolong").is(t, "an address that is not valid", 400)
	p.visit("/shelf/7?q=away").is(t, "an address that redirects", 204, "HX-Redirect", "/other")
	p.visit("/shelf/x").is(t, "a path that can't be read", 404)
	for _, page := range []string{"-1", "abc", "99999999999999999999", "0", "101", "", "1.5"} {
		p.visit("/shelf/8?page="+page).is(t, "page "+page, 204)
		p.visit("/shelf/7?q=red").is(t, "back", 204)
	}
	seen()
	// Whatever the browser says, events are of the page where the view is.
	p.path = "/shelf/7"
	p.post("event=Tap", url.Values{}, "HX-Current-URL", s.URL+"/shelf/7?q=made+up").is(t, "an event", 204)
	same(t, "an event goes through", seen(), "POST /shelf/7?q=red")
	p.post("event=Turn&value=4", url.Values{}).is(t, "a patch", 204, "HX-Push-Url", "/shelf/7?page=4")
	p.post("event=Look&value=%3Fq%3Dblue", url.Values{}).is(t, "a patch that replaces", 204, "HX-Replace-Url", "/shelf/7?q=blue")
	p.post("event=Look&value=%3Fq%3Dfail", url.Values{}).is(t, "a patch that fails", 204, "HX-Replace-Url", "")
	for _, bad := range []string{"//host/", "javascript:alert(1)", "/\\host", "/a\tb", "/a\nb", "shelf", "", "/" + strings.Repeat("x", 8000)} {
		if a := p.post("event=Look", url.Values{"value": {bad}}); a.status != 500 || a.header.Get("HX-Replace-Url") != "" {
			t.Errorf("a patch to %.20q: %d %v", bad, a.status, a.header)
		}
	}
	// The browser has gone back, and an event comes first.
	p.path = "/shelf"
	seen()
	p.post("event=Tap", url.Values{}, "HX-Current-URL", s.URL+"/shelf?page=2").is(t, "an event from the address before", 204)
	same(t, "it goes through", seen(), "POST /shelf?page=2")
	p.visit("/shelf?page=2", "HX-Request", "", "HX-History-Restore-Request", "true").is(t, "the address before", 204)
	p.post("event=Tap", url.Values{}, "HX-Current-URL", s.URL+"/other").is(t, "an event", 204)
	same(t, "events go through", seen(), "GET /shelf?page=2", "POST /shelf?page=2")
}

func TestAPatchLoopEnds(t *testing.T) {
	s, _ := library(t)
	p := s.browser(t).open("/shelf").connect("0")
	p.visit("/shelf?q=loop").is(t, "a loop", 204)
	p.visit("/shelf?page=2").is(t, "afterwards", 204)
	for {
		if _, data := p.message(); strings.Contains(data, "0  2") || data == "" {
			if data == "" {
				t.Error("the page does not go on")
			}
			return
		}
	}
}

func TestAnAddressIsOnlyItsOwners(t *testing.T) {
	s, seen := library(t)
	p := s.browser(t).open("/shelf")
	p.connect("0")
	thief := &tab{browser: s.browser(t), path: "/shelf", ticket: p.ticket}
	thief.open("/shelf") // has a session
	thief.visit("/shelf?page=3").is(t, "a ticket of somebody else", 403)
	thief.visit("/shelf?page=3", "HX-Request", "", "HX-History-Restore-Request", "true").is(t, "to go back with it", 200) // a page of its own
	other := s.browser(t).open("/shelf")
	other.ticket = "damaged"
	other.visit("/shelf?page=3").is(t, "a damaged ticket", 204, "HX-Redirect", "/shelf?page=3")
	seen()
	p.post("event=Tap", url.Values{}).is(t, "the owner", 204)
	same(t, "the page is where it was", seen(), "POST /shelf")
}

func TestAfterARestartTheRequestSaysWhereThePageIs(t *testing.T) {
	first, _ := library(t)
	b := first.browser(t)
	p := b.open("/shelf?page=2").connect("0")
	p.visit("/shelf/7?q=red").is(t, "a visit", 204)
	id, _ := p.message()
	p.cut(nil)
	second, seen := library(t)
	b.site = second
	u, _ := url.Parse(second.URL)
	from, _ := url.Parse(first.URL)
	b.http.Jar.SetCookies(u, b.http.Jar.Cookies(from))
	old := p.do("GET", "/shelf?sideband=stream", nil, "Sideband-Ticket", p.ticket, "Last-Event-ID", id, "HX-Current-URL", second.URL+"/shelf?page=2")
	old.is(t, "a connection as it was opened first", 200)
	if !strings.Contains(old.body, `hx-sse:connect="?sideband=stream&amp;after=`+id) {
		t.Errorf("it gets no new element: %s", old.body)
	}
	same(t, "the application hears nothing of it", seen())
	p.path = "/shelf/99"
	p.post("event=Tap", url.Values{}, "HX-Current-URL", second.URL+"/shelf/99").is(t, "at an address that is refused", 204, "HX-Redirect", "/shelf/99")
	p.path = "/shelf/7"
	p.post("event=Tap", url.Values{}, "HX-Current-URL", second.URL+"/shelf/7?q=red").is(t, "an event", 200)
	if got := seen(); len(got) != 2 || got[1] != "POST /shelf/7?q=red" {
		t.Errorf("the application has seen %q", got)
	}
}

func TestPatchesWithoutJavaScript(t *testing.T) {
	s, _ := library(t)
	p := s.browser(t).open("/shelf?q=red")
	p.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	a := p.do("POST", "/shelf?event=Turn&value=3", url.Values{"sb-ticket": {p.ticket}})
	a.is(t, "another query", 303)
	if to := a.header.Get("Location"); !strings.HasPrefix(to, "?sideband=") || !strings.HasSuffix(to, "&page=3") {
		t.Errorf("it leads to %q", to)
	} else if again := p.do("GET", "/shelf"+to, nil); !strings.Contains(again.body, "0  3") {
		t.Errorf("it shows %d %s", again.status, again.body)
	}
	p.do("POST", "/shelf?event=Look", url.Values{"sb-ticket": {p.ticket}, "value": {"/shelf/8"}}).is(t, "another path", 303, "Location", "/shelf/8")
}

func TestVisitsAndEventsAtOnce(t *testing.T) {
	s, _ := library(t)
	p := s.browser(t).open("/shelf").connect("0")
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			if i%2 == 0 {
				_, _ = p.ask("GET", fmt.Sprintf("/shelf?page=%d", i+1), nil, "Sideband-Ticket", p.ticket, "HX-Request", "true")
			} else {
				_, _ = p.ask("POST", fmt.Sprintf("/shelf?event=Turn&value=%d", i), url.Values{}, "Sideband-Ticket", p.ticket)
			}
		})
	}
	wg.Wait()
	p.visit("/shelf?page=77").is(t, "the last", 204)
	for {
		_, data := p.message()
		if data == "" {
			t.Fatal("the page is not at its address")
		}
		if strings.Contains(data, "0  77") {
			return
		}
	}
}
