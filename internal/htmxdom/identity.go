package htmxdom

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Identity is which node had which id at some moment.
type Identity map[string]*html.Node

// Identity returns the elements with an id, the first of each, by id.
func (d *Document) Identity() Identity {
	out := make(Identity)
	for n := range d.root.Descendants() {
		if n.Type == html.ElementNode && idOf(n) != "" && out[idOf(n)] == nil {
			out[idOf(n)] = n
		}
	}
	return out
}

// Kept returns the ids, sorted, that are still on the node they were on then.
func (d *Document) Kept(then Identity) []string {
	kept := []string{}
	for id, n := range d.Identity() {
		if then[id] == n {
			kept = append(kept, id)
		}
	}
	slices.Sort(kept)
	return kept
}

// Elements returns the elements in the body, in document order.
func (d *Document) Elements() []*html.Node {
	var out []*html.Node
	if d.Body() == nil {
		return nil
	}
	for n := range d.Body().Descendants() {
		if n.Type == html.ElementNode {
			out = append(out, n)
		}
	}
	return out
}

// Trace says of each element in the body, in document order, where it stood
// among earlier ones that Elements returned: its index there, or -1 if it is new.
func (d *Document) Trace(earlier []*html.Node) []int {
	at := make(map[*html.Node]int, len(earlier))
	for i, n := range earlier {
		at[n] = i
	}
	out := []int{}
	for _, n := range d.Elements() {
		i, ok := at[n]
		if !ok {
			i = -1
		}
		out = append(out, i)
	}
	return out
}

// Values returns what each control with an id shows: a text control's value,
// "true" or "false" for a checkbox or radio button, the chosen values of a
// select element separated by commas.
func (d *Document) Values() map[string]string {
	out := make(map[string]string)
	for id, n := range d.Identity() {
		switch {
		case isHTML(n, "select"):
			out[id] = strings.Join(d.Selected(n), ",")
		case isHTML(n, "textarea"):
			out[id] = d.Value(n)
		case isHTML(n, "input"):
			if t := inputType(n); t == "checkbox" || t == "radio" {
				out[id] = fmt.Sprint(d.Checked(n))
			} else {
				out[id] = d.Value(n)
			}
		}
	}
	return out
}

// Controls says of each control in the body, in document order, what it shows and whose
// it is: a text control's value, whether a box is checked, which options are chosen,
// whether it is disabled, and its form's id.
func (d *Document) Controls() []string {
	out := []string{}
	for _, n := range d.Elements() {
		if !isField(n) {
			continue
		}
		line := n.Data + "#" + idOf(n)
		switch {
		case isHTML(n, "select"):
			for i, o := range options(n) {
				if d.control(o).selected {
					line += fmt.Sprintf(" %d", i)
				}
			}
		case isHTML(n, "input"):
			line += fmt.Sprintf(" %s %q %v", inputType(n), d.Value(n), d.control(n).checked)
		case isHTML(n, "textarea"):
			line += fmt.Sprintf(" %q", d.Value(n))
		}
		if disabled(n) {
			line += " disabled"
		}
		if f := d.formOwner(n); f != nil {
			line += " in " + idOf(f)
		}
		out = append(out, line)
	}
	return out
}

// Posted returns what each form would post, in document order.
func (d *Document) Posted() []string {
	out := []string{}
	for _, n := range d.Elements() {
		if isHTML(n, "form") {
			f := slices.DeleteFunc(d.entries(n, nil), func(o field) bool { return o.file })
			out = append(out, f.encode())
		}
	}
	return out
}
