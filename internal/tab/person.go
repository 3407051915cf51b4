package tab

import (
	"golang.org/x/net/html"
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
		p.focus(n)
		return nil
	})
}

func (p *page) focus(n *html.Node) {
	before := p.dom.Focus()
	if before == n {
		return
	}
	p.left(before)
	p.focused = nil
	p.dom.SetFocus(nil)
	p.dom.FocusOn(n)
	p.refocused()
}

// refocused tells the elements that lose the focus and get it, when a message has moved it.
func (p *page) refocused() {
	before, now := p.focused, p.dom.Focus()
	if before == now {
		return
	}
	p.focused = now
	p.left(before)
	if now != nil {
		p.dispatch("focus", now, false)
		p.dispatch("focusin", now, true)
	}
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
	p.focused = nil
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

// Submit submits a form, the element or the one that it belongs to: with its first submit
// button, if it has one. One that is disabled submits nothing.
func (t *Tab) Submit(find Finder) error {
	return t.act(find, func(p *page, n *html.Node) error {
		form := p.dom.Form(n)
		if form == nil {
			return ErrNoElement
		}
		if button := p.dom.DefaultButton(form); button != nil {
			return p.click(button)
		}
		return p.submit(form, nil)
	})
}

// Enter does what Enter in a field does to its form, if anything.
func (t *Tab) Enter(find Finder) error {
	return t.act(find, func(p *page, n *html.Node) error {
		button, submits := p.dom.Enter(n)
		switch {
		case !submits:
			return nil
		case button != nil:
			return p.click(button)
		}
		return p.submit(p.dom.Form(n), nil)
	})
}
