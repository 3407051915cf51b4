package patch_test

import "html"

// formField is a field of a form as its view knows it. Each has a change event of its own.
type formField struct {
	name, kind string
	value      string
	checked    bool
	invalid    bool
	class      string
	loose      bool   // its error stands in the same element, without an id
	err        string // beside it
	changed    bool   // the server has changed it by itself, at any time
}

func (f *formField) id() string { return "f-" + f.name }

func (f *formField) html() string {
	attrs := ` id="` + f.id() + `" name="` + f.name + `" hx-post="?event=C"`
	if f.class != "" {
		attrs += ` class="` + f.class + `"`
	}
	if f.invalid {
		attrs += ` aria-invalid="true"`
	}
	control := ""
	switch f.kind {
	case "textarea":
		control = `<textarea` + attrs + `>` + html.EscapeString(f.value) + `</textarea>`
	case "select":
		control = `<select` + attrs + `>`
		for _, o := range []string{"one", "two", "three"} {
			selected := ""
			if o == f.value {
				selected = " selected"
			}
			control += `<option value="` + o + `"` + selected + `>` + o + `</option>`
		}
		control += `</select>`
	case "checkbox":
		if f.checked {
			attrs += " checked"
		}
		control = `<input type="checkbox"` + attrs + `>`
	default:
		control = `<input type="` + f.kind + `" value="` + html.EscapeString(f.value) + `"` + attrs + `>`
	}
	if f.loose {
		return `<div id="d-` + f.name + `">` + control + `<em>` + f.err + `</em></div>`
	}
	return `<div id="d-` + f.name + `">` + control + `<em id="e-` + f.name + `">` + f.err + `</em></div>`
}
