package htmxdom

import (
	"strings"

	"golang.org/x/net/html"
)

// hxAttr returns the value of an htmx attribute with any of its prefixes.
func (d *Document) hxAttr(n *html.Node, name string) (string, bool) {
	if v, ok := Attr(n, name); ok {
		return v, true
	}
	if p := d.config.prefix; p != "" {
		return Attr(n, strings.Replace(name, "hx-", p, 1))
	}
	return "", false
}

func (d *Document) hxAttrOr(n *html.Node, name, otherwise string) string {
	if v, ok := d.hxAttr(n, name); ok {
		return v
	}
	return otherwise
}

// hxAttrName returns the name of an htmx attribute as n has it, or "".
func (d *Document) hxAttrName(n *html.Node, name string) string {
	if hasAttr(n, name) {
		return name
	}
	if p := d.config.prefix; p != "" {
		if name = strings.Replace(name, "hx-", p, 1); hasAttr(n, name) {
			return name
		}
	}
	return ""
}

// attributeValue returns the value of an htmx attribute, inherited or not.
func (d *Document) attributeValue(n *html.Node, name string, implicit bool) (string, bool) {
	if v, ok := d.hxAttr(n, name); ok {
		return v, true
	}
	if v, ok := d.hxAttr(n, name+":inherited"); ok {
		return v, true
	}
	parent := d.heir(n, name, implicit)
	own := d.hxAttrName(n, name+":append")
	if own == "" {
		own = d.hxAttrName(n, name+":inherited:append")
	}
	switch {
	case own != "":
		value := attrOr(n, own, "")
		if parent != nil {
			if above, _ := d.attributeValue(parent, name, implicit); above != "" {
				value = strings.NewReplacer("{", "", "}", "").Replace(above + "," + value)
			}
		}
		return value, true
	case parent != nil:
		return d.attributeValue(parent, name, d.config.implicitInheritance)
	}
	return "", false
}

// heir returns the nearest ancestor of n from which it inherits an attribute, or nil.
func (d *Document) heir(n *html.Node, name string, implicit bool) *html.Node {
	direct := name + ":inherited"
	if implicit {
		direct = name
	}
	for p := parentElement(n); p != nil; p = parentElement(p) {
		if d.hxAttrName(p, direct) != "" || d.hxAttrName(p, name+":inherited:append") != "" {
			return p
		}
	}
	return nil
}

// inherited is attributeValue as htmx calls it for most attributes.
func (d *Document) inherited(n *html.Node, name string) string {
	v, _ := d.attributeValue(n, name, d.config.implicitInheritance)
	return v
}

// exchange returns htmx's context for a request of source.
func (d *Document) exchange(source *html.Node) *exchange {
	x := &exchange{
		source:    source,
		target:    source,
		swap:      d.config.defaultSwap,
		selectSel: d.inherited(source, "hx-select"),
		selectOOB: d.inherited(source, "hx-select-oob"),
		push:      d.inherited(source, "hx-push-url"),
		replace:   d.inherited(source, "hx-replace-url"),
	}
	if swap, ok := d.attributeValue(source, "hx-swap", d.config.implicitInheritance); ok {
		x.swap = swap
	}
	if target, ok := d.attributeValue(source, "hx-target", d.config.implicitInheritance); ok {
		x.target = first(d.findFor(source, target, "hx-target"))
	}
	return x
}
