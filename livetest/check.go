package livetest

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/csp"
	"github.com/sideband-go/sideband/internal/tab"
)

// Check is something that pages are checked for while a test uses them. All checks are
// made unless [Page.Skip] switches one off, and what they have found fails the test
// when it is over.
type Check string

const (
	// DuplicateIDs finds ids that are used twice: such elements are replaced as a whole.
	DuplicateIDs Check = "DuplicateIDs"
	// NoIDNear finds elements that change but have no id, and none above them but the
	// root's: what such a change costs grows with the page.
	NoIDNear Check = "NoIDNear"
	// UnknownEvents finds events in the page's HTML that its view does not take, or not the
	// component that they are for.
	UnknownEvents Check = "UnknownEvents"
	// TwoBindings finds elements with two bindings, of which browsers drop one.
	TwoBindings Check = "TwoBindings"
	// NoNames finds fields without a label, and buttons and links without a name.
	NoNames Check = "NoNames"
	// DeadLinks finds links to pages of the site that there are not. If the handler is
	// a router of chi or net/http, it is asked for its routes; else a HEAD request is made.
	DeadLinks Check = "DeadLinks"
	// StreamItems finds streams whose elements in the page are not the stream's items in
	// their order, and nothing else.
	StreamItems Check = "StreamItems"
	// BrokenParts finds components that can't be shown, and says why.
	BrokenParts Check = "BrokenParts"
	// Failures finds callbacks that panic or return an error without a status below 500
	// (see views.Error), and renderings that fail: of which users see a notice at most.
	Failures Check = "Failures"
	// Policy finds what the page's own Content-Security-Policy blocks in every browser: style
	// attributes and elements, scripts in the page, addresses of other sites.
	Policy Check = "Policy"
	// Errors finds messages and bindings that make htmx throw.
	Errors Check = "Errors"
)

// Skip switches checks off, for all pages of the site.
func (p *Page) Skip(checks ...Check) { p.site.Skip(checks...) }

// Skip switches checks off.
func (s *Site) Skip(checks ...Check) {
	s.found.mu.Lock()
	defer s.found.mu.Unlock()
	for _, c := range checks {
		s.found.skipped[c] = true
	}
}

// findings is what the checks have found.
type findings struct {
	mu      sync.Mutex
	skipped map[Check]bool
	list    map[Check]map[string]cost
	links   map[string]link
}

// cost is the largest patch that a finding has led to, and what the element said then.
type cost struct {
	size int
	text string
}

// link is one to a page of the site.
type link struct {
	person *Person
	on     string // the page that it is on
}

func newFindings() *findings {
	return &findings{skipped: make(map[Check]bool), list: make(map[Check]map[string]cost), links: make(map[string]link)}
}

func (f *findings) add(c Check, format string, args ...any) {
	f.addCost(c, fmt.Sprintf(format, args...), cost{})
}

func (f *findings) addCost(c Check, what string, most cost) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.list[c] == nil {
		f.list[c] = make(map[string]cost)
	}
	if known, ok := f.list[c][what]; !ok || known.size < most.size {
		f.list[c][what] = most
	}
}

// fixes says what to do about a finding.
var fixes = map[Check]string{
	DuplicateIDs:  "give each element an id of its own, for example with the key of its row",
	NoIDNear:      "give it an id, or the enclosing element",
	UnknownEvents: "bind with views.OnClick and the like, which the compiler checks",
	TwoBindings:   "bind the second event with views.AlsoOn",
	NoNames:       "add a label element or aria-label",
	DeadLinks:     "add the route or change the link",
	StreamItems:   "let nothing but the stream change what is in its container",
	BrokenParts:   "repair its template, Mount or Update",
	Failures:      "handle it, or return views.Error to tell the user what is wrong",
	Policy:        "use a class or a data attribute and a stylesheet, or a file, or allow it with handlers.Policy",
	Errors:        "the selector or attribute is wrong",
}

func (s *Site) reportFindings() {
	s.t.Helper()
	s.followLinks()
	f := s.found
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range slices.Sorted(maps.Keys(f.list)) {
		if f.skipped[c] {
			continue
		}
		var b strings.Builder
		for _, what := range slices.Sorted(maps.Keys(f.list[c])) {
			b.WriteString("\n\t" + what)
			if most := f.list[c][what]; most.size > 0 {
				fmt.Fprintf(&b, ", which said %q: a patch of %d bytes", most.text, most.size)
			}
		}
		s.t.Errorf("livetest: page check %s:%s\n\tfix: %s; or page.Skip(livetest.%s)", c, b.String(), fixes[c], c)
	}
}

// look checks the page if it has changed since it was looked at last.
func (p *Page) look() {
	changed := p.tab.Changed()
	if changed == p.looked {
		return
	}
	p.looked = changed
	f := p.site.found
	var events []sent
	broken := false
	n := p.now()
	view := p.line.probe.View(n.ticket)
	streams := p.streams(view)
	at, torn := "", ""
	p.tab.Read(func(v tab.View) {
		d := v.Document
		p.record.mu.Lock()
		p.record.shown, p.record.at = d, pathOf(v.URL)
		errs, policies := p.record.errors, p.record.policies
		p.record.errors = nil
		p.record.mu.Unlock()
		at, _, _ = strings.Cut(pathOf(v.URL), "?")
		for _, e := range errs {
			f.add(Errors, "%s: %s", at, e)
		}
		if d == nil {
			return
		}
		ids := map[string]*html.Node{}
		for _, n := range d.Find("head *") {
			f.blocked(policies, at, n)
		}
		names := &namer{d: d}
		for _, n := range d.Elements() {
			if id := attr(n, "id"); id != "" && ids[id] != nil {
				f.add(DuplicateIDs, "%s: id %q: %s%s and %s%s", at, id, tagOf(ids[id]), inside(ids[id]), tagOf(n), inside(n))
			} else if id != "" {
				ids[id] = n
			}
			f.blocked(policies, at, n)
			events = appendSent(events, at, n)
			broken = broken || isBroken(n)
			if !mayAct(n) {
				continue
			}
			if (isField(n) || isButton(n) || isLink(n)) && names.name(n) == "" && d.Shown(n) {
				f.add(NoNames, "%s: %s%s", at, tagOf(n), inside(n))
			}
			if isLink(n) {
				f.link(p.person, v.URL, attr(n, "href"))
			}
		}
		torn = compareStreams(streams, ids)
	})
	if torn != "" && p.shows(view, n) {
		f.add(StreamItems, "%s: %s", at, torn)
	}
	if view != nil {
		p.checkEvents(at, view, n, events)
	}
	if broken {
		p.checkBroken(at, view)
	}
	p.takeFailures(at)
}

// blocked notes what the page's policy blocks of an element.
func (f *findings) blocked(policies csp.Policies, at string, n *html.Node) {
	for _, what := range policies.Blocks(n.Data, n.Attr, host) {
		f.add(Policy, "%s: %s%s: %s", at, tagOf(n), inside(n), what)
	}
}

// mayAct reports whether an element may be a field, a button or a link.
func mayAct(n *html.Node) bool {
	switch n.Data {
	case "a", "area", "button", "input", "select", "summary", "textarea":
		return true
	}
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "role" })
}

func (f *findings) link(person *Person, page, href string) {
	base, err := url.Parse(page)
	if err != nil {
		return
	}
	to, err := base.Parse(href)
	if err != nil {
		f.add(DeadLinks, "%s: %s", base.Path, href)
		return
	}
	if to.Host != host || to.Path == base.Path || to.Scheme != base.Scheme {
		return
	}
	to.Fragment = ""
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, known := f.links[to.String()]; !known {
		f.links[to.String()] = link{person, base.Path}
	}
}
