package forms

import (
	"context"
	"reflect"
	"slices"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/views"
)

// Field is what the control of a field needs.
type Field struct {
	// Name and ID are the control's. They are made of the form's name and the fields' tags.
	Name, ID string
	// Value is the text that it shows: what was typed, if that is no value of the field.
	Value string
	// Values are those of a list, such as <select multiple>.
	Values []string
	// Many says that it is a list.
	Many bool
	// Checked is that of a bool.
	Checked bool
	// Problems are what is wrong with it, if it is time to say so: it was changed or left, or the form
	// submitted.
	Problems []Problem
	// Limits follow from the validate tag.
	Limits

	form     *form
	kind     kind
	hasFocus bool // it is new to the page, and gets the focus
}

// Field describes the control of a field, named by its address: f.Field(&f.Data.Email).
func (f *Form[T]) Field(field any) Field {
	path, s := f.pathOf(field)
	return f.describe(path, s, reflect.ValueOf(field).Elem())
}

// describe describes the control of the field at a path.
func (f *form) describe(path string, s *field, v reflect.Value) Field {
	d := Field{Name: path, ID: f.idOf(path), Limits: s.limits, form: f, kind: s.kind}
	d.hasFocus = f.focusOn == d.ID
	if f.used[path] {
		d.Problems = f.problems[path]
	}
	switch s.kind {
	case single:
		d.Value = s.text(v)
		if t, ok := f.typed[path]; ok && t.value == d.Value {
			d.Value = t.text
		}
	case box:
		d.Checked = v.Bool()
	case many:
		d.Many = true
		for i := range v.Len() {
			d.Values = append(d.Values, views.FormatText(v.Index(i).Interface()))
		}
	}
	return d
}

// text is the text of a value of the field.
func (n *field) text(v reflect.Value) string {
	switch {
	case n.omitEmpty && v.IsZero():
		return ""
	case n.typ == stringType:
		return v.String()
	}
	return views.FormatText(v.Interface())
}

var stringType = reflect.TypeFor[string]()

// idOf is the id of the field at a path, such as order-lines-3-note for lines[3].note.
func (f *form) idOf(path string) string {
	b := make([]byte, 0, 80)
	b = append(append(b, f.id...), '-')
	for i := range len(path) {
		switch c := path[i]; c {
		case '.', '[':
			b = append(b, '-')
		case ']':
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

// ErrorsID is the id of the element that shows the field's errors.
func (f Field) ErrorsID() string { return f.ID + "--errors" }

// OptionID is the id of one of the radio buttons or boxes of the field.
func (f Field) OptionID(i int) string { return f.ID + "--" + itoa(i) }

// Errors returns the texts of what is wrong, in the page's language; none before it is time.
func (f Field) Errors(ctx context.Context) []string { return f.form.texts(ctx, f.Problems) }

// Invalid reports whether there are errors to show.
func (f Field) Invalid() bool { return len(f.Problems) > 0 }

// Has reports whether a value is the field's, or one of them.
func (f Field) Has(value string) bool { return f.Value == value || slices.Contains(f.Values, value) }

// Attrs returns the attributes of a control in the author's own markup, such as <textarea> and <select>:
// id, name, the limits, what is said of errors, and the binding of the form's change event.
func (f Field) Attrs(ctx context.Context) templ.OrderedAttributes {
	a := make(templ.OrderedAttributes, 0, 12)
	a = append(a, attr("id", f.ID), attr("name", f.Name))
	return f.append(ctx, a)
}

// InputAttrs is Attrs for an <input>, whose value is an attribute.
func (f Field) InputAttrs(ctx context.Context) templ.OrderedAttributes {
	a := make(templ.OrderedAttributes, 0, 13)
	a = append(a, attr("id", f.ID), attr("name", f.Name), attr("value", f.Value))
	return f.append(ctx, a)
}

// BoxAttrs is Attrs for the checkbox of a bool.
func (f Field) BoxAttrs(ctx context.Context) templ.OrderedAttributes {
	a := templ.OrderedAttributes{
		attr("id", f.ID), attr("name", f.Name), attr("value", "true"),
		attr("checked", f.Checked),
	}
	return f.append(ctx, a)
}

// OptionAttrs is Attrs for one of the radio buttons or boxes of the field: the one with a value, at a place i.
func (f Field) OptionAttrs(ctx context.Context, i int, value string) templ.OrderedAttributes {
	a := templ.OrderedAttributes{
		attr("id", f.OptionID(i)), attr("name", f.Name), attr("value", value),
		attr("checked", f.Has(value)),
	}
	f.hasFocus = f.hasFocus && i == 0
	return f.append(ctx, a)
}

func (f Field) append(ctx context.Context, a templ.OrderedAttributes) templ.OrderedAttributes {
	text := func(name, value string) {
		if value != "" {
			a = append(a, attr(name, value))
		}
	}
	if f.Required {
		a = append(a, attr("required", true))
	}
	text("min", f.Min)
	text("max", f.Max)
	text("step", f.Step)
	if f.MinLength > 0 {
		text("minlength", itoa(f.MinLength))
	}
	if f.MaxLength > 0 {
		text("maxlength", itoa(f.MaxLength))
	}
	if f.Invalid() {
		text("aria-invalid", "true")
		text("aria-describedby", f.ErrorsID())
	}
	if f.hasFocus {
		a = append(a, attr("autofocus", true))
	}
	return append(a, changeBinding(ctx, f.form.id)...)
}
