package forms

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/views"
)

// Text is a text field with its label, and what is wrong with it below. Its type and its autocomplete
// follow from the field's name: a field "email" is of the type email. Attributes of the author's are
// added to the control, or take the place of those that it has:
//
//	@forms.Text(f.Field(&f.Data.Email), "E-mail", templ.Attributes{"placeholder": "you@example.org"})
//
// Without a label, [Field.Label] is it. A field that is as it was at the last rendering is not rendered
// again.
func Text(f Field, label string, more ...templ.Attributer) templ.Component {
	return &control{kind: textControl, field: f, label: label, more: more}
}

// Number is a field for a number. It is of the type text, and asks for a keypad: what is typed into an
// <input type="number"> and is no number, a browser sends as an empty text.
func Number(f Field, label string, more ...templ.Attributer) templ.Component {
	return &control{kind: numberControl, field: f, label: label, more: more}
}

// Password is a field for a password, which is never part of a page. A password with a smallest length
// is a new one for the browser, another one the current one; say it with autocomplete if that is wrong.
func Password(f Field, label string, more ...templ.Attributer) templ.Component {
	return &control{kind: passwordControl, field: f, label: label, more: more}
}

// Date is a field for a day. Its field in the struct is a string, or a type of the author's: it is posted
// as 2006-01-02.
func Date(f Field, label string, more ...templ.Attributer) templ.Component {
	return &control{kind: dateControl, field: f, label: label, more: more}
}

// Color is a field for a colour, which is posted as #rrggbb.
func Color(f Field, label string, more ...templ.Attributer) templ.Component {
	return &control{kind: colorControl, field: f, label: label, more: more}
}

// File is a field for files. Events do not take files: only a form that is posted to a handler of the
// author's (see [BindTo]) with enctype="multipart/form-data" sends them.
func File(f Field, label string, more ...templ.Attributer) templ.Component {
	return &control{kind: fileControl, field: f, label: label, more: more}
}

// Textarea is a field for a text of several lines.
func Textarea(f Field, label string, more ...templ.Attributer) templ.Component {
	return &control{kind: areaControl, field: f, label: label, more: more}
}

// Checkbox is a box for a bool.
func Checkbox(f Field, label string, more ...templ.Attributer) templ.Component {
	return &control{kind: boxControl, field: f, label: label, more: more}
}

// Option is a choice of [Select], [Radio] or [Boxes].
type Option struct {
	Value, Label string
	Disabled     bool
	// Options make it a group of choices with the label above them, for Select.
	Options []Option
}

// Select is a choice from a list. That of a field that is a slice takes several.
func Select(f Field, label string, options []Option, more ...templ.Attributer) templ.Component {
	return &control{kind: selectControl, field: f, label: label, options: options, more: more}
}

// Radio is a choice of one option by radio buttons. Attributes of the author's are the fieldset's.
func Radio(f Field, label string, options []Option, more ...templ.Attributer) templ.Component {
	return &control{kind: radioControl, field: f, label: label, options: options, more: more}
}

// Boxes is a choice of several options by checkboxes, for a field that is a slice. Attributes of the
// author's are the fieldset's.
func Boxes(f Field, label string, options []Option, more ...templ.Attributer) templ.Component {
	return &control{kind: boxesControl, field: f, label: label, options: options, more: more}
}

// control is what a control is made of.
type control struct {
	kind    controlKind
	field   Field
	label   string
	options []Option
	more    []templ.Attributer
	hash    uint64 // of the version
}

type controlKind uint8

const (
	textControl controlKind = iota
	numberControl
	passwordControl
	dateControl
	colorControl
	fileControl
	areaControl
	boxControl
	selectControl
	radioControl
	boxesControl
)

// Render renders the control, unless the last rendering had the same.
func (c *control) Render(ctx context.Context, w io.Writer) error {
	c.check()
	var ok bool
	if c.hash, ok = c.version(ctx); !ok {
		return c.markup().Render(ctx, w)
	}
	return views.EachBy([]*control{c}, (*control).id, (*control).lastVersion, (*control).markup).Render(ctx, w)
}

func (c *control) id() string          { return c.field.ID }
func (c *control) lastVersion() uint64 { return c.hash }

// fieldID is the id of the element around a control: without one a control is rendered each time.
func (f Field) fieldID() string { return f.ID + "--field" }
