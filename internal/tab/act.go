package tab

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
)

// Finder finds the element that is meant, or nil.
type Finder func(*htmxdom.Document) *html.Node

// First finds the first element that matches a CSS selector.
func First(selector string) Finder {
	return func(d *htmxdom.Document) *html.Node {
		if found := d.Find(selector); len(found) > 0 {
			return found[0]
		}
		return nil
	}
}

// WithText finds the first element that matches a CSS selector and has this text.
func WithText(selector, text string) Finder {
	return func(d *htmxdom.Document) *html.Node {
		for _, n := range d.Find(selector) {
			if strings.Join(strings.Fields(htmxdom.Text(n)), " ") == text {
				return n
			}
		}
		return nil
	}
}

// What acting may fail with.
var (
	ErrNoPage    = errors.New("tab: no page is shown")
	ErrNoElement = errors.New("tab: there is no such element")
	ErrUnusable  = errors.New("tab: a user cannot use this element")
)

// act calls do with the page and the element that is meant.
func (t *Tab) act(find Finder, do func(p *page, n *html.Node) error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.page
	if p == nil {
		return ErrNoPage
	}
	n := find(p.dom)
	switch {
	case n == nil:
		return ErrNoElement
	case !p.dom.Usable(n):
		return fmt.Errorf("%w: <%s>", ErrUnusable, n.Data)
	}
	err := do(p, n)
	p.settle()
	return err
}

// Click clicks an element. A link that htmx has no part in is followed.
func (t *Tab) Click(find Finder) error {
	return t.act(find, func(p *page, n *html.Node) error {
		p.dom.FocusOn(n)
		taken := p.dispatch("click", n, true)
		switch do, on := p.dom.Activation(n); do {
		case htmxdom.Follow:
			href, _ := htmxdom.Attr(on, "href")
			if taken || strings.HasPrefix(href, "#") {
				return nil
			}
			to, err := p.url.Parse(href)
			if err != nil {
				return fmt.Errorf("tab: link: %w", err)
			}
			p.leave(&visit{to: to, cause: Followed})
		case htmxdom.Submit:
			return p.submit(n)
		case htmxdom.Check:
			p.dom.SetChecked(n, htmxdom.InputType(n) == "radio" || !p.dom.Checked(n))
			p.dispatch("input", n, true)
			p.dispatch("change", n, true)
		}
		return nil
	})
}

// submit submits the form of a button.
func (p *page) submit(button *html.Node) error {
	form := p.dom.Form(button)
	if form == nil {
		return nil
	}
	triggers := p.dom.Dispatch("submit", form, true)
	if len(triggers) == 0 {
		return p.send(form, button)
	}
	for _, t := range triggers {
		p.trigger(t, button)
	}
	return nil
}

// send submits a form as a browser without scripts does.
func (p *page) send(form, button *html.Node) error {
	method, action, body := p.dom.Submission(form, button)
	to, err := p.url.Parse(action)
	if err != nil {
		return fmt.Errorf("tab: form: %w", err)
	}
	v := &visit{to: to, cause: Submitted, method: method, form: body}
	switch method {
	case http.MethodPost:
	case http.MethodGet:
		v.form = ""
		to.RawQuery = body
	default:
		return fmt.Errorf("tab: a form with the method %q", method)
	}
	p.tab.visit(v)
	return nil
}

// Fill types a text into a control in place of what is in it. The change comes when the
// user leaves it: see Change.
func (t *Tab) Fill(find Finder, text string) error {
	return t.act(find, func(p *page, n *html.Node) error {
		p.dom.Type(n, text)
		p.dispatch("input", n, true)
		return nil
	})
}

// Change types a text into a control and confirms it.
func (t *Tab) Change(find Finder, text string) error {
	return t.act(find, func(p *page, n *html.Node) error {
		before := p.dom.Value(n)
		p.dom.Type(n, text)
		p.dispatch("input", n, true)
		if p.dom.Value(n) != before {
			p.dispatch("change", n, true)
		}
		return nil
	})
}

// Choose chooses the options of a select element with these values.
func (t *Tab) Choose(find Finder, values ...string) error {
	return t.act(find, func(p *page, n *html.Node) error {
		p.dom.FocusOn(n)
		p.dom.SelectOption(n, values...)
		p.dispatch("input", n, true)
		p.dispatch("change", n, true)
		return nil
	})
}

// Dispatch sends an event of the DOM that bubbles, such as a key's.
func (t *Tab) Dispatch(find Finder, event string) error {
	return t.act(find, func(p *page, n *html.Node) error {
		p.dispatch(event, n, true)
		return nil
	})
}

// Hide puts the tab into the background.
func (t *Tab) Hide() { t.visibility(true) }

// Show brings the tab to the front.
func (t *Tab) Show() { t.visibility(false) }

func (t *Tab) visibility(hidden bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.hidden == hidden {
		return
	}
	t.hidden = hidden
	if p := t.page; p != nil {
		for _, s := range p.streams {
			s.visibility(hidden)
		}
		p.look()
	}
	t.moved()
}
