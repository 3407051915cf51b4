package livetest

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/tab"
	"github.com/sideband-go/sideband/views"
)

// Text is the text of the page's content, as [Element.Text]: of its main element, or of
// its body without one.
func (p *Page) Text() (text string) {
	p.t.Helper()
	p.read(func(d *htmxdom.Document) { text = textOf(d, content(d)) })
	return text
}

// HTML is what is in the page's main element, in a normal form, for golden files: a line
// for each element, attributes sorted, what htmx adds left out. What differs from run
// to run, such as tickets, stands outside of it.
func (p *Page) HTML() (text string) {
	p.t.Helper()
	p.read(func(d *htmxdom.Document) {
		for c := range content(d).ChildNodes() {
			if c.Type == html.ElementNode {
				text += pretty(d, c)
			}
		}
	})
	return text
}

// content is the element that holds what the page is about.
func content(d *htmxdom.Document) *html.Node {
	for _, selector := range []string{"#" + views.RootID, "main", "body"} {
		if found := d.Find(selector); len(found) > 0 {
			return found[0]
		}
	}
	return d.Root()
}

// Title is what the tab shows.
func (p *Page) Title() (title string) {
	p.t.Helper()
	p.read(func(d *htmxdom.Document) { title = d.Title() })
	return title
}

// Path is the page's address, with the query.
func (p *Page) Path() string {
	p.t.Helper()
	p.settle()
	return p.path()
}

func (p *Page) path() (path string) {
	p.tab.Read(func(v tab.View) { path = pathOf(v.URL) })
	return path
}

// place is where the page is, for messages.
func (p *Page) place() string {
	where := p.path()
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	if n := len(p.record.visits); n > 0 && p.record.visits[n-1].Status != 200 {
		where += fmt.Sprintf(" (%d)", p.record.visits[n-1].Status)
	}
	return where
}

// Notice is the notice that the kit shows above the page, "" for none: that an event
// was refused or has failed, or did not reach the server. The latter is shown until another
// event does; in a browser it goes by itself, after ten seconds.
func (p *Page) Notice() (text string) {
	p.t.Helper()
	p.read(func(d *htmxdom.Document) {
		id := protocol.NoticeID
		if p.record.unreached() {
			id = protocol.FailedID
		}
		if n := d.ByID(id); n != nil {
			text = textOf(d, n)
		}
	})
	return text
}

// Live reports whether the page's connection is open.
func (p *Page) Live() bool {
	p.t.Helper()
	p.settle()
	return p.now().live
}

// Focused is the element that has the focus, as an open tag; "" for none.
func (p *Page) Focused() (element string) {
	p.t.Helper()
	p.read(func(d *htmxdom.Document) {
		if n := d.Focus(); n != nil {
			element = tagOf(n)
		}
	})
	return element
}

// Context reads the view's keys as they are now: counter.Count.Get(page.Context()).
// It fails the test if the page has no view.
func (p *Page) Context() context.Context {
	p.t.Helper()
	return p.view().Reading()
}

// View names the view behind the page, for messages to it:
// views.Send(page.View(), Page.tick, now). What the message leads to is on the page
// when it is looked at next.
func (p *Page) View() views.Ref {
	p.t.Helper()
	return live.Face.Ref(p.view().Ref()).(views.Ref)
}

// EndSession ends the session of the page's person, as logging out elsewhere does.
func (p *Page) EndSession() {
	p.t.Helper()
	p.must(p.view().EndSession(p.t.Context()))
	p.settle()
}

// Text is the element's text, seen or not, with single spaces, also between paragraphs,
// cells and the like.
func (e Element) Text() (text string) {
	e.page.t.Helper()
	e.look(func(d *htmxdom.Document, n *html.Node) { text = textOf(d, n) })
	return text
}

// HTML is the element in a normal form: see [Page.HTML].
func (e Element) HTML() (text string) {
	e.page.t.Helper()
	e.look(func(d *htmxdom.Document, n *html.Node) { text = pretty(d, n) })
	return text
}

// Attr is the value of an attribute, "" if the element does not have it.
func (e Element) Attr(name string) (value string) {
	e.page.t.Helper()
	e.look(func(_ *htmxdom.Document, n *html.Node) { value = attr(n, name) })
	return value
}

// Has reports whether the element has an attribute.
func (e Element) Has(name string) (has bool) {
	e.page.t.Helper()
	e.look(func(_ *htmxdom.Document, n *html.Node) { _, has = htmxdom.Attr(n, name) })
	return has
}

// Value is what a field shows, which is not always what its HTML says. Of several
// choices it is the first.
func (e Element) Value() (value string) {
	e.page.t.Helper()
	e.look(func(d *htmxdom.Document, n *html.Node) { value = d.Value(n) })
	return value
}

// Checked reports whether a checkbox or radio button is checked.
func (e Element) Checked() (checked bool) {
	e.page.t.Helper()
	e.look(func(d *htmxdom.Document, n *html.Node) { checked = d.Checked(n) })
	return checked
}

// Disabled reports whether a person cannot use the element.
func (e Element) Disabled() (disabled bool) {
	e.page.t.Helper()
	e.look(func(d *htmxdom.Document, n *html.Node) { disabled = isDisabled(d, n) })
	return disabled
}

// Exists reports whether there is such an element.
func (e Element) Exists() bool {
	e.page.t.Helper()
	return e.Count() > 0
}

// Count is how many such elements there are.
func (e Element) Count() (n int) {
	e.page.t.Helper()
	e.page.read(func(d *htmxdom.Document) {
		found, _ := e.matches(d)
		n = len(found)
	})
	return n
}

// Texts are the texts of all such elements, in their order.
func (e Element) Texts() (texts []string) {
	e.page.t.Helper()
	e.page.read(func(d *htmxdom.Document) {
		found, _ := e.matches(d)
		for _, n := range found {
			texts = append(texts, textOf(d, n))
		}
	})
	return texts
}

// Attrs are the values of an attribute of all such elements that have it, in their order.
func (e Element) Attrs(name string) (values []string) {
	e.page.t.Helper()
	e.page.read(func(d *htmxdom.Document) {
		found, _ := e.matches(d)
		for _, n := range found {
			if v, ok := htmxdom.Attr(n, name); ok {
				values = append(values, v)
			}
		}
	})
	return values
}

// ticketOf is how a page says which view it is of, "" for none.
func ticketOf(d *htmxdom.Document) string {
	for _, n := range d.Find("body") {
		for _, a := range n.Attr {
			if !strings.HasPrefix(a.Key, "hx-headers") {
				continue
			}
			if _, after, ok := strings.Cut(a.Val, `"`+protocol.TicketHeader+`":"`); ok {
				ticket, _, _ := strings.Cut(after, `"`)
				return ticket
			}
		}
	}
	return ""
}
