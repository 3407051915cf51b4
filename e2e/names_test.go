package e2e_test

import (
	"fmt"
	"slices"
	"strings"
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
	// show sends the list as it is now and checks that each item with one of these ids has
	// changed, if that can be seen, to what it is to be, and nothing else has.
	show := func(what string, ids []string, changed bool) {
		t.Helper()
		check(t, fixture.List(s.Visits.Ref("ann"), list))
		version++
		check(t, fixture.Tell(s.Visits.Ref("ann"), version)) // which comes after it
		p.WaitText("#told", fmt.Sprint(version))
		nowOutside, now := elements(p)
		if !slices.Equal(strip(nowOutside), strip(outside)) {
			t.Errorf("%s of %q: what surrounds it became %+v, was %+v", what, ids, nowOutside, outside)
		}
		for _, id := range fixture.OddIDs {
			was, is := inside[id], now[id]
			if meant := slices.Contains(ids, id); (was != is) != (meant && changed) {
				t.Errorf("%s of %q: the element %q was %+v and is %+v", what, ids, id, was, is)
			}
			_, before := inside[id]
			if _, after := now[id]; before && after && is.Known != was.Known {
				t.Errorf("%s of %q: %q is another element", what, ids, id)
			}
		}
		for _, item := range list {
			if html := now[item.ID].HTML; !strings.Contains(html, "<span>"+item.Text+"</span>") || strings.Count(html, "<mark>") != item.Marks {
				t.Errorf("%s of %q: the element %q is %s, want %+v", what, ids, item.ID, html, item)
			}
		}
		inside = now
	}
	// Several at once, so that one of them can be taken for another, and one for what has not changed.
	for first := range 3 {
		var ids []string
		each := func(change func(item *fixture.Named)) {
			ids = nil
			for i := first; i < len(list); i += 3 {
				ids = append(ids, list[i].ID)
				change(&list[i])
			}
		}
		each(func(item *fixture.Named) { item.Text += " changed" })
		show("a new text", ids, true)
		each(func(item *fixture.Named) { item.Class = "changed" })
		show("a new attribute", ids, true)
		each(func(item *fixture.Named) { item.Marks = 2 })
		show("new children", ids, true)
		each(func(item *fixture.Named) { item.Marks, item.Class = 0, "" })
		show("fewer children", ids, true)

		whole := list
		list = slices.DeleteFunc(slices.Clone(list), func(item fixture.Named) bool { return slices.Contains(ids, item.ID) })
		show("removal", ids, true)
		list = whole
		show("insertion", ids, true)
	}
	number(p)
	outside, inside = elements(p)
	for range 2 {
		slices.Reverse(list)
		show("moving", nil, false)
	}
	list = append(list[1:], list[0])
	show("moving", nil, false)
	var order, want []string
	for _, item := range list {
		want = append(want, item.ID)
	}
	p.Eval(`[...document.getElementById("names").children].map(e => e.id)`, &order)
	if !slices.Equal(order, want) {
		t.Errorf("the order is %q, want %q", order, want)
	}
}

// strip leaves out what a message itself brings: the paragraph that counts messages.
func strip(list []element) []element {
	return slices.DeleteFunc(slices.Clone(list), func(e element) bool { return len(e.HTML) > 12 && e.HTML[:12] == `<p id="told"` })
}
