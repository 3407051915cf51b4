package htmxdom

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// Trigger is one thing that an event of the DOM has set off: an element's request, or
// the connection of an event source element.
type Trigger struct {
	// Element is the one with the hx-trigger attribute, or whose default it is.
	Element *html.Node
	// EventSource says that the element's event source is to be opened, if it is not open.
	EventSource bool
	// Delay is to pass without another trigger of the element; within Throttle of
	// the one before, the trigger waits. Both are 0 for none.
	Delay, Throttle time.Duration
	// Every says that no event of the DOM but time has set it off, so that it leaves those
	// that wait alone.
	Every bool
	// Prevents says that htmx keeps the browser from doing what the event leads to by itself.
	Prevents bool

	target *html.Node
	spec   triggerSpec
	record *powered // of Element
}

// triggerSpec is one of the parts of a hx-trigger attribute.
type triggerSpec struct {
	at      int // its place
	event   string
	options map[string]any
}

// fits reports whether the trigger waits for an event of this name.
func (s triggerSpec) fits(event string) bool {
	return s.event == event || s.event == "revealed" && event == "intersect"
}

var trigger = regexp.MustCompile(`^` + space + `*(` + nonspace + `+\[[^\]]*\]|` + nonspace + `+)` + space + `*(.*?)` + space + `*$`)

const nonspace = `[^\s\x{b}\x{a0}\x{feff}]`

// chainPlace is the place of the first chain's trigger, beyond those of hx-trigger.
const chainPlace = 1000

// triggerSpecs reads what triggers an element. What has a filter, which is a script, fires for the keys that it names.
func (d *Document) triggerSpecs(n *html.Node) []triggerSpec {
	set, _ := d.attributeValue(n, "hx-trigger", false)
	switch {
	case set != "":
	case d.opensEventSource(n):
		set = "load"
	case isHTML(n, "form"):
		set = "submit"
	case isHTML(n, "select"), isHTML(n, "textarea"), isHTML(n, "input") && !isPushButton(n):
		set = "change"
	default:
		set = "click"
	}
	var specs []triggerSpec
	for i, s := range splitHCON(set) {
		if spec, ok := d.readTrigger(i, s); ok {
			specs = append(specs, spec)
		}
	}
	for i, c := range chains(n) {
		if spec, ok := d.readTrigger(chainPlace+i, c.trigger); ok && c.sends() {
			specs = append(specs, spec)
		}
	}
	return specs
}

// isPushButton is input[type=button], input[type=submit].
func isPushButton(n *html.Node) bool {
	t := strings.ToLower(attrOr(n, "type", ""))
	return t == "button" || t == "submit"
}

func (d *Document) opensEventSource(n *html.Node) bool {
	_, ok := d.hxAttr(n, "hx-sse:connect")
	return ok
}

// Starts returns which of an element's triggers fire by themselves: "load",
// "intersect" or "revealed", and how often "every" does, 0 for never.
func (d *Document) Starts(n *html.Node) (load, shown bool, every time.Duration) {
	for _, s := range d.triggerSpecs(n) {
		switch s.event {
		case "load":
			load = true
		case "intersect", "revealed":
			shown = true
		case "every":
			for wait := range s.options {
				every = milliseconds(interval(wait))
			}
		}
	}
	return load, shown, every
}

// Awaited returns the elements that wait to come into view, of n and those in it.
func (d *Document) Awaited(n *html.Node) (found []*html.Node) {
	for m := range inclusive(n) {
		if isElement(m) && d.listens(m) {
			if _, shown, _ := d.Starts(m); shown {
				found = append(found, m)
			}
		}
	}
	return found
}

// EventSources returns the elements that hold event sources, in document order.
func (d *Document) EventSources() []*html.Node {
	return withAttr(d.root, d.config.prefixes("hx-sse:connect")...)
}

// Connected reports whether a node is in the page.
func (d *Document) Connected(n *html.Node) bool { return d.connected(n) }

// EventSourcePath is the address that an event source element connects to, as it is written.
func (d *Document) EventSourcePath(n *html.Node) string { return d.hxAttrOr(n, "hx-sse:connect", "") }

// Dispatch returns what an event at an element sets off, in the order in which a
// browser calls the listeners: those that capture, those of the element, of those around
// it if it bubbles, then of the document and the window.
func (d *Document) Dispatch(event string, target *html.Node, bubbles bool) []Trigger {
	if event == "change" && isField(target) {
		d.control(target).changed = true
	}
	var first, out, outer []Trigger
	// at is the element that listens; nil for the document and the window.
	add := func(to *[]Trigger, n, at *html.Node, s triggerSpec) {
		if sel, ok := s.options["target"].(string); ok && !d.matches(target, sel) {
			return
		}
		record := d.powered[n]
		if truthy(s.options["once"]) && record.fired[s.at] {
			return // it listens no more
		}
		*to = append(*to, Trigger{
			Element: n, EventSource: d.opensEventSource(n), target: target, spec: s, record: record,
			Every: s.event == "every", Prevents: d.prevents(event, at),
			Delay: milliseconds(interval(s.options["delay"])), Throttle: milliseconds(interval(s.options["throttle"])),
		})
	}
	lost := !d.connected(target) // then htmx sends the event to the document
	for n := target; isElement(n) && !lost; n = n.Parent {
		if d.listens(n) {
			for _, s := range d.triggerSpecs(n) {
				from, elsewhere := s.options["from"]
				if s.fits(event) && (!elsewhere || from == "self" && n == target) {
					add(&out, n, n, s)
				}
			}
		}
		if !bubbles {
			break
		}
	}
	for _, n := range withAttr(d.root, d.config.prefixes("hx-trigger")...) {
		if !d.listens(n) {
			continue
		}
		for _, s := range d.triggerSpecs(n) {
			from, ok := s.options["from"].(string)
			if !ok || !s.fits(event) || from == "self" {
				continue
			}
			captures := truthy(s.options["capture"])
			reaches := bubbles || captures // those around the element
			around, to := &outer, &out
			if captures {
				around, to = &first, &first
			}
			switch from {
			case "outside":
				if reaches && !lost && !contains(n, target) {
					add(around, n, nil, s)
				}
			case "document", "window":
				if reaches {
					add(around, n, nil, s)
				}
			default:
				if lost {
					continue
				}
				all := d.findAll(n, from)
				if i := slices.IndexFunc(all, func(f *html.Node) bool { return f == target || reaches && contains(f, target) }); i >= 0 {
					add(to, n, all[i], s)
				}
			}
		}
	}
	return slices.Concat(first, out, outer)
}

// prevents reports whether htmx, when an event comes to an element that it listens at, keeps the
// browser from submitting the form or following the link.
func (d *Document) prevents(event string, at *html.Node) bool {
	switch {
	case at == nil:
		return false
	case event == "submit":
		return isHTML(at, "form")
	case event != "click":
		return false
	}
	if b := closest(at, `button, input[type="submit"], input[type="image"]`); b != nil && !hasAttr(b, "disabled") &&
		submitsForm(b) && (d.formOwner(b) != nil || closest(b, "form") != nil) {
		return true
	}
	a := closest(at, "a[href]")
	return a != nil && (attrOr(a, "href", "") == "#" || !strings.HasPrefix(attrOr(a, "href", ""), "#"))
}

// listens reports whether htmx has taken up an element that sends requests.
func (d *Document) listens(n *html.Node) bool {
	p := d.powered[n]
	return p != nil && (p.initialized || d.opensEventSource(n)) && hasAttr(n, "data-htmx-powered")
}

// Fires is asked once the trigger's waits are over. It reports whether it goes on:
// not twice with "once" or as "revealed", and with "changed" only if the control shows something else.
func (d *Document) Fires(t Trigger) bool {
	p := t.record
	if p != d.powered[t.Element] || !d.connected(t.Element) {
		return false // htmx has let go of it since
	}
	if kind := inputType(t.target); truthy(t.spec.options["changed"]) && !(isHTML(t.target, "input") && (kind == "checkbox" || kind == "radio")) {
		if p.shown == nil {
			p.shown = make(map[*html.Node]string)
		}
		was, before := p.shown[t.target]
		if p.shown[t.target] = d.Value(t.target); before && was == p.shown[t.target] {
			return false
		}
	}
	if truthy(t.spec.options["once"]) || t.spec.event == "revealed" {
		if p.fired[t.spec.at] {
			return false
		}
		if p.fired == nil {
			p.fired = make(map[int]bool)
		}
		p.fired[t.spec.at] = true
	}
	return true
}
