package patch_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/htmxdom/chromium"
	"github.com/sideband-go/sideband/patch"
)

const rootID = "sb-view"

func pageOf(content string) string {
	return `<!doctype html><html><head><title>t</title><meta name="htmx-config" content='` + chromium.Config + `'></head><body><div id="sb-stream" hx-swap="none"></div><div id="sb-park" hidden></div><main id="` + rootID + `">` + content + `</main></body></html>`
}

// usableID are the ids by which elements are distinguished.
var usableID = regexp.MustCompile(`^[^\s"',&<>]+$`)

var errOtherNode = errors.New("an element is another node")

// check applies the operations from a to b to a model page that shows a, and
// compares with one that shows b.
func check(a, b, ops string, gestures []htmxdom.Gesture) error {
	doc, err := htmxdom.Parse(pageOf(a))
	if err != nil {
		return err
	}
	doc.Do(gestures...)
	before := doc.Identity()
	untouched, err := htmxdom.Parse(pageOf(a))
	if err != nil {
		return err
	}
	rendered := untouched.Identity()
	shown := doc.Values()
	focused := doc.Focus()
	if err := doc.Apply(ops); err != nil {
		return fmt.Errorf("htmx: %w", err)
	}
	want, err := htmxdom.Parse(pageOf(b))
	if err != nil {
		return err
	}
	if got, want := shows(doc), shows(want); got != want {
		return fmt.Errorf("shows %s\nnot   %s", got, want)
	}
	kept := doc.Kept(before)
	after := want.Identity()
	if rearranged(a) || rearranged(b) {
		return nil // what is shown counts then, not which nodes show it
	}
	if focused != nil && after[attr(focused, "id")] == nil {
		return nil // htmx's morph stops searching at the focus, even if that is about to go
	}
	for id, n := range before {
		m := after[id]
		if m == nil || !usableID.MatchString(id) || m.Data != n.Data || slices.Contains(kept, id) || renewed(rendered[id], m) {
			continue
		}
		return fmt.Errorf("%w: %s", errOtherNode, id)
	}
	for _, g := range gestures {
		if g.Do != "type" || !slices.Contains(kept, g.ID) {
			continue
		}
		if n := before[g.ID]; attr(n, "value") == valueIn(b, g.ID) && doc.Values()[g.ID] != shown[g.ID] {
			return fmt.Errorf("%s lost what was typed: %q, now %q", g.ID, shown[g.ID], doc.Values()[g.ID])
		}
	}
	if focused != nil && doc.Focus() != focused && !hidden(after[attr(focused, "id")]) && slices.Contains(kept, attr(focused, "id")) {
		return fmt.Errorf("%s lost the focus", attr(focused, "id"))
	}
	return nil
}

// renewed reports whether an element shows another state than before, so that it may be replaced.
func renewed(n, m *html.Node) bool {
	switch n.Data {
	case "input", "details", "dialog":
		for _, name := range []string{"type", "value", "checked", "open"} {
			was, had := htmxdom.Attr(n, name)
			is, has := htmxdom.Attr(m, name)
			if was != is || had != has {
				return true
			}
		}
	case "option":
		return true // goes with its select
	case "select", "textarea":
		var was, is strings.Builder
		_, _ = html.Render(&was, n), html.Render(&is, m)
		return inside(was.String()) != inside(is.String())
	}
	return false
}

// inside is the content of an element's HTML.
func inside(h string) string {
	_, h, _ = strings.Cut(h, ">")
	return h
}

// hidden reports whether an element can't have the focus.
func hidden(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if _, ok := htmxdom.Attr(n, "hidden"); ok || n.Data == "details" {
			return true
		}
	}
	return false
}

// shows is what a document shows, less what is the user's (whether details are
// open) and the white space beside tags.
func shows(d *htmxdom.Document) string {
	return trim(d.BodyHTML())
}

func trim(body string) string {
	return besideTags.ReplaceAllString(strings.ReplaceAll(body, ` open=""`, ""), "$1$2")
}

var besideTags = regexp.MustCompile(`(>)[ \n]+|[ \n]+(<)`)

func attr(n *html.Node, name string) string {
	v, _ := htmxdom.Attr(n, name)
	return v
}

// rearranged reports whether the HTML is not what a browser makes of it.
func rearranged(page string) bool {
	r, err := patch.Scan([]byte(page), nil, nil)
	return err == nil && len(r.Warnings()) > 0
}

func valueIn(page, id string) string {
	doc, err := htmxdom.Parse(pageOf(page))
	if err != nil {
		panic(err)
	}
	if n := doc.ByID(id); n != nil {
		return attr(n, "value")
	}
	return ""
}

// gestures lets a user do something to a page.
func gestures(r *rand.Rand, page *elem) (list []htmxdom.Gesture) {
	page.walk(func(_, e *elem) {
		if e.id == "" || r.IntN(2) == 0 {
			return
		}
		text := e.tag == "input" && !slices.ContainsFunc(e.attrs, func(a string) bool { return strings.Contains(a, "checkbox") })
		switch {
		case text:
			list = append(list, htmxdom.TypeInto(e.id, "typed"))
		case e.tag == "details":
			list = append(list, htmxdom.Open(e.id, true))
		}
	})
	return list
}

// run checks many pairs and reports the shortest that fails.
func run(t *testing.T, seeds int, pair func(*gen) (a, b *elem)) {
	t.Helper()
	shortest, failed := "", 0
	for seed := range uint64(seeds) {
		g := &gen{Rand: rand.New(rand.NewPCG(seed, 1))}
		a, b := pair(g)
		ha, hb := a.html(), b.html()
		ops := between(t, ha, hb)
		if err := check(ha, hb, ops, gestures(g.Rand, a)); err != nil {
			failed++
			if s := fmt.Sprintf("seed %d: %v\nfrom %s\nto   %s\nops  %s", seed, err, ha, hb, ops); shortest == "" || len(s) < len(shortest) {
				shortest = s
			}
		}
	}
	if failed > 0 {
		t.Fatalf("%d of %d pairs fail, the shortest: %s", failed, seeds, shortest)
	}
}

// pairs is how many random pairs the tests try: SIDEBAND_PAIRS, if set.
func pairs(usual int) int {
	if n, err := strconv.Atoi(os.Getenv("SIDEBAND_PAIRS")); err == nil {
		return n
	}
	return usual
}

func TestOperationsMakeThePageShowTheNewRendering(t *testing.T) {
	t.Parallel()
	run(t, pairs(1000), (*gen).pair)
}

func TestOperationsThatRefill(t *testing.T) {
	t.Parallel()
	run(t, pairs(1000), (*gen).refilledPair)
}

func TestOperationsForHTMLThatParsersRearrange(t *testing.T) {
	t.Parallel()
	run(t, pairs(1000), (*gen).hostilePair)
}

// TestOperationsInChromium applies random pairs with the real htmx. There, too, the
// page then shows the new rendering, on the nodes and with the focus and the typed
// text that the model says.
func TestOperationsInChromium(t *testing.T) {
	t.Parallel()
	var cases []chromium.Case
	var want []string
	for seed := range uint64(pairs(700)) {
		g := &gen{Rand: rand.New(rand.NewPCG(seed, 2))}
		pair := (*gen).pair
		switch seed % 4 {
		case 2:
			pair = (*gen).hostilePair
		case 3:
			pair = (*gen).refilledPair
		}
		a, b := pair(g)
		ha, hb := a.html(), b.html()
		cases = append(cases, chromium.Case{Page: pageOf(ha), Messages: []string{between(t, ha, hb)}, Setup: gestures(g.Rand, a)})
		want = append(want, hb)
	}
	for i, got := range chromium.Run(t, cases) {
		c := cases[i]
		model, err := chromium.Model(c)
		if err != nil {
			t.Fatal(err)
		}
		if d := got.Diff(model); d != "" && !rearranged(want[i]) { // an id used twice confuses even the focus
			t.Errorf("pair %d: Chromium and the model differ: %s\npage %s\nops  %s", i, d, c.Page, c.Messages)
		}
		doc, err := htmxdom.Parse(pageOf(want[i]))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := trim(got.HTML), shows(doc); got != want {
			t.Errorf("pair %d: shows %s\nnot   %s\npage %s\nops  %s", i, got, want, c.Page, c.Messages)
		}
		if t.Failed() {
			return
		}
	}
}
