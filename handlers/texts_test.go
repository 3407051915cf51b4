package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// speaking is a page with what the kit itself says in a page.
type speaking struct{}

func (speaking) Mount(s *views.Socket, _ views.NoParams) error {
	s.Flash(views.FlashError, "Sorry")
	return nil
}

func (speaking) Render() templ.Component {
	return templ.Join(views.Flash(), views.Component("frail", frail{}))
}

type frail struct{}

func (frail) Render() templ.Component {
	return templ.ComponentFunc(func(context.Context, io.Writer) error { return errors.New("broken") })
}

// mark is a text for a field of handlers.Texts, which has to be escaped everywhere.
func mark(field string) string { return "«" + field + `» <b>"'&\` }

func TestTextsAreTheApplications(t *testing.T) {
	var texts handlers.Texts
	v := reflect.ValueOf(&texts).Elem()
	for i := range v.NumField() {
		v.Field(i).SetString(mark(v.Type().Field(i).Name))
	}
	g, inside, goOn := &gate{}, make(chan context.Context, 1), make(chan struct{})
	s := newSite(t, handlers.Config{
		Texts:    texts,
		Timeouts: handlers.Timeouts{Event: givesUp},
		Limits:   handlers.Limits{SessionMounts: 12, SessionEvents: 50, Views: state.Limits{PerSession: 2}},
	}, func(kit *handlers.Kit, r chi.Router) {
		r.With(g.middleware).Handle("/rooms/{room}", handlers.View(kit, rooms.Page{Inside: inside, GoOn: goOn}))
		r.Handle("/speaking", handlers.View(kit, speaking{}))
		r.Handle("/m1", handlers.View(kit, round{Mounts: "/m2"}))
		r.Handle("/m2", handlers.View(kit, round{Mounts: "/m1"}))
	})

	var said strings.Builder
	note := func(a answer) { fmt.Fprintln(&said, html.UnescapeString(a.body)) }
	last := func(p *tab) { // of its connection
		for _, data := p.message(); data != ""; _, data = p.message() {
			fmt.Fprintln(&said, html.UnescapeString(data))
		}
	}

	// The shell, the notices' files, and what stands in a page.
	b := s.browser(t)
	page := b.do("GET", "/speaking", nil)
	note(page)
	for _, m := range regexp.MustCompile(`rel="prefetch" href="([^"]+)"`).FindAllStringSubmatch(page.body, -1) {
		file := b.do("GET", m[1], nil)
		if !strings.Contains(file.header.Get("Cache-Control"), "immutable") || strings.Contains(file.body, "<b>") {
			t.Errorf("%s: %v %s", m[1], file.header, file.body)
		}
		note(file)
	}

	// Events.
	p := b.open("/rooms/a")
	note(p.post("event=Add&value=x", nil))
	note(p.post("event=Nothing", nil))
	note(p.post("event=Fail&value=x", nil))
	note(p.post("event=Hold", nil))
	<-inside
	close(goOn)
	note(p.post("event=Add&value=1", nil, "Sec-Fetch-Site", "cross-site"))
	for _, code := range []int{400, 409, 413, 415, 418, 429, 503} {
		g.status(code, "")
		note(p.post("event=Add&value=1", nil))
	}
	for _, code := range []int{403, 404, 410} {
		g.status(code, "")
		for range 4 { // the first ones send the page to its address
			note(p.post("event=Add&value=1", nil))
		}
	}
	note(p.do("GET", p.path+"?sideband=stream", nil, "Sideband-Ticket", p.ticket)) // it has reloaded often enough
	g.closed.Store(nil)
	b = s.browser(t)
	often := b.open("/rooms/a")
	for range 50 {
		often.post("event=Nothing", nil)
	}
	note(often.post("event=Add&value=1", nil))

	// Connections.
	note(s.browser(t).do("GET", "/rooms/a?sideband=stream", nil, "Sideband-Ticket", p.ticket))
	b = s.browser(t)
	one := b.open("/rooms/a").connect("")
	(&tab{browser: b, path: one.path, ticket: one.ticket}).connect("0")
	last(one)
	b = s.browser(t)
	connected := func(n int) { waitFor(t, func() bool { return s.kit.Stats().Views.Connected == n }) }
	connected(1) // the view whose connection was taken over
	one = b.open("/rooms/a").connect("")
	connected(2)
	b.open("/rooms/b").connect("")
	connected(3)
	b.open("/rooms/c").connect("")
	last(one)

	// Pages that say what is wrong.
	b = s.browser(t)
	note(b.do("DELETE", "/rooms/a", nil))
	note(b.do("GET", "/rooms/%2e%2e", nil))
	for range 14 { // the first one has no session yet
		page = b.do("GET", "/rooms/a", nil)
	}
	note(page)
	b = s.browser(t)
	b.http.CheckRedirect = func(*http.Request, []*http.Request) error { return nil }
	b.do("GET", "/rooms/a", nil)
	note(b.do("GET", "/m1", nil))
	shutdown(t, s.kit)
	note(s.browser(t).do("GET", "/rooms/a", nil))

	defaults, all := reflect.ValueOf(protocol.DefaultTexts()), said.String()
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if !strings.Contains(all, mark(name)) && !strings.Contains(all, strings.ReplaceAll(mark(name), `\`, `\\`)) {
			t.Errorf("nothing says %s", name)
		}
		text := defaults.Field(i).String()
		if !strings.Contains(text, " ") {
			text = `"` + text + `"` // a word alone is an attribute, and the name of its field
		}
		if strings.Contains(all, text) {
			t.Errorf("%q is said", text)
		}
	}
}

func TestTheDocsListTheTexts(t *testing.T) {
	doc, err := os.ReadFile("../docs/texts.md")
	if err != nil {
		t.Fatal(err)
	}
	v := reflect.ValueOf(protocol.DefaultTexts())
	for i := range v.NumField() {
		if row := "| `" + v.Type().Field(i).Name + "` | " + v.Field(i).String() + " |"; !strings.Contains(string(doc), row) {
			t.Errorf("docs/texts.md has no row %s", row)
		}
	}
}

func TestTextsThatAreNotSetHaveDefaults(t *testing.T) {
	got, want := handlers.Texts{Busy: "Voll"}.WithDefaults(), protocol.DefaultTexts()
	if want.Busy = "Voll"; got != want {
		t.Errorf("%+v", got)
	}
}
