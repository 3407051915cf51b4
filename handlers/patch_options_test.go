package handlers_test

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

type ladderQuery struct {
	Action string `action:"index show edit"`
	ID     int    `path:"id"`
	Step   int    `query:"step"`
}

var ladderKey = state.NewKey[ladderQuery]("ladder")

// ladder is a page whose step 21 leads back to step 1, step 31 on to step 32, and step 32 nowhere.
type ladder struct{}

func (ladder) Mount(*views.Socket, ladderQuery) error { return nil }

func (ladder) HandleParams(s *views.Socket, q ladderQuery) error {
	ladderKey.Set(s, q)
	switch q.Step {
	case 21:
		return s.Patch("?step=1")
	case 31:
		return s.Patch("?step=32")
	case 32:
		return views.Error(422, "There is no such step.")
	}
	return nil
}

func (ladder) Go(s *views.Socket, address string) error { return s.Patch(address) }

func (ladder) Top(s *views.Socket, address string) error { return s.Patch(address, views.ScrollTop) }

func (ladder) Leave(s *views.Socket, address string) error { return s.Redirect(address) }

func (ladder) Walk(s *views.Socket, address string) error {
	return s.Navigate(address, views.Transition)
}

func (ladder) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		q := ladderKey.Get(ctx)
		_, err := fmt.Fprintf(w, `<h1 id="step">%s %d, step %d</h1>`, q.Action, q.ID, q.Step)
		return err
	})
}

func ladders(t *testing.T) *site {
	t.Helper()
	return newSite(t, handlers.Config{Logger: quietLogger, Security: handlers.Security{Secrets: [][]byte{[]byte(strings.Repeat("s", 32))}}}, func(k *handlers.Kit, r chi.Router) {
		r.Handle("/ladder", handlers.View(k, ladder{}))
		r.Handle("/ladder/{id}", handlers.View(k, ladder{}).Action("show"))
		r.Handle("/ladder/{id}/edit", handlers.View(k, ladder{}).Action("edit"))
	})
}

func (p *tab) send(event, value string) answer {
	p.t.Helper()
	return p.post("event="+event, url.Values{"value": {value}})
}

const (
	visitTarget = "div#sb-visit"
	topSwap     = "beforeend swapEmpty:true show:top showTarget:window"
)

// Case 261. An answer that is to scroll says so, unless the patch has failed.
func TestAnswersThatScrollToTheTop(t *testing.T) {
	t.Parallel()
	s := ladders(t)
	p := s.browser(t).open("/ladder?step=1").connect("0")
	p.path = "/ladder?step=1"
	p.visit("/ladder?step=2").is(t, "a link", 204, "HX-Reswap", "")
	p.visit("/ladder?step=3", "HX-Target", visitTarget).is(t, "a link to the top", 200, "HX-Reswap", topSwap, "HX-Push-Url", "")
	p.visit("/ladder?step=32", "HX-Target", visitTarget).is(t, "one that fails", 422, "HX-Reswap", "none swapEmpty:false")
	p.path = "/ladder?step=3"
	p.visit("/ladder?step=3", "HX-Target", visitTarget).is(t, "where it is", 200, "HX-Reswap", topSwap, "HX-Push-Url", "false")
	p.path = "/ladder"
	p.send("Top", "?step=4").is(t, "an event", 200, "HX-Reswap", topSwap, "HX-Push-Url", "/ladder?step=4")
	p.send("Top", "?step=4").is(t, "where it is", 200, "HX-Reswap", topSwap, "HX-Push-Url", "", "HX-Replace-Url", "/ladder?step=4")
	p.send("Top", "?step=32").is(t, "an event whose patch fails", 204, "HX-Push-Url", "")
	q := s.browser(t).open("/ladder?step=1") // whose answers carry the patches
	a := q.send("Top", "?step=5")
	a.is(t, "without a connection", 200, "HX-Reswap", topSwap, "HX-Push-Url", "/ladder?step=5")
	if !strings.Contains(a.body, "index 0, step 5") {
		t.Errorf("without a connection: %s", a.body)
	}
}

// Case 266. The browser's history gets nothing for a patch that leads back to where it is, and what is shown in the end
// for one that leads on and fails.
func TestAPatchThatPatchesOn(t *testing.T) {
	t.Parallel()
	s := ladders(t)
	p := s.browser(t).open("/ladder?step=1").connect("0")
	p.send("Go", "?step=21").is(t, "there and back", 204, "HX-Push-Url", "", "HX-Replace-Url", "")
	p.path = "/ladder?step=1"
	p.visit("/ladder?step=21").is(t, "a link there and back", 204, "HX-Push-Url", "false")
	p.path = "/ladder"
	p.send("Go", "?step=31").is(t, "on to where it fails", 204, "HX-Push-Url", "/ladder?step=31")
	p.await("index 0, step 31")
	// The link has waited for the answer of another one.
	p.path = "/ladder?step=1"
	p.visit("/ladder?step=1").is(t, "back to where the page was when it was clicked", 204, "HX-Push-Url", "")
}

// Case 275. A page knows which of its routes is shown: opened, by patches between them and within one, after a restart.
func TestARouteNamesTheAction(t *testing.T) {
	t.Parallel()
	s := ladders(t)
	b := s.browser(t)
	for path, want := range map[string]string{"/ladder": "index 0", "/ladder/7": "show 7", "/ladder/7/edit": "edit 7"} {
		if a := b.do("GET", path, nil); !strings.Contains(a.body, want+", step 0") {
			t.Errorf("%s: %s", path, a.body)
		}
	}
	p := b.open("/ladder/7").connect("0")
	p.send("Go", "?step=3") // in the same turn, without a request
	p.await("show 7, step 3")
	p.visit("/ladder/8/edit").is(t, "another route", 204)
	p.await("edit 8, step 0")
	p.path = "/ladder/8/edit"
	p.send("Go", "?step=4")
	p.await("edit 8, step 4")
	if a := b.do("GET", "/ladder?action=show&step=5", nil); !strings.Contains(a.body, "index 0, step 5") {
		t.Errorf("an address that names an action: %s", a.body)
	}
	next := ladders(t)
	from, _ := url.Parse(s.URL)
	to, _ := url.Parse(next.URL)
	b.http.Jar.SetCookies(to, b.http.Jar.Cookies(from))
	b.site = next
	if a := p.post("event=Go&value="+url.QueryEscape("?step=6"), nil, "HX-Current-URL", next.URL+"/ladder/8/edit?step=4"); !strings.Contains(a.body, "edit 8, step 6") {
		t.Errorf("after a restart: %d %s", a.status, a.body)
	}
	for _, name := range []string{"other", ""} {
		func() {
			defer func() {
				if said := fmt.Sprint(recover()); !strings.Contains(said, "ladder") {
					t.Errorf("%q: %s", name, said)
				}
			}()
			handlers.View(s.kit, ladder{}).Action(name)
		}()
	}
}

// A patch of nothing but the address is an id alone, so that a connection that comes back says where the page was.
func TestAPatchOfNothingButTheAddressIsAnIDAlone(t *testing.T) {
	t.Parallel()
	s := ladders(t)
	p := s.browser(t).open("/ladder?step=1").connect("0")
	p.visit("/ladder?step=2").is(t, "a patch", 204)
	first, _ := p.message()
	p.visit("/ladder?step=2&pad=1").is(t, "one of nothing but the address", 204)
	defer p.limit()()
	var event string
	for !strings.HasSuffix(event, "\n\n") {
		line, err := p.in.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		event += line
	}
	if !strings.HasPrefix(event, "id: ") || strings.Contains(event, "data") || len(event) > 40 || strings.TrimSpace(event[4:]) == first {
		t.Errorf("after %s: %q", first, event)
	}
}

// badAddresses are no addresses of the site.
var badAddresses = []string{
	"", "stairs", "//host/stairs", `/\host/stairs`, `\\host`, `/stairs\..\x`, "javascript:alert(1)", "JavaScript:alert(1)", "\tjavascript:alert(1)", "java\nscript:alert(1)",
	"data:text/html,x", "http://host/stairs", "https:/host", "/stairs\r\nSet-Cookie: a=b", "/stairs?step=4\nX: y", "/\t/host/stairs", "/stairs?step=\x00", "/%zz",
	"/%2fhost", "/%5chost", "/a/../b", "/stairs?step=4&pad=" + strings.Repeat("x", 8<<10),
}

// Case 250. Addresses that are no address of this site change nothing: of patches, redirects, navigations and links.
func TestAddressesThatAreMadeUp(t *testing.T) {
	t.Parallel()
	s := ladders(t)
	p := s.browser(t).open("/ladder?step=3").connect("0")
	for _, event := range []string{"Go", "Top", "Leave", "Walk"} {
		for _, to := range badAddresses {
			a := p.send(event, to)
			for _, h := range []string{"HX-Push-Url", "HX-Replace-Url", "HX-Redirect", "HX-Location", "Location", "Set-Cookie", "X"} {
				if got := a.header.Get(h); got != "" {
					t.Errorf("%s %.40q: %d, %s is %.80q", event, to, a.status, h, got)
				}
			}
			if a.status < 400 || strings.Contains(a.body, "hx-get") {
				t.Errorf("%s %.40q: %d %s", event, to, a.status, a.body)
			}
		}
	}
	p.send("Go", "?step=4").is(t, "an address", 204, "HX-Push-Url", "/ladder?step=4")
	for what, link := range map[string]func(string){
		"PatchTo":      func(to string) { views.PatchTo(context.Background(), to) },
		"NavigateLink": func(to string) { views.NavigateLink(t.Context(), to) },
	} {
		for _, to := range badAddresses {
			func() {
				defer func() {
					if said := fmt.Sprint(recover()); !strings.HasPrefix(said, "views: "+what) || len(said) > 500 {
						t.Errorf("%s(%.40q): %.200s", what, to, said)
					}
				}()
				link(to)
			}()
		}
	}
}

// Case 268. A navigation of a callback comes in the queue of events, with its transition; an event that has waited
// while another page has come does not load that again.
func TestACallbackNavigates(t *testing.T) {
	t.Parallel()
	s := ladders(t)
	p := s.browser(t).open("/ladder").connect("0")
	a := p.send("Walk", "/ladder/7#part")
	a.is(t, "a navigation", 200, "HX-Redirect", "", "HX-Location", "")
	for _, part := range []string{`hx-get="/ladder/7#part"`, `hx-target="body"`, `hx-swap="outerSync show:top transition:true"`, `hx-sync="main:queue all"`, `hx-push-url="true"`} {
		if !strings.Contains(a.body, part) {
			t.Errorf("without %s: %s", part, a.body)
		}
	}
	q := s.browser(t).open("/ladder")
	q.do("POST", "/ladder?event=Go", url.Values{"value": {"?step=2"}}, "Sideband-Ticket", "x", "HX-Request", "true", "HX-Current-URL", s.URL+"/ladder").
		is(t, "a ticket that is made up", 403, "HX-Refresh", "true")
	q.do("POST", "/ladder?event=Go", url.Values{"value": {"?step=2"}}, "Sideband-Ticket", "x", "HX-Request", "true", "HX-Current-URL", s.URL+"/other").
		is(t, "an event that has waited", 403, "HX-Refresh", "")
}
