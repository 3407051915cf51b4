package patch_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/htmxdom/chromium"
)

// unit is what the view decides as one: a control, or all radio buttons of a group.
type unit struct {
	rendered string // how the view renders it
	shown    map[string]string
}

// units are the controls with an id, details and dialogs among them, with what the view says
// of each and what it shows. rendered is a page as the view renders it, untouched.
func units(d *htmxdom.Document) (byKey map[string]*unit, keyOf map[string]string) {
	byKey, keyOf = make(map[string]*unit), make(map[string]string)
	identity := d.Identity()
	for _, id := range slices.Sorted(maps.Keys(identity)) {
		n := identity[id]
		key, says := "#"+id, ""
		attrs := func(names ...string) {
			for _, name := range names {
				v, ok := htmxdom.Attr(n, name)
				says += fmt.Sprintf(" %s=%q %v", name, v, ok)
			}
		}
		switch n.Data {
		case "input":
			switch attrs("type"); attr(n, "type") {
			case "radio":
				if name := attr(n, "name"); name != "" {
					key = "radio " + name
					if f := d.Form(n); f != nil {
						key += " in " + attr(f, "id")
					}
				}
				says = ""
				if _, checked := htmxdom.Attr(n, "checked"); checked {
					says = " " + id
				}
			case "checkbox":
				attrs("checked")
			default:
				says += fmt.Sprintf(" %q", attr(n, "value"))
			}
		case "textarea":
			says = htmxdom.Text(n)
		case "select":
			attrs("multiple")
			for o := range n.Descendants() {
				if o.Type == html.ElementNode {
					says += fmt.Sprint(o.Attr, htmxdom.Text(o))
				}
			}
		case "details", "dialog":
			attrs("open")
		default:
			continue
		}
		if byKey[key] == nil {
			byKey[key] = &unit{shown: make(map[string]string)}
		}
		byKey[key].rendered += says
		byKey[key].shown[id] = state(d, n)
		keyOf[id] = key
	}
	return byKey, keyOf
}

// state is what a control shows.
func state(d *htmxdom.Document, n *html.Node) string {
	switch n.Data {
	case "input":
		if t := htmxdom.InputType(n); t == "checkbox" || t == "radio" {
			return fmt.Sprint("checked ", d.Checked(n))
		}
		return fmt.Sprintf("%q", d.Value(n))
	case "textarea":
		return fmt.Sprintf("%q", d.Value(n))
	case "select":
		return fmt.Sprintf("chosen %q", d.Selected(n))
	case "details", "dialog":
		_, open := htmxdom.Attr(n, "open")
		return fmt.Sprint("open ", open)
	}
	return ""
}

// checkControls applies the operations from a to b to a page that shows a, as a user has
// left it, and looks at what its controls show then.
func checkControls(doc *htmxdom.Document, a, b, ops string) error {
	before, err := htmxdom.Parse(pageOf(a))
	if err != nil {
		return err
	}
	want, err := htmxdom.Parse(pageOf(b))
	if err != nil {
		return err
	}
	nodes, focus := doc.Identity(), doc.Focus()
	was, _ := units(before)
	is, keyOf := units(want)
	users, _ := units(doc)
	if err := doc.Apply(ops); err != nil {
		return fmt.Errorf("htmx: %w", err)
	}
	if got, want := shows(doc), shows(want); got != want {
		return fmt.Errorf("shows %s\nnot   %s", got, want)
	}
	changed := func(id string) bool {
		key := keyOf[id]
		return was[key] == nil || was[key].rendered != is[key].rendered
	}
	expected := want.Elements()
	for i, n := range doc.Elements() {
		id := attr(n, "id")
		now, says := state(doc, n), state(want, expected[i])
		if now == says {
			continue
		}
		key := keyOf[id]
		switch kept := users[key]; {
		case id == "" || key == "":
			if named(want, expected[i]) == 1 {
				return fmt.Errorf("<%s> without an id: %s, the view says %s", n.Data, now, says)
			}
		case strings.HasPrefix(key, "radio ") && strings.Contains(ops, "hx-preserve"):
			// A stub moves radio buttons, or their form, by way of a place that is in no form: there
			// those of one name take the choice from each other.
		case !changed(id) && kept != nil && kept.shown[id] != "":
			if now != kept.shown[id] {
				return fmt.Errorf("#%s is as before in the view: %s, the user left %s, the view says %s", id, now, kept.shown[id], says)
			}
		case changed(id) && focus != nil && attr(focus, "id") == id && mayLag(n):
		default:
			return fmt.Errorf("#%s has changed in the view: %s, the view says %s", id, now, says)
		}
	}
	return keptControls(doc, nodes, focus, keyOf, changed)
}

// mayLag reports whether a control that has the focus may go on to show what the user
// is typing into it, or has just chosen.
func mayLag(n *html.Node) bool {
	return n.Data == "textarea" || n.Data == "select" || n.Data == "input" && !slices.Contains([]string{"checkbox", "radio"}, attr(n, "type"))
}

// keptControls finds elements that are other nodes than before, although neither they nor
// the select element around them are controls that have changed; and a focus that is lost.
func keptControls(doc *htmxdom.Document, nodes htmxdom.Identity, focus *html.Node, keyOf map[string]string, changed func(string) bool) error {
	if focus != nil && doc.ByID(attr(focus, "id")) == nil {
		return nil // htmx's morph stops searching at the focus, even if that is about to go
	}
	kept := doc.Kept(nodes)
	for id, n := range doc.Identity() {
		if old := nodes[id]; old == nil || old.Data != n.Data || slices.Contains(kept, id) || keyOf[id] != "" && changed(id) {
			continue
		}
		return fmt.Errorf("%w: %s", errOtherNode, id)
	}
	if focus == nil || attr(focus, "id") == "" {
		return nil
	}
	if n := doc.ByID(attr(focus, "id")); n != nil && doc.Usable(n) && attr(n, "type") != "hidden" && doc.Focus() != n && !hidden(n) {
		return fmt.Errorf("%s lost the focus", attr(focus, "id"))
	}
	return nil
}

// Case 99: TestControlsShowWhatTheViewSays renders pages of forms again and again, with a user who
// works the controls in between.
func TestControlsShowWhatTheViewSays(t *testing.T) {
	t.Parallel()
	seeds := pairs(300)
	shortest, failed := "", 0
	for seed := range uint64(seeds) {
		g := &gen{Rand: rand.New(rand.NewPCG(seed, 31))}
		page := g.controlsPage()
		doc, err := htmxdom.Parse(pageOf(page.html()))
		if err != nil {
			t.Fatal(err)
		}
		story := page.html()
		for range 3 {
			acts := g.acts(page)
			doc.Do(acts...)
			next := page.clone()
			g.renderAgain(next)
			ops := between(t, page.html(), next.html())
			story += fmt.Sprintf("\nacts %v\nto   %s\nops  %s", acts, next.html(), ops)
			if err := checkControls(doc, page.html(), next.html(), ops); err != nil {
				failed++
				if s := fmt.Sprintf("seed %d: %v\nfrom %s", seed, err, story); shortest == "" || len(s) < len(shortest) {
					shortest = s
				}
				break
			}
			page = next
		}
	}
	if failed > 0 {
		t.Fatalf("%d of %d pages fail, the shortest: %s", failed, seeds, shortest)
	}
}

// TestControlsInChromium lets a user work the same pages in Chromium, where controls show
// after each patch what the model says.
func TestControlsInChromium(t *testing.T) {
	t.Parallel()
	var cases []chromium.Case
	for seed := range uint64(pairs(150)) {
		g := &gen{Rand: rand.New(rand.NewPCG(seed, 32))}
		page := g.controlsPage()
		c := chromium.Case{Page: pageOf(page.html()), Setup: g.acts(page)}
		for range 3 {
			next := page.clone()
			g.renderAgain(next)
			c.Messages = append(c.Messages, between(t, page.html(), next.html()))
			page = next
			c.Then = append(c.Then, g.acts(page))
		}
		cases = append(cases, c)
	}
	for i, got := range chromium.Run(t, cases) {
		model, err := chromium.Model(cases[i])
		if err != nil {
			t.Fatal(err)
		}
		if closes(cases[i]) { // the focus leaves what is closed with the next frame, whenever that is
			got.Focus, model.Focus = "", ""
		}
		if d := got.Diff(model); d != "" {
			t.Fatalf("page %d: Chromium and the model differ: %s\n%s\nmessages %s\nacts %v %v", i, d, cases[i].Page, strings.Join(cases[i].Messages, "\n"), cases[i].Setup, cases[i].Then)
		}
	}
}

// closes reports whether the user closes something in a case.
func closes(c chromium.Case) bool {
	return slices.ContainsFunc(slices.Concat(append([][]htmxdom.Gesture{c.Setup}, c.Then...)...), func(g htmxdom.Gesture) bool {
		return g == htmxdom.Open(g.ID, false)
	})
}

// named counts the controls without an id that are like one: they can't be told apart.
func named(d *htmxdom.Document, n *html.Node) (count int) {
	for _, m := range d.Elements() {
		if m.Data == n.Data && attr(m, "id") == "" && attr(m, "name") == attr(n, "name") && attr(m, "type") == attr(n, "type") {
			count++
		}
	}
	return count
}
