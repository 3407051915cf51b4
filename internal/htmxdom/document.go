package htmxdom

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"
)

// Document is a page as it stands in a browser that runs htmx. Make one with
// Parse; the zero value is not usable.
type Document struct {
	key      string     // that is pressed
	root     *html.Node // the document node
	plain    bool       // it runs no scripts
	config   settings
	contents map[*html.Node]*html.Node // what template elements hold, which is not part of their tree
	controls map[*html.Node]*control
	powered  map[*html.Node]*powered // elements that htmx has taken up
	focus    *html.Node              // nil when the body has it
	effects  []Effect
	started  []*html.Node
	marked   bool // see TakeMark
	timers   timers
	busy     map[*html.Node]int    // how many requests each shows as under way
	off      map[*html.Node]int    // how many requests have disabled it
	values   map[*html.Node]string // value properties that scripts have set
	known    int                   // how many nodes there was something to know of when it was last counted
}

// Effect is something that a response asks of the browser beyond the tree.
type Effect struct {
	// Name is the response header that was heeded (HX-Redirect, HX-Refresh,
	// HX-Location, HX-Push-Url, HX-Replace-Url, HX-Trigger), or "refresh" for a
	// meta element that came into the page.
	Name string
	// Value is the header's or the meta element's content. "true" is the address that was asked for.
	Value string
}

// Parse reads a whole page, as a browser with scripts does that loads it, and
// lets htmx take up its body. A meta element named htmx-config counts; without
// one htmx is configured as in the kit's shell. An error means HTML that is nested too deeply.
func Parse(page string) (*Document, error) { return load(page, true) }

// ParsePlain reads a whole page as a browser without scripts does: what noscript elements
// hold is part of the page, and there is no htmx.
func ParsePlain(page string) (*Document, error) { return load(page, false) }

func load(page string, scripts bool) (*Document, error) {
	d := &Document{
		plain:    !scripts,
		contents: make(map[*html.Node]*html.Node),
		controls: make(map[*html.Node]*control),
		powered:  make(map[*html.Node]*powered),
		busy:     make(map[*html.Node]int),
		off:      make(map[*html.Node]int),
		values:   make(map[*html.Node]string),
	}
	root, err := d.parse(page, scripts)
	if err != nil {
		return nil, fmt.Errorf("htmxdom: parse page: %w", err)
	}
	d.root = root
	d.settleControls(root)
	d.insertedMeta(root)
	d.autofocusOnLoad()
	if !scripts {
		return d, nil
	}
	if err := d.configure(); err != nil {
		return nil, fmt.Errorf("htmxdom: htmx-config: %w", err)
	}
	d.process(d.Body())
	return d, nil
}

// Root returns the document node.
func (d *Document) Root() *html.Node { return d.root }

// Body returns the body element. It is nil only after a message has replaced
// the body by something else.
func (d *Document) Body() *html.Node {
	if e := d.documentElement(); e != nil {
		for c := range e.ChildNodes() {
			if isHTML(c, "body") || isHTML(c, "frameset") {
				return c
			}
		}
	}
	return nil
}

func (d *Document) documentElement() *html.Node {
	for c := range d.root.ChildNodes() {
		if c.Type == html.ElementNode {
			return c
		}
	}
	return nil
}

// ByID returns the first element with this id, or nil.
func (d *Document) ByID(id string) *html.Node {
	if id == "" {
		return nil
	}
	for n := range d.root.Descendants() {
		if n.Type == html.ElementNode && idOf(n) == id {
			return n
		}
	}
	return nil
}

// Find returns the elements that match a CSS selector, in document order. A
// selector that cannot be parsed is a mistake of the test and panics.
func (d *Document) Find(selector string) []*html.Node {
	found, err := queryAll(d.root, selector)
	if err != nil {
		panic("htmxdom: " + err.Error())
	}
	return found
}

// Content returns what a template element holds: a node whose children they
// are. It is nil for other elements.
func (d *Document) Content(template *html.Node) *html.Node { return d.contents[template] }

// Title returns document.title.
func (d *Document) Title() string {
	if t := d.titleElement(); t != nil {
		return strings.Join(strings.Fields(childText(t)), " ")
	}
	return ""
}

func (d *Document) titleElement() *html.Node {
	for n := range d.root.Descendants() {
		if isHTML(n, "title") {
			return n
		}
	}
	return nil
}

func (d *Document) setTitle(title string) {
	t := d.titleElement()
	if t == nil {
		t = d.element("title")
		for c := range d.documentElement().ChildNodes() {
			if isHTML(c, "head") {
				d.insert(c, t, nil)
			}
		}
	}
	d.setText(t, title)
}

// Effects returns what responses have asked of the browser so far, in order.
func (d *Document) Effects() []Effect { return append([]Effect(nil), d.effects...) }

// TakeEffects returns what responses have asked of the browser since it was last called.
func (d *Document) TakeEffects() []Effect {
	effects := d.effects
	d.effects = nil
	return effects
}
