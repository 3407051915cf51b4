package livetest_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sideband-go/sideband/internal/browser"
	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/livetest"
)

var (
	seed  = flag.Uint64("seed", 1, "seed of what is done to pages")
	steps = flag.Int("steps", 40, "how much is done to them")
)

// state is what a page shows, to a person and to a script.
type state struct {
	HTML    string
	Values  map[string]string // of the fields with an id
	Checked map[string]bool
	Focus   string
	Title   string
	Notices string // what the kit says above the page
}

func (s state) String() string {
	return fmt.Sprintf("title %q, notices %q, focus %q, values %q, checked %v\n%s", s.Title, s.Notices, s.Focus, s.Values, s.Checked, s.HTML)
}

// normal is HTML in which it doesn't matter who has written it, and for which process.
func normal(t *testing.T, content string) string {
	t.Helper()
	d, err := htmxdom.ParsePlain("<body><main id=root>" + content + "</main>")
	if err != nil {
		t.Fatal(err)
	}
	return sealed.ReplaceAllString(strings.Join(strings.Fields(d.NodeHTML(d.ByID("root"))), ""), "$1")
}

// sealed is what is random in hidden fields.
var sealed = regexp.MustCompile(`(<inputautocomplete="off"name="sb-(?:form|ticket)"type="hidden"value=")[^"]*`)

const look = `(() => {
	const root = document.getElementById("sb-view").cloneNode(true)
	for (const e of root.querySelectorAll("noscript")) if (!e.firstElementChild) e.textContent = ""
	const fields = [...document.querySelectorAll("input[id], select[id]")]
	const boxes = fields.filter(f => f.type == "checkbox" || f.type == "radio")
	return {
		HTML: root.innerHTML,
		Values: Object.fromEntries(fields.map(f => [f.id, f.value])),
		Checked: Object.fromEntries(boxes.map(f => [f.id, f.checked])),
		Focus: document.activeElement == document.body ? "" : document.activeElement.id || document.activeElement.tagName,
		Title: document.title,
		Notices: ["lost", "failed", "notice"].map(id => document.getElementById("sb-" + id).textContent.trim()).join("|"),
	}
})()`

func inChromium(t *testing.T, p *browser.Page) (s state) {
	t.Helper()
	p.Eval(look, &s)
	s.HTML = normal(t, s.HTML)
	return s
}

func inTest(t *testing.T, p *livetest.Page) state {
	t.Helper()
	s := state{HTML: normal(t, p.HTML()), Values: map[string]string{}, Checked: map[string]bool{}, Title: p.Title()}
	s.Notices = strings.Join([]string{p.Find("#sb-lost").Text(), p.Find("#sb-failed").Text(), p.Find("#sb-notice").Text()}, "|")
	for _, id := range p.Find("input[id], select[id]").Attrs("id") {
		f := p.Find("#" + id)
		s.Values[id] = f.Value()
		if kind := f.Attr("type"); kind == "checkbox" || kind == "radio" {
			s.Checked[id] = f.Checked()
		}
	}
	_, id, _ := strings.Cut(p.Focused(), `id="`)
	if s.Focus, _, _ = strings.Cut(id, `"`); s.Focus == "" && p.Focused() != "" {
		s.Focus = strings.ToUpper(strings.Trim(strings.Fields(p.Focused())[0], "<>"))
	}
	return s
}

// step is something that a person does, in both.
type step struct {
	name string
	here func()
	real func()
}

// both is a page here and in Chromium.
type both struct {
	t      *testing.T
	real   *browser.Page
	page   *livetest.Page
	server *httptest.Server // Chromium's
	random *rand.Rand
	number int // of what is done
}

// openBoth opens the page of a site. powered is an element that htmx takes up, "" where no scripts run.
func openBoth(t *testing.T, site func() http.Handler, path, powered string) *both {
	t.Helper()
	t.Logf("%d steps, -seed=%d", *steps, *seed)
	server := httptest.NewServer(site())
	t.Cleanup(server.Close) // after the browser has gone
	b := &both{t: t, server: server, random: rand.New(rand.NewPCG(*seed, 0))}
	person := livetest.Serve(t, site()).Person()
	if powered == "" {
		b.real = browser.Open(t, "")
		b.real.Scripts(false)
		b.real.Goto(server.URL + path)
		person.WithoutScripts()
	} else {
		b.real = browser.Open(t, server.URL+path)
		b.real.WaitFor(fmt.Sprintf(`document.querySelector(%q).hasAttribute("data-htmx-powered")`, powered))
	}
	b.page = person.Open(path)
	return b
}

// style adds a style sheet in Chromium.
func (b *both) style(css string) {
	b.t.Helper()
	b.real.Eval(fmt.Sprintf(`(() => { const s = new CSSStyleSheet(); s.replaceSync(%q); document.adoptedStyleSheets = [s] })()`, css), nil)
}

func (b *both) click(selector string) step {
	return step{"click " + selector, b.page.Find(selector).Click, func() { b.real.Click(selector) }}
}

func (b *both) fill(selector, text string) step {
	return step{
		"fill " + selector + " with " + text, func() { b.page.Find(selector).Fill(text) },
		func() { b.real.Fill(selector, text); b.real.Eval(`document.activeElement.blur()`, nil) },
	}
}

func (b *both) one(selectors ...string) string { return selectors[b.random.IntN(len(selectors))] }

// compare does what next says, and looks after each step whether both pages are the same.
func (b *both) compare(next func() []step) {
	b.t.Helper()
	for b.number = range *steps {
		for _, s := range next() {
			b.t.Logf("step %d: %s", b.number, s.name)
			s.here()
			s.real()
			want := inTest(b.t, b.page)
			got := inChromium(b.t, b.real)
			for limit := time.Now().Add(30 * time.Second); got.String() != want.String() && time.Now().Before(limit); {
				got = inChromium(b.t, b.real)
			}
			if got.String() != want.String() {
				b.t.Fatalf("step %d: %s: Chromium has\n%v\nand livetest\n%v", b.number, s.name, got, want)
			}
		}
	}
}

// What is done to a page here and in Chromium leads to the same HTML, to the same
// values of its fields, to the same focus.
func TestPagesAreThoseOfChromium(t *testing.T) {
	t.Parallel()
	b := openBoth(t, site, "/?begin=Milk,Bread", "#search")
	b.real.AllowErrors("answered 409", "409 (Conflict)")
	// A real mouse comes across elements on its way, and notices lie on top of others.
	b.style("#over, .sb-notices * { pointer-events: none !important }")
	b.page.Skip(livetest.DeadLinks)
	page, real := b.page, b.real
	b.compare(func() []step {
		text := fmt.Sprintf("x%d", b.number)
		switch b.random.IntN(11) {
		case 0:
			return []step{b.fill("#name", text), b.click("#order button")}
		case 1:
			return []step{b.fill("#name", "Nothing"), b.click("#order button")} // which is refused
		case 2:
			return []step{b.fill("#name", text), {"press Enter", func() { page.Find("#name").Key("Enter") }, func() { real.Click("#name"); real.Press("Enter") }}}
		case 3:
			if page.Find("#items button").Exists() {
				return []step{b.click("#items tr:last-child button")}
			}
		case 4:
			size := b.one("Small", "Large")
			return []step{{"choose " + size, func() { page.Find("#size").Choose(size) }, func() { real.Eval(`document.getElementById("size").focus()`, nil); real.Select("#size", size) }}}
		case 5:
			return []step{b.click("#gift"), b.click(b.one("#cash", "#card"))}
		case 6:
			return []step{b.fill("#search", text)}
		case 7:
			return []step{b.click("#hurry")}
		case 8:
			return []step{{"press x", func() { page.Find("#keys").Key("x") }, func() { real.Eval(`document.getElementById("keys").focus()`, nil); real.Press("x") }}}
		case 9:
			return []step{b.click(b.one("#focus", "#blur"))}
		case 10:
			return []step{b.click("#more summary")}
		}
		return nil
	})
}

// So it is with components, streams, flash messages, redirects and work beside the page.
func TestBoardsAreThoseOfChromium(t *testing.T) {
	t.Parallel()
	b := openBoth(t, func() http.Handler { return boardSite(t) }, "/", "#swap")
	b.real.AllowErrors("answered 409", "409 (Conflict)", "answered 500", "500 (Internal Server Error)", "answered 404", "404 (Not Found)")
	const css = ".sb-flash, .sb-flash *, .sb-notices * { pointer-events: none !important }"
	b.style(css)
	b.page.Skip(livetest.BrokenParts, livetest.Failures, livetest.UnknownEvents)
	page, real := b.page, b.real
	b.compare(func() []step {
		switch b.random.IntN(8) {
		case 0:
			if like := page.Find("#parts [id$=-like]"); like.Exists() {
				return []step{b.click("#" + b.one(like.Attrs("id")...))}
			}
		case 1:
			return []step{b.click(b.one("#tea-louder", "#other"))} // milk may have gone
		case 2:
			return []step{b.click(b.one("#swap", "#place", "#remove"))}
		case 3:
			return []step{b.click(b.one("#frail-one", "#refuse", "#fail", "#panic"))}
		case 4:
			return []step{b.click("#save-" + b.one("info", "success", "warning", "error"))}
		case 5:
			if dismiss := `[data-kind="` + b.one("warning", "error") + `"] button`; page.Find(dismiss).Exists() {
				return []step{{"dismiss", page.Find(dismiss).Click, func() {
					real.Eval(fmt.Sprintf(`(b => { b.focus(); b.click() })(document.querySelector(%q))`, dismiss), nil)
				}}}
			}
		case 6:
			return []step{
				b.click("#write-" + b.one("begin", "middle", "end", "change", "delete")),
				b.click("#write-" + b.one("begin", "middle", "end")),
			}
		case 7:
			if b.random.IntN(2) == 0 {
				return []step{{"load", func() { page.Find("#load-soon").Click(); page.Await() }, func() { real.Click("#load-soon") }}}
			}
			return []step{{"come back", page.Find("#leave-back").Click, func() {
				real.Eval(`(window.before = true, document.body.innerHTML.length)`, nil)
				real.Click("#leave-back")
				real.WaitFor(`!window.before && document.querySelector("#swap")?.hasAttribute("data-htmx-powered")`)
				b.style(css)
			}}}
		}
		return nil
	})
}

// So it is with labels, resets, exclusive details and what Enter does in a form.
func TestGesturesAreThoseOfChromium(t *testing.T) {
	t.Parallel()
	b := openBoth(t, gesturesSite, "/", "#two")
	b.style(".sb-notices * { pointer-events: none !important }")
	enter := func(selector string) step {
		return step{"press Enter in " + selector, func() { b.page.Find(selector).Key("Enter") }, func() {
			b.real.Eval(fmt.Sprintf(`document.querySelector(%q).focus()`, selector), nil)
			b.real.Press("Enter")
		}}
	}
	b.compare(func() []step {
		text := fmt.Sprintf("x%d", b.number)
		field := b.one("#two-a", "#one-a", "#off-a", "#far-a", "#own-a")
		switch b.random.IntN(9) {
		case 0:
			return []step{enter(field)}
		case 1:
			return []step{b.fill(field, text), enter(field)}
		case 2:
			return []step{{
				"type " + text + " and press Enter in " + field, func() { b.page.Find(field).Type(text); b.page.Find(field).Key("Enter") },
				func() { b.real.Fill(field, text); b.real.Press("Enter") },
			}}
		case 3:
			return []step{enter(b.one("#one-box", "#off-box", "#one-date"))}
		case 4:
			return []step{b.click(b.one("#off-second", "#far-owned", "#far-inner", "#own-button", "#bound-link"))}
		case 5:
			return []step{b.click(b.one("#bound-text", "#bound-label", "#bound-box", "#for-label", "#legend-box"))}
		case 6:
			return []step{b.click(b.one("#reset-box", "#reset-radio1", "#reset-radio2")), b.fill("#reset-a", text)}
		case 7:
			return []step{b.click("#reset-button")}
		case 8:
			return []step{b.click(b.one("#summary-1", "#summary-2"))}
		}
		return nil
	})
}

// Case 101: what is done while nothing gets through fails in the same way, with the same notices, and
// is not sent later.
func TestCutsAreThoseOfChromium(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	b := openBoth(t, func() http.Handler {
		s := site()
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.TLS == nil && down.Load() { // Chromium's; livetest cuts its own
				panic(http.ErrAbortHandler)
			}
			s.ServeHTTP(w, r)
		})
	}, "/?begin=Milk,Bread", "#search")
	b.real.AllowErrors("answered 409", "409 (Conflict)", "net::ERR_", "htmx:", "Failed to fetch", "network error")
	b.style(".sb-notices, .sb-notices * { pointer-events: none !important }")
	b.page.Skip(livetest.DeadLinks)
	b.compare(func() []step {
		text := fmt.Sprintf("x%d", b.number)
		switch b.random.IntN(6) {
		case 0:
			if down.Load() {
				return nil
			}
			return []step{{"cut", b.page.Cut, func() { down.Store(true); b.server.CloseClientConnections() }}}
		case 1:
			return []step{{"restore", b.page.Restore, func() { down.Store(false) }}}
		case 2:
			return []step{b.fill("#name", text), b.click("#order button")}
		case 3:
			if b.page.Find("#items button").Exists() {
				return []step{b.click("#items tr:last-child button")}
			}
		case 4:
			return []step{b.click("#hurry")}
		case 5:
			return []step{b.fill("#search", text)}
		}
		return nil
	})
}
