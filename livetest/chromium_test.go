package livetest_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
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
}

func (s state) String() string {
	return fmt.Sprintf("title %q, focus %q, values %q, checked %v\n%s", s.Title, s.Focus, s.Values, s.Checked, s.HTML)
}

// normal is HTML in which it doesn't matter who has written it.
func normal(t *testing.T, content string) string {
	t.Helper()
	d, err := htmxdom.Parse("<body><main id=root>" + content + "</main>")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(d.NodeHTML(d.ByID("root"))), "")
}

const look = `(() => {
	const fields = [...document.querySelectorAll("input[id], select[id]")]
	const boxes = fields.filter(f => f.type == "checkbox" || f.type == "radio")
	return {
		HTML: document.getElementById("sb-view").innerHTML,
		Values: Object.fromEntries(fields.map(f => [f.id, f.value])),
		Checked: Object.fromEntries(boxes.map(f => [f.id, f.checked])),
		Focus: document.activeElement == document.body ? "" : document.activeElement.id || document.activeElement.tagName,
		Title: document.title,
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

// What is done to a page here and in Chromium leads to the same HTML, to the same
// values of its fields, to the same focus.
func TestPagesAreThoseOfChromium(t *testing.T) {
	t.Parallel()
	t.Logf("%d steps, -seed=%d", *steps, *seed)
	random := rand.New(rand.NewPCG(*seed, 0))
	server := httptest.NewServer(site())
	t.Cleanup(server.Close) // after the browser has gone
	const path = "/?begin=Milk,Bread"
	real := browser.Open(t, server.URL+path)
	real.AllowErrors("favicon.ico", "answered 409", "409 (Conflict)")
	real.WaitFor(`document.querySelector("#search").hasAttribute("data-htmx-powered")`)
	// A real mouse comes across elements on its way, and notices lie on top of others.
	real.Eval(`(() => { const s = new CSSStyleSheet(); s.replaceSync("#over, .sb-notices * { pointer-events: none !important }"); document.adoptedStyleSheets = [s] })()`, nil)
	page := livetest.Open(t, site(), path)
	page.Skip(livetest.DeadLinks)

	blur := func() { real.Eval(`document.activeElement.blur()`, nil) }
	click := func(selector string) step {
		return step{"click " + selector, page.Find(selector).Click, func() { real.Click(selector) }}
	}
	fill := func(selector, text string) step {
		return step{"fill " + selector + " with " + text, func() { page.Find(selector).Fill(text) }, func() { real.Fill(selector, text); blur() }}
	}
	number := 0
	next := func() []step {
		text := fmt.Sprintf("x%d", number)
		switch random.IntN(11) {
		case 0:
			return []step{fill("#name", text), click("#order button")}
		case 1:
			return []step{fill("#name", "Nothing"), click("#order button")} // which is refused
		case 2:
			return []step{fill("#name", text), {"press Enter", func() { page.Find("#name").Key("Enter") }, func() { real.Click("#name"); real.Press("Enter") }}}
		case 3:
			if page.Find("#items button").Exists() {
				return []step{click("#items tr:last-child button")}
			}
		case 4:
			size := []string{"Small", "Large"}[random.IntN(2)]
			return []step{{"choose " + size, func() { page.Find("#size").Choose(size) }, func() { real.Eval(`document.getElementById("size").focus()`, nil); real.Select("#size", size) }}}
		case 5:
			return []step{click("#gift"), click([]string{"#cash", "#card"}[random.IntN(2)])}
		case 6:
			return []step{fill("#search", text)}
		case 7:
			return []step{click("#hurry")}
		case 8:
			return []step{{"press x", func() { page.Find("#keys").Key("x") }, func() { real.Eval(`document.getElementById("keys").focus()`, nil); real.Press("x") }}}
		case 9:
			return []step{click([]string{"#focus", "#blur"}[random.IntN(2)])}
		case 10:
			return []step{click("#more summary")}
		}
		return nil
	}
	for number = range *steps {
		for _, s := range next() {
			s.here()
			s.real()
			want := inTest(t, page)
			got := inChromium(t, real)
			for limit := time.Now().Add(10 * time.Second); got.String() != want.String() && time.Now().Before(limit); {
				got = inChromium(t, real)
			}
			if got.String() != want.String() {
				t.Fatalf("step %d: %s: Chromium has\n%v\nand livetest\n%v", number, s.name, got, want)
			}
		}
	}
}
