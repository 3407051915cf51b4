package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var (
	pushedKey = state.NewKey[string]("pushed")
	brokenKey = state.NewKey[bool]("broken")
)

// pusher is a page that pushes events and replies.
type pusher struct{}

func (pusher) Mount(s *views.Socket, _ views.NoParams) error {
	pushedKey.Set(s, "nothing")
	return s.PushEvent("page:mounted", 1)
}

// Push pushes an event and shows it.
func (pusher) Push(s *views.Socket, text string) error {
	pushedKey.Set(s, text)
	return s.PushEvent("page:pushed", text)
}

// Fail pushes, replies and fails.
func (pusher) Fail(s *views.Socket, text string) error {
	pushedKey.Set(s, text)
	return errors.Join(s.PushEvent("page:pushed", text), s.Reply(text), views.Error(http.StatusTeapot, "No."))
}

// Panic pushes, replies and panics.
func (pusher) Panic(s *views.Socket, text string) error {
	_ = s.PushEvent("page:pushed", text)
	_ = s.Reply(text)
	panic("on purpose")
}

// Break pushes and replies, and leaves the page in a state that can't be rendered.
func (pusher) Break(s *views.Socket, text string) error {
	brokenKey.Set(s, true)
	return errors.Join(s.PushEvent("page:pushed", text), s.Reply(text))
}

// Named pushes an event with the name.
func (pusher) Named(s *views.Socket, name string) error { return s.PushEvent(name, name) }

// Endless pushes what is no JSON.
func (pusher) Endless(s *views.Socket, _ views.NoParams) error {
	if err := s.PushEvent("page:pushed", math.Inf(1)); err == nil {
		return errors.New("infinity was taken for JSON")
	}
	if err := s.Reply(math.NaN()); err == nil {
		return errors.New("NaN was taken for JSON")
	}
	return nil
}

// Many pushes so many events of so many bytes.
func (pusher) Many(s *views.Socket, m many) error {
	for i := range m.N {
		if err := s.PushEvent("page:many", fmt.Sprint(i, strings.Repeat("x", m.Size))); err != nil {
			return err
		}
	}
	return nil
}

type many struct {
	N    int `form:"n"`
	Size int `form:"size"`
}

// Away goes elsewhere and replies.
func (pusher) Away(s *views.Socket, _ views.NoParams) error {
	return errors.Join(s.Reply("gone"), s.Redirect("/elsewhere"))
}

func (pusher) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if brokenKey.Get(ctx) {
			return errors.New("broken")
		}
		_, err := fmt.Fprintf(w, `<p id="text">%s</p>`, templ.EscapeString(pushedKey.Get(ctx)))
		return err
	})
}

func openPusher(t *testing.T) *livetest.Page {
	t.Helper()
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, pusher{}))
	r.Handle("/elsewhere", handlers.View(kit, views.Static("Elsewhere", templ.Raw("elsewhere"))))
	p := livetest.Open(t, r, "/")
	p.Skip(livetest.Failures) // which are on purpose
	return p
}

func events(p *livetest.Page) string {
	var all []string
	for _, e := range p.TakeEvents() {
		all = append(all, e.Name+" "+e.Data)
	}
	return strings.Join(all, ", ")
}

// Case 382: events and replies are part of the transaction.
func TestPushedEventsArePartOfTheTransaction(t *testing.T) {
	p := openPusher(t)
	if got := events(p); got != "page:mounted 1" {
		t.Errorf("after Mount: %s", got)
	}
	send := func(event, value string) int {
		status, _ := p.Forge("?event="+event+"&value="+value, nil)
		return status
	}
	if status := send("Push", "a"); status != http.StatusNoContent || events(p) != `page:pushed "a"` {
		t.Errorf("an event that succeeds: %d", status)
	}
	for event, want := range map[string]int{"Fail": http.StatusTeapot, "Panic": http.StatusInternalServerError, "Break": http.StatusInternalServerError} {
		if status := send(event, "b"); status != want {
			t.Errorf("%s: %d", event, status)
		}
		if got := events(p); got != "" {
			t.Errorf("%s pushes %s", event, got)
		}
	}
	p.Expect("#text", "a")
	send("Push", "c")
	if got := events(p); got != `page:pushed "c"` {
		t.Errorf("afterwards: %s", got)
	}
}

// Case 383: a reply is there with an error, and not after a panic, a rendering that fails or a redirect.
func TestRepliesWithAndWithoutErrors(t *testing.T) {
	p := openPusher(t)
	for event, want := range map[string]string{
		"Push": "", "Panic": "", "Break": "", "Away": "",
		"Fail": "data: <hx-partial id=\"sb-notice\" hx-swap=\"textContent\">No.</hx-partial>\n\ndata: \"b\"\nevent: sb:reply\n\n",
	} {
		_, text := p.Forge("?event="+event+"&value=b", nil)
		if has := strings.Contains(text, "sb:reply"); has != (want != "") || has && text != want {
			t.Errorf("%s answers %q", event, text)
		}
	}
}

// Case 384: names of events that would be something else are refused, with line ends say, and so is what is no JSON.
func TestNamesOfPushedEvents(t *testing.T) {
	p := openPusher(t)
	events(p)
	for _, name := range []string{"", "click", "a:b\ndata: x", "a:b\r\n\r\ndata: x", "a:b\x00", "a b:c", "ü:a", ":a", "a:", "sb:reply", "hx:release", "htmx:abort", "a:" + strings.Repeat("b", 100)} {
		if status, _ := p.Forge("?event=Named", map[string][]string{"value": {name}}); status != http.StatusInternalServerError {
			t.Errorf("%q: %d", name, status)
		}
	}
	if status, _ := p.Forge("?event=Endless", nil); status != http.StatusNoContent {
		t.Errorf("what is no JSON: %d", status)
	}
	p.Forge("?event=Named&value=chart:a.b_c-D9", nil)
	if got := events(p); got != `chart:a.b_c-D9 "chart:a.b_c-D9"` {
		t.Errorf("pushed: %s", got)
	}
}

// Case 385: a callback pushes a bounded number of events and bytes; all of them come, also more than a connection takes at
// once.
func TestManyPushedEvents(t *testing.T) {
	p := openPusher(t)
	events(p)
	for _, c := range []struct{ n, size, status, come int }{
		{256, 10, http.StatusNoContent, 256},
		{257, 10, http.StatusTooManyRequests, 0},
		{4, 60 << 10, http.StatusNoContent, 4},
		{5, 60 << 10, http.StatusTooManyRequests, 0},
		{1, 300 << 10, http.StatusTooManyRequests, 0},
	} {
		if status, _ := p.Forge(fmt.Sprintf("?event=Many&n=%d&size=%d", c.n, c.size), nil); status != c.status {
			t.Errorf("%d of %d bytes: %d", c.n, c.size, status)
		}
		got := p.TakeEvents()
		if len(got) != c.come {
			t.Errorf("%d of %d bytes: %d come", c.n, c.size, len(got))
		}
		for i, e := range got {
			if !strings.HasPrefix(e.Data, fmt.Sprintf(`"%dx`, i)) {
				t.Fatalf("event %d is %.20s", i, e.Data)
			}
		}
	}
}

// Case 386: a script is in the head of each page, before htmx; its modules are served under a name that changes with any of
// them, and nothing else of their folder is.
func TestScriptsOfTheApplication(t *testing.T) {
	fsys := fstest.MapFS{
		"app.js": {Data: []byte(`import "./parts/a.js"`)}, "parts/a.js": {Data: []byte("1")}, "style.css": {Data: []byte("p{}")},
		".env": {Data: []byte("secret")}, "main.go": {Data: []byte("package main")}, ".git/hook.js": {Data: []byte("secret")},
	}
	serve := func(fsys fstest.MapFS) (*livetest.Page, string) {
		kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.Mount(kit.AssetsPath(), kit.Assets())
		r.Handle("/", handlers.View(kit, pusher{}))
		kit.Script(fsys, "app.js")
		kit.Script(fsys, "app.js")
		p := livetest.Open(t, r, "/")
		scripts := p.Find("head script").Attrs("src")
		if len(scripts) != 2 || !strings.HasSuffix(scripts[0], "/app.js") || p.Find("head script:nth-of-type(1)").Attr("type") != "module" {
			t.Fatalf("the scripts are %q", scripts)
		}
		return p, strings.TrimSuffix(scripts[0], "app.js")
	}
	p, folder := serve(fsys)
	for name, want := range map[string]int{"app.js": 200, "parts/a.js": 200, "style.css": 200, ".env": 404, "main.go": 404, ".git/hook.js": 404} {
		res, err := p.Person().Client().Get(p.Person().Address(folder + name))
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want || want == 200 && !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d, %s", name, res.StatusCode, res.Header.Get("Cache-Control"))
		}
	}
	fsys["parts/a.js"] = &fstest.MapFile{Data: []byte("2")}
	if _, other := serve(fsys); other == folder {
		t.Error("another module, and the same address")
	}
}
