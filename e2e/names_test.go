package e2e_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// element is one element of a page: what it is, which of those that were there at first,
// and what it holds itself.
type element struct {
	Known int // -1: it is new
	HTML  string
}

// number numbers the document's elements, so that everything can be told again.
func number(p *browser.Page) {
	p.Eval(`document.querySelectorAll("*").forEach((e, i) => e.known = i), 0`, nil)
}

// elements lists the document's elements outside #names, and those inside by id.
func elements(p *browser.Page) (outside []element, inside map[string]element) {
	var all struct {
		Outside []element
		Inside  []struct {
			ID string
			element
		}
	}
	p.Eval(`(() => {
		const list = document.getElementById("names"), strip = e => {
			const c = e.cloneNode(false);
			c.removeAttribute("sb-skip");
			return c.outerHTML;
		};
		const of = e => ({known: e.known ?? -1});
		const text = e => [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join("|");
		return {
			outside: [...document.querySelectorAll("*")].filter(e => !list.contains(e) || e === list)
				.map(e => ({...of(e), html: strip(e) + (e === list ? "" : text(e))})),
			inside: [...list.children].map(e => ({...of(e), id: e.id, html: e.outerHTML.replace(/ sb-skip(="")?/g, "").replace(/\s+/g, " ")})),
		};
	})()`, &all)
	inside = map[string]element{}
	for _, e := range all.Inside {
		inside[e.ID] = e.element
	}
	return all.Outside, inside
}

// Case 16: odd ids.
func TestOddIDsNameNothingButTheirElements(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := browser.Open(t, s.URL+"/names?as=ann")
	live(t, p)
	number(p)
	outside, inside := elements(p)
	if len(inside) != len(fixture.OddIDs) {
		t.Fatalf("%d elements are shown for %d ids", len(inside), len(fixture.OddIDs))
	}
	list := make([]fixture.Named, len(fixture.OddIDs))
	for i, id := range fixture.OddIDs {
		list[i] = fixture.Named{ID: id, Text: fmt.Sprintf("item %d", i)}
	}
	version := 0
	// show sends the list as it is now and checks that nothing but the item with this id has
	// changed, and that it has.
	show := func(what, id string, changed bool) {
		t.Helper()
		check(t, fixture.List(s.Visits.Ref("ann"), list))
		version++
		check(t, fixture.Tell(s.Visits.Ref("ann"), version)) // which comes after it
		p.WaitText("#told", fmt.Sprint(version))
		nowOutside, now := elements(p)
		if !slices.Equal(strip(nowOutside), strip(outside)) {
			t.Errorf("%s of %q: what surrounds it became %+v, was %+v", what, id, nowOutside, outside)
		}
		for _, other := range fixture.OddIDs {
			was, is := inside[other], now[other]
			if other == id {
				if (was != is) != changed {
					t.Errorf("%s of %q: it was %+v and is %+v", what, id, was, is)
				}
				_, before := inside[id]
				if _, after := now[id]; before && after && is.Known != was.Known {
					t.Errorf("%s of %q: it is another element", what, id)
				}
			} else if was != is {
				t.Errorf("%s of %q: the element %q was %+v and is %+v", what, id, other, was, is)
			}
		}
		inside = now
	}
	for i, id := range fixture.OddIDs {
		list[i].Text = "changed"
		show("a new text", id, true)
		list[i].Class = "changed"
		show("a new attribute", id, true)
		list[i].Marks = 2
		show("new children", id, true)
		list[i].Marks = 0
		list[i].Class = ""
		show("fewer children", id, true)
	}
	for i := range list {
		one := list[i]
		list = slices.Delete(list, i, i+1)
		show("removal", one.ID, true)
		list = slices.Insert(list, i, one)
		show("insertion", one.ID, true)
	}
	number(p)
	outside, inside = elements(p)
	for range list {
		one := list[0]
		list = append(list[1:], one)
		show("moving", one.ID, false)
	}
	var order []string
	p.Eval(`[...document.getElementById("names").children].map(e => e.id)`, &order)
	if !slices.Equal(order, fixture.OddIDs) {
		t.Errorf("the order is %q", order)
	}
}

// strip leaves out what a message itself brings: the paragraph that counts messages.
func strip(list []element) []element {
	return slices.DeleteFunc(slices.Clone(list), func(e element) bool { return len(e.HTML) > 12 && e.HTML[:12] == `<p id="told"` })
}
