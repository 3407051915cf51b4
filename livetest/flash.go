package livetest

import (
	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/views"
)

// Flash is the message of a kind that the page shows, "" for none; see views.Flash. The
// test fails if the page has no place for such messages.
func (p *Page) Flash(kind views.FlashKind) (text string) {
	p.t.Helper()
	placed := false
	p.read(func(d *htmxdom.Document) {
		for _, n := range d.Find(".sb-flash") {
			placed = true
			for m := range n.Descendants() {
				if m.Type == html.ElementNode && attr(m, "data-kind") == string(kind) {
					text = said(d, m)
				}
			}
		}
	})
	if !placed {
		p.t.Fatalf("livetest: %s shows no flash messages: it needs @views.Flash()", p.place())
	}
	return text
}

// said is the text of a message without its button.
func said(d *htmxdom.Document, n *html.Node) string {
	for c := range n.ChildNodes() {
		if c.Type == html.ElementNode && !isButton(c) {
			return textOf(d, c)
		}
	}
	return ""
}

// ExpectFlash fails the test unless the page shows this message of the kind; "" is none.
func (p *Page) ExpectFlash(kind views.FlashKind, want string) {
	p.t.Helper()
	if got := p.Flash(kind); got != want {
		p.t.Errorf("livetest: %s: the flash message of the kind %s is\n\t%q\nand not\n\t%q", p.place(), kind, got, want)
	}
}
