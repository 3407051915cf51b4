package forms

import "github.com/a-h/templ"

// submitAttrs are the attributes of a button that submits. The kit's stylesheet shows data-busy in place of the
// text while htmx marks the form.
func submitAttrs(busy string) templ.OrderedAttributes {
	a := templ.OrderedAttributes{attr("type", "submit")}
	if busy != "" {
		a = append(a, attr("class", "sb-submit"), attr("data-busy", busy))
	}
	return a
}
