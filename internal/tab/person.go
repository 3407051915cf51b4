package tab

import (
	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
)

// Changed returns a channel that is closed when the tab has changed next.
func (t *Tab) Changed() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.changed
}

// ScrollTo scrolls until an element is in view. It and those in it that wait for that, with
// the triggers "intersect" and "revealed", fire.
func (t *Tab) ScrollTo(find Finder) error {
	return t.act(find, func(p *page, n *html.Node) error {
		for _, m := range p.dom.Awaited(n) {
			p.dispatch("intersect", m, false)
		}
		return nil
	})
}

// Focus puts the focus on an element. The one that loses it gets its blur first.
func (t *Tab) Focus(find Finder) error {
	return t.act(find, func(p *page, n *html.Node) error {
		before := p.dom.Focus()
		if before == n {
			return nil
		}
		p.left(before)
		p.dom.FocusOn(n)
		if p.dom.Focus() == n {
			p.dispatch("focus", n, false)
			p.dispatch("focusin", n, true)
		}
		return nil
	})
}

// Blur takes the focus from the element that has it.
func (t *Tab) Blur() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.page
	if p == nil {
		return ErrNoPage
	}
	before := p.dom.Focus()
	p.dom.SetFocus(nil)
	p.left(before)
	p.settle()
	return nil
}

// left tells an element that it has lost the focus; nil is none.
func (p *page) left(n *html.Node) {
	if n != nil && p.dom.Connected(n) {
		p.dispatch("blur", n, false)
		p.dispatch("focusout", n, true)
	}
}

// Submit submits a form as Enter in one of its fields does: with its first submit
// button, if it has one.
func (t *Tab) Submit(find Finder) error {
	return t.act(find, func(p *page, n *html.Node) error {
		form := n
		if n.Data != "form" {
			form = p.dom.Form(n)
		}
		if form == nil {
			return ErrNoElement
		}
		var button *html.Node
		for m := range p.dom.Root().Descendants() {
			if kind, _ := p.dom.Activation(m); kind == htmxdom.Submit && (m.Data == "button" || m.Data == "input") && p.dom.Form(m) == form {
				button = m
				break
			}
		}
		if button != nil {
			return p.submit(button)
		}
		triggers := p.dom.Dispatch("submit", form, true)
		for _, t := range triggers {
			p.trigger(t, nil)
		}
		if len(triggers) == 0 {
			return p.send(form, nil)
		}
		return nil
	})
}

// Toggle opens a details element, or closes it.
func (t *Tab) Toggle(find Finder) error {
	return t.act(find, func(p *page, n *html.Node) error {
		if _, open := htmxdom.Attr(n, "open"); open {
			p.dom.RemoveAttr(n, "open")
		} else {
			p.dom.SetAttr(n, "open", "")
		}
		p.dispatch("toggle", n, false)
		return nil
	})
}
