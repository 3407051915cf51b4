package htmxdom

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// powered is htmx's data of an element.
type powered struct {
	initialized bool
	fired       map[int]bool          // the triggers that fire just once and have
	shown       map[*html.Node]string // what controls showed when a trigger with "changed" last looked
}

var actions = []string{"hx-action", "hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete", "hx-query"}

// power creates the data of an element and sets its attribute data-htmx-powered, which morphs see when
// they compare elements.
func (d *Document) power(n *html.Node) *powered {
	p := d.powered[n]
	if p == nil {
		p = &powered{}
		d.powered[n] = p
		d.SetAttr(n, "data-htmx-powered", "true")
	}
	return p
}

// process initialises new elements in root, as htmx and hx-sse do.
func (d *Document) process(root *html.Node) {
	if !isElement(root) || !d.connected(root) || d.ignored(root) {
		return
	}
	for _, n := range d.withHandlers(root) {
		if !d.ignored(n) {
			d.power(n)
		}
	}
	var names []string
	for _, a := range actions {
		names = append(names, d.config.prefixes(a)...)
	}
	for _, n := range withAttr(root, names...) {
		d.initialize(n)
	}
	for _, tag := range []string{"a", "form"} {
		for _, n := range elementsIn(root, tag) {
			if boost := d.inherited(n, "hx-boost"); boost != "" && boost != "false" && boostable(n) {
				d.initialize(n)
			}
		}
	}
	for _, n := range append(withAttr(root, append(d.config.prefixes("hx-sse:connect"), "sse-connect")...), root) {
		if d.inherited(n, "hx-sse:connect") != "" {
			if d.powered[n] == nil {
				d.started = append(d.started, n)
			}
			d.power(n)
		}
	}
}

func (d *Document) initialize(n *html.Node) {
	if p := d.powered[n]; (p == nil || !p.initialized) && !d.ignored(n) {
		d.power(n).initialized = true
		d.started = append(d.started, n)
	}
}

// TakeStarted returns the elements that were initialised since its last call.
func (d *Document) TakeStarted() []*html.Node {
	started := d.started
	d.started = nil
	return started
}

// withHandlers returns the elements with hx-on attributes.
func (d *Document) withHandlers(root *html.Node) []*html.Node {
	var out []*html.Node
	prefixes := d.config.prefixes("hx-on")
	for n := range inclusive(root) {
		if slices.ContainsFunc(n.Attr, func(a html.Attribute) bool {
			return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(qualified(a), p) })
		}) {
			out = append(out, n)
		}
	}
	return out
}

func (d *Document) ignored(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if hasAttr(n, "hx-ignore") || d.config.prefix != "" && hasAttr(n, d.config.prefix+"ignore") {
			return true
		}
	}
	return false
}

// boostable reports whether a link or form stays within the site.
func boostable(n *html.Node) bool {
	address := "href"
	if n.Data == "form" {
		if strings.EqualFold(attrOr(n, "method", ""), "dialog") {
			return false
		}
		address = "action"
	} else if t := attrOr(n, "target", ""); t != "" && t != "_self" || hasAttr(n, "download") || strings.HasPrefix(attrOr(n, "href", ""), "#") {
		return false
	}
	to := attrOr(n, address, "")
	if strings.HasPrefix(to, "//") {
		return false
	}
	scheme, _, ok := strings.Cut(to, ":")
	return !ok || strings.ContainsAny(scheme, "/?#")
}

// cleanup removes what htmx has set up on n and its descendants. With force, process initialises them
// again.
func (d *Document) cleanup(n *html.Node, force bool) {
	if !isElement(n) {
		return
	}
	for _, e := range append([]*html.Node{n}, withAttr(n, "data-htmx-powered")...) {
		if d.powered[e] == nil {
			continue
		}
		d.RemoveAttr(e, "data-htmx-powered")
		if force {
			delete(d.powered, e)
		}
	}
}

// insertedMeta records the reloads and redirects of inserted meta elements.
func (d *Document) insertedMeta(n *html.Node) {
	for _, m := range elementsIn(n, "meta") {
		if strings.EqualFold(attrOr(m, "http-equiv", ""), "refresh") {
			d.effects = append(d.effects, Effect{"refresh", attrOr(m, "content", "")})
		}
	}
}
