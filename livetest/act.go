package livetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/tab"
)

// Click clicks the element, and waits until the page has settled. A link that is no
// event is followed, a button submits or resets its form, a summary opens its details, and
// a label clicks its field after it. Commands of package client send what they send, and do
// nothing else: nothing is hidden, shown or marked, and questions are answered with yes. It fails the test if the element is hidden or
// disabled, or if nothing comes of a click on it.
func (e Element) Click() {
	e.page.t.Helper()
	e.act("click", func(d *htmxdom.Document, n *html.Node) (func(tab.Finder) error, string) {
		if why := e.page.idle(d, n); why != "" {
			return nil, why
		}
		return e.page.tab.Click, ""
	})
}

// idle says why a click on n comes to nothing, or leaves the site.
func (p *Page) idle(d *htmxdom.Document, n *html.Node) string {
	do, on := d.Activation(n)
	triggers := d.Dispatch("click", n, true)
	listens := len(triggers) > 0
	prevented := slices.ContainsFunc(triggers, func(t htmxdom.Trigger) bool { return t.Prevents })
	switch {
	case do == htmxdom.Label && isDisabled(d, on):
		return "its field is disabled"
	case do == htmxdom.Label:
		return ""
	case do == htmxdom.Submit && d.Form(on) != nil && !prevented:
		return invalid(d, d.Form(on), on)
	case do == htmxdom.Submit && !listens && d.HasCommands("click", n):
		return ""
	case do == htmxdom.Submit && !listens:
		return "nothing listens to a click on it: it is in no form and has no event"
	case do == htmxdom.Reset && d.Form(on) == nil && !listens:
		return "nothing listens to a click on it: it is in no form"
	case do == htmxdom.Follow && !listens && !strings.HasPrefix(attr(on, "href"), "#"):
		return leaves(attr(on, "href"))
	case do != htmxdom.NoAction, listens, isField(n), d.HasCommands("click", n):
		return ""
	}
	return "nothing listens to a click on it"
}

// Key presses a key, such as "Enter", "Escape", "a" or "Ctrl+s", while the element has the focus.
// Enter in a field submits its form as browsers do: by its first button, unless that is
// disabled, or without one if there is no other text field.
func (e Element) Key(key string) {
	e.page.t.Helper()
	e.act("press "+key, func(d *htmxdom.Document, n *html.Node) (func(tab.Finder) error, string) {
		d.SetKey(key)
		listens := len(d.Dispatch("keydown", n, true))+len(d.Dispatch("keyup", n, true)) > 0 || d.HasCommands("keydown", n) || d.HasCommands("keyup", n)
		d.SetKey("")
		enters := key == "Enter" && n.Data == "input" && !isButton(n) && d.Form(n) != nil
		clicks := (key == "Enter" || key == " ") && isButton(n) || key == "Enter" && isLink(n)
		changes := key == "Enter" && n.Data == "input" && e.page.typed == n
		if enters {
			if button, submits := d.Enter(n); submits {
				if why := invalid(d, d.Form(n), button); why != "" {
					return nil, why
				}
			}
		}
		if !listens && !enters && !clicks && !changes {
			return nil, "nothing listens to the key " + key
		}
		return func(f tab.Finder) error {
			t := e.page.tab
			errs := []error{t.DispatchKey(f, "keydown", key)}
			if changes {
				e.page.typed = nil
				errs = append(errs, t.Dispatch(f, "change"))
			}
			if enters {
				errs = append(errs, t.Enter(f))
			}
			if clicks {
				errs = append(errs, t.Click(f))
			}
			return errors.Join(append(errs, t.DispatchKey(f, "keyup", key))...)
		}, ""
	})
}

// Submit submits the form: the element, or the one that it belongs to. It does what Enter in
// one of its fields does. What a person can't submit fails the test, and so does what the
// browser would not submit, since a field is required and empty.
func (e Element) Submit() {
	e.page.t.Helper()
	e.act("submit", func(d *htmxdom.Document, n *html.Node) (func(tab.Finder) error, string) {
		form := d.Form(n)
		if form == nil {
			return nil, "it is no form and in none"
		}
		button := d.DefaultButton(form)
		switch {
		case button != nil && isDisabled(d, button):
			return nil, "its button is disabled: " + tagOf(button)
		case button == nil && !slices.ContainsFunc(d.Elements(), func(m *html.Node) bool {
			_, submits := d.Enter(m)
			return submits && d.Form(m) == form
		}):
			return nil, "a person cannot submit it: it has no button, and Enter submits a form without one only if it has a single text field"
		}
		return e.page.tab.Submit, invalid(d, form, button)
	})
}

// Focus puts the focus on the element.
func (e Element) Focus() {
	e.page.t.Helper()
	e.act("focus", func(d *htmxdom.Document, n *html.Node) (func(tab.Finder) error, string) {
		return func(tab.Finder) error { return nil }, "" // it has it by now
	})
}

// Event sends the element an event of the DOM for which there is no method, such as
// "mouseenter" or "dblclick". It fails the test if nothing listens to it.
func (e Element) Event(name string) {
	e.page.t.Helper()
	e.act("send "+name, func(d *htmxdom.Document, n *html.Node) (func(tab.Finder) error, string) {
		if len(d.Dispatch(name, n, true)) == 0 {
			return nil, "nothing listens to " + name
		}
		return func(f tab.Finder) error { return e.page.tab.Dispatch(f, name) }, ""
	})
}

// ScrollTo scrolls until the element is in view: it and what is in it get the events
// of views.Trigger{On: "revealed"} and "intersect". There is no layout, so that without
// this nothing is in view, also when the page is opened; each call scrolls there anew.
// It fails the test if nothing listens for that.
func (e Element) ScrollTo() {
	e.page.t.Helper()
	e.act("scroll to", func(d *htmxdom.Document, n *html.Node) (func(tab.Finder) error, string) {
		if len(d.Awaited(n)) == 0 {
			return nil, "neither it nor anything in it waits to come into view"
		}
		return e.page.tab.ScrollTo, ""
	})
}

// inView reports whether an element is in view without any scrolling: the one that opens
// the connection always is.
func inView(n *html.Node) bool { return attr(n, "id") == protocol.ConnectionID }

// Blur takes the focus from the element that has it, as a click beside it does.
func (p *Page) Blur() {
	p.t.Helper()
	p.settle()
	p.leave(nil)
	p.must(p.tab.Blur())
	p.settle()
}

// act does something with the element. how looks at it and says what to do, or why not.
func (e Element) act(what string, how func(d *htmxdom.Document, n *html.Node) (do func(tab.Finder) error, why string)) {
	p := e.page
	p.t.Helper()
	problem := ""
	find := e.finder(&problem)
	fail := func() {
		p.t.Helper()
		if problem != "" {
			p.t.Fatalf("livetest: %s: cannot %s: %s", p.place(), what, problem)
		}
	}
	var do func(tab.Finder) error
	check := func(d *htmxdom.Document) {
		n := find(d)
		switch {
		case n == nil:
		case !d.Shown(n):
			problem = fmt.Sprintf("%s is hidden: %s", e.place(), tagOf(n))
		case isDisabled(d, n):
			problem = fmt.Sprintf("%s is disabled: %s", e.place(), tagOf(n))
		default:
			var why string
			if do, why = how(d, n); why != "" {
				problem = fmt.Sprintf("%s: %s: %s", e.place(), tagOf(n), why)
			}
		}
	}
	p.read(check)
	fail()
	if what != "scroll to" {
		// Where the focus was is left first, which may change the page.
		p.leave(find)
	}
	if what != "submit" && what != "scroll to" && !strings.HasPrefix(what, "send ") {
		p.must(p.tab.Focus(find))
		p.settle()
	}
	p.read(check)
	fail()
	p.must(do(find))
	p.settle()
}

func (p *Page) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("livetest: %s: %v", p.place(), err)
	}
}

// leave sends the change of a field that was typed into, unless it is the one that find
// finds. Nil finds none.
func (p *Page) leave(find tab.Finder) {
	p.t.Helper()
	left := p.typed
	if left == nil {
		return
	}
	stays := false
	p.read(func(d *htmxdom.Document) {
		stays = find != nil && find(d) == left
		if !d.Connected(left) {
			left = nil
		}
	})
	if stays {
		return
	}
	p.typed = nil
	if left != nil {
		p.must(p.tab.Dispatch(func(*htmxdom.Document) *html.Node { return left }, "change"))
		p.settle()
	}
}

func isDisabled(d *htmxdom.Document, n *html.Node) bool {
	for e := n; e != nil && e.Type == html.ElementNode; e = e.Parent {
		if e.Data != "fieldset" && d.Disabled(e) {
			return true
		}
	}
	return attr(n, "aria-disabled") == "true"
}

// leaves says that an address is not the site's.
func leaves(href string) string {
	if at := pathOf(href); strings.Contains(at, "://") || strings.HasPrefix(at, "//") {
		return "it leaves the site for " + href + ": read its href instead"
	}
	return ""
}

// invalid says why a browser does not submit a form.
func invalid(d *htmxdom.Document, form, button *html.Node) string {
	if !htmxdom.Validates(form, button) {
		return ""
	}
	problems := d.Invalid(form)
	if len(problems) == 0 {
		return ""
	}
	return fmt.Sprintf("the browser does not submit it: field %q %s", nameOf(d, problems[0].Control), problems[0].Why)
}
