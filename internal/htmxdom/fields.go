package htmxdom

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// fields are what a request posts, in order.
type fields []field

type field struct {
	name, value string
	file        bool  // of a control for files
	chosen      *File // nil if nobody has chosen one
}

func (f *fields) add(name, value string) { *f = append(*f, field{name: name, value: value}) }

// set replaces all fields of a name by one.
func (f *fields) set(name, value string) {
	i := slices.IndexFunc(*f, func(o field) bool { return o.name == name })
	if i < 0 {
		f.add(name, value)
		return
	}
	(*f)[i].value = value
	rest := slices.DeleteFunc(slices.Clone((*f)[i+1:]), func(o field) bool { return o.name == name })
	*f = append((*f)[:i+1], rest...)
}

const (
	urlencoded = "application/x-www-form-urlencoded"
	multiparts = "multipart/form-data"
)

// encode is URLSearchParams of FormData.
func (f fields) encode() string {
	var b strings.Builder
	for i, o := range f {
		if i > 0 {
			b.WriteByte('&')
		}
		if o.file {
			o.value = "[object File]"
		}
		b.WriteString(escape.Replace(url.QueryEscape(o.name) + "=" + url.QueryEscape(o.value)))
	}
	return b.String()
}

// escape makes of what Go escapes what browsers do.
var escape = strings.NewReplacer("%2A", "*", "~", "%7E")

// over returns the parameters of a query, with those of f in place of the ones with their names.
func (f fields) over(query string) fields {
	var all fields
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		name, value = unescape(name), unescape(value)
		if part != "" && !slices.ContainsFunc(f, func(o field) bool { return o.name == name }) {
			all.add(name, value)
		}
	}
	return append(all, f...)
}

// unescape reads a part of a query as URLSearchParams does.
func unescape(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		return u
	}
	return s
}

// encodeForm is what a browser itself makes of a form's fields: the names of files stand for
// them, and lines end as in a text file of old.
func (f fields) encodeForm() string {
	plain := make(fields, len(f))
	for i, o := range f {
		plain[i] = field{name: lines(o.name), value: lines(o.value)}
	}
	return plain.encode()
}

// lines ends the lines of a text with both characters.
func lines(s string) string { return strings.ReplaceAll(newlines(s), "\n", "\r\n") }

// collect is htmx's collectFormData: what the form around a source posts, else what
// the source itself has.
func (d *Document) collect(source, form, submitter *html.Node, query bool) fields {
	var f fields
	included := make(map[*html.Node]bool)
	if submitter == nil && form != nil && isSubmitButton(source) {
		submitter = source
	}
	if form != nil {
		f = d.entries(form, nil)
		for _, n := range d.controlsOf(form) {
			included[n] = true
		}
	} else {
		d.addFields(&f, source, included, query)
	}
	if submitter != nil && attrOr(submitter, "name", "") != "" {
		f.add(attrOr(submitter, "name", ""), attrOr(submitter, "value", ""))
		included[submitter] = true
	}
	if include, ok := d.attributeValue(source, "hx-include", d.config.implicitInheritance); ok {
		for _, n := range d.findFor(source, include, "hx-include") {
			d.addFields(&f, n, included, false)
		}
	}
	return f
}

// entries is what a browser's FormData has of a form, with that of the button that submits
// it, if there is one.
func (d *Document) entries(form, submitter *html.Node) fields {
	var f fields
	for _, n := range d.controlsOf(form) {
		name := attrOr(n, "name", "")
		switch {
		case disabled(n) || within(n, "datalist"):
		case n == submitter && isHTML(n, "input") && inputType(n) == "image":
			if name != "" {
				name += "."
			}
			f.add(name+"x", "0")
			f.add(name+"y", "0")
		case isButton(n) && n != submitter || name == "":
		case n == submitter && isHTML(n, "input") && !hasAttr(n, "value"):
			f.add(name, "Submit") // what Chromium writes on it in English
		case isHTML(n, "select"):
			for _, o := range options(n) {
				if d.control(o).selected && !optionDisabled(o) {
					f.add(name, optionValue(o))
				}
			}
		case isHTML(n, "input") && inputType(n) == "file":
			d.addFiles(&f, n, name)
		default:
			d.addField(&f, n)
		}
	}
	return f
}

func within(n *html.Node, tag string) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if isHTML(p, tag) {
			return true
		}
	}
	return false
}

// addFields is htmx's addInputValues.
func (d *Document) addFields(f *fields, n *html.Node, included map[*html.Node]bool, query bool) {
	var inputs []*html.Node
	switch {
	case isHTML(n, "button") || strings.Contains(n.Data, "-"):
		inputs = []*html.Node{n}
	case isField(n) || isHTML(n, "fieldset") || !query && n != d.Body():
		for _, c := range withAttr(n, "name") {
			if !isHTML(c, "button") {
				inputs = append(inputs, c)
			}
		}
	}
	for _, c := range inputs {
		if !included[c] {
			included[c] = true
			d.addField(f, c)
		}
	}
}

// addField adds what one control posts.
func (d *Document) addField(f *fields, n *html.Node) {
	name := attrOr(n, "name", "")
	if name == "" || disabled(n) {
		return
	}
	switch {
	case isHTML(n, "select"):
		for _, v := range d.Selected(n) {
			f.add(name, v)
		}
	case isHTML(n, "input"):
		switch inputType(n) {
		case "checkbox", "radio":
			if d.Checked(n) {
				f.add(name, d.Value(n))
			}
		case "file":
			if len(d.Files(n)) > 0 {
				d.addFiles(f, n, name)
			}
		default:
			f.add(name, d.Value(n))
		}
	case isField(n):
		f.add(name, d.Value(n))
	default: // the value property is one that a script has set, if any has
		v, ok := d.values[n]
		if !ok {
			v = "undefined"
		}
		f.add(name, v)
	}
}

func isField(n *html.Node) bool {
	return isHTML(n, "input") || isHTML(n, "select") || isHTML(n, "textarea") || isHTML(n, "button") || isHTML(n, "output")
}

func isButton(n *html.Node) bool {
	switch {
	case isHTML(n, "button"), isHTML(n, "output"):
		return true
	case isHTML(n, "input"):
		switch inputType(n) {
		case "submit", "button", "reset", "image":
			return true
		}
	}
	return false
}

// isSubmitButton is what has the type property "submit".
func isSubmitButton(n *html.Node) bool {
	switch {
	case isHTML(n, "button"):
		t := strings.ToLower(attrOr(n, "type", "submit"))
		return t != "button" && t != "reset"
	case isHTML(n, "input"):
		return inputType(n) == "submit"
	}
	return false
}
