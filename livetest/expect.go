package livetest

import (
	"context"
	"fmt"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
)

// Expect fails the test unless the first element that selector finds has this text.
func (p *Page) Expect(selector, want string) {
	p.t.Helper()
	p.Find(selector).Expect(want)
}

// ExpectNone fails the test if selector finds an element, or one that contains one of
// these texts.
func (p *Page) ExpectNone(selector string, containing ...string) {
	p.t.Helper()
	p.Find(selector, containing...).ExpectNone()
}

// Expect fails the test unless the element has this text.
func (e Element) Expect(want string) {
	e.page.t.Helper()
	if got := e.Text(); got != want {
		e.page.t.Errorf("livetest: %s: %s says\n\t%q\nand not\n\t%q", e.page.place(), e.place(), got, want)
	}
}

// ExpectValue fails the test unless the field shows this text.
func (e Element) ExpectValue(want string) {
	e.page.t.Helper()
	if got := e.Value(); got != want {
		e.page.t.Errorf("livetest: %s: %s shows\n\t%q\nand not\n\t%q", e.page.place(), e.place(), got, want)
	}
}

// ExpectNone fails the test if there is such an element.
func (e Element) ExpectNone() {
	e.page.t.Helper()
	there := ""
	e.page.read(func(d *htmxdom.Document) {
		found, _ := e.matches(d)
		for _, n := range found[:min(len(found), nearest)] {
			there += fmt.Sprintf("\n\t%s%s: %q", tagOf(n), inside(n), short(d, n))
		}
	})
	if there != "" {
		e.page.t.Errorf("livetest: %s: there is %s:%s", e.page.place(), e.place(), there)
	}
}

func short(d *htmxdom.Document, n *html.Node) string {
	text := []rune(textOf(d, n))
	if len(text) > 60 {
		return string(text[:60]) + "…"
	}
	return string(text)
}

// Wait waits for what comes later: until the first element that selector finds has this
// text. If that does not happen within [Site.Patience], the test fails.
func (p *Page) Wait(selector, want string) {
	p.t.Helper()
	e := p.Find(selector)
	last := ""
	p.wait(func() string {
		return fmt.Sprintf("%s says\n\t%s\nand not\n\t%q", e.place(), last, want)
	}, func() bool {
		var got, problem string
		p.AtOnce().read(func(d *htmxdom.Document) {
			var n *html.Node
			if n, problem = e.resolve(d); n != nil {
				got = textOf(d, n)
			}
		})
		if last = fmt.Sprintf("%q", got); problem != "" {
			last = "nothing: " + problem
		}
		return problem == "" && got == want
	})
}

// WaitFor waits until cond, which is asked again after each change of the page, returns
// true. what names it for the message of a test that fails. cond may read the page.
func (p *Page) WaitFor(what string, cond func() bool) {
	p.t.Helper()
	p.wait(func() string { return what + " did not happen. The page says\n\t" + p.AtOnce().Text() }, cond)
}

func (p *Page) wait(why func() string, cond func() bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), p.site.Patience)
	defer cancel()
	for {
		changed := p.tab.Changed()
		if cond() {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			p.t.Fatalf("livetest: %s: after %v %s", p.place(), p.site.Patience, why())
		}
	}
}
