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

// Click clicks an element, with what a browser does then: a link that htmx has no part in
// is followed, a label clicks its control, a button submits or resets its form, a summary
// opens its details.
func (t *Tab) Click(find Finder) error {
	return t.act(find, func(p *page, n *html.Node) error {
		p.dom.FocusOn(n)
		return p.click(n)
	})
}

func (p *page) click(n *html.Node) error {
	do, on := p.dom.Activation(n)
	taken, turned := false, false
	if do == htmxdom.Check && !p.dom.Disabled(on) {
		// A box is checked before anything hears of the click.
		was := p.dom.Checked(on)
		p.dom.SetChecked(on, htmxdom.InputType(on) == "radio" || !was)
		turned = p.dom.Checked(on) != was
	}
	for _, t := range p.dom.Dispatch("click", n, true) {
		taken = taken || t.Prevents
		p.trigger(t, nil)
	}
	if on == nil || p.dom.Disabled(on) {
		return nil
	}
	switch do {
	case htmxdom.Follow:
		href, _ := htmxdom.Attr(on, "href")
		within := strings.HasPrefix(href, "#")
		if href == "#" || taken && !within {
			return nil
		}
		to, err := p.url.Parse(href)
		if err != nil {
			return fmt.Errorf("tab: link: %w", err)
		}
		p.leave(&visit{to: to, cause: Followed})
		if within {
			p.goWithin(to.Fragment)
		}
	case htmxdom.Submit:
		if form := p.dom.Form(on); form != nil && !taken {
			return p.submit(form, on)
		}
	case htmxdom.Reset:
		if form := p.dom.Form(on); form != nil {
			p.dispatch("reset", form, true)
			p.dom.Reset(form)
		}
	case htmxdom.Check:
		if turned {
			p.dispatch("input", on, true)
			p.dispatch("change", on, true)
		}
	case htmxdom.Label:
		p.focus(on)
		return p.click(on)
	case htmxdom.Toggle:
		for _, d := range p.dom.Toggle(on) {
			p.dispatch("toggle", d, false)
		}
	}
	return nil
}

// goWithin goes to what an address names in the page, which gets the focus if it takes it.
func (p *page) goWithin(fragment string) {
	if n := p.dom.ByID(fragment); n != nil {
		p.left(p.dom.Focus())
		p.dom.SetFocus(nil)
		p.dom.SetFocus(n)
	}
}

// submit submits a form, by a button or by none, unless a control of it is not valid.
func (p *page) submit(form, button *html.Node) error {
	if htmxdom.Validates(form, button) && !p.report(form) {
		return nil
	}
	taken := false
	for _, t := range p.dom.Dispatch("submit", form, true) {
		taken = taken || t.Prevents
		p.trigger(t, button)
	}
	if taken {
		return nil
	}
	return p.send(form, button)
}

// report reports whether a form is valid. If it is not, its controls hear that, and the first that
// is not gets the focus.
func (p *page) report(form *html.Node) bool {
	problems := p.dom.Invalid(form)
	for _, problem := range problems {
		p.dispatch("invalid", problem.Control, false)
	}
	if len(problems) > 0 {
		p.focus(problems[0].Control)
	}
	return len(problems) == 0
}

// send submits a form as a browser without scripts does.
func (p *page) send(form, button *html.Node) error {
	s := p.dom.Submission(form, button)
	if s.Method == "DIALOG" {
		p.dom.CloseDialog(form)
		return nil
	}
	to, err := p.url.Parse(s.Action)
	if err != nil {
		return fmt.Errorf("tab: form: %w", err)
	}
	v := &visit{to: to, cause: Submitted}
	if s.Method == http.MethodPost {
		v.post = &post{s.Body, s.Parts, s.Type}
	} else {
		to.RawQuery = s.Query
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

// DispatchKey sends an event of a key that is pressed, such as "Escape" or "Ctrl+s".
func (t *Tab) DispatchKey(find Finder, event, key string) error {
	return t.act(find, func(p *page, n *html.Node) error {
		p.dom.SetKey(key)
		defer p.dom.SetKey("")
		p.dispatch(event, n, true)
		return nil
	})
}

// Push sets an element's value property and sends it an event of the DOM that bubbles, as a script does.
func (t *Tab) Push(find Finder, event, value string) error {
	return t.act(find, func(p *page, n *html.Node) error {
		p.dom.SetProperty(n, value)
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
		for _, s := range p.eventSources {
			s.visibility(hidden)
		}
		p.look()
	}
	t.moved()
}

// ChooseFiles chooses files in a control.
func (t *Tab) ChooseFiles(find Finder, files []htmxdom.File) error {
	return t.act(find, func(p *page, n *html.Node) error {
		p.dom.FocusOn(n)
		p.dom.SetFiles(n, files)
		p.dispatch("input", n, true)
		p.dispatch("change", n, true)
		return nil
	})
}
