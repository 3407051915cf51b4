package forms

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/views"
)

// merge adds the author's attributes to those of a control, or of a form.
func merge(a templ.OrderedAttributes, more []templ.Attributer) templ.OrderedAttributes {
	for _, m := range more {
		if m == nil {
			continue
		}
		for _, kv := range m.Items() {
			a = set(a, kv.Key, kv.Value)
		}
	}
	return a
}

// set sets one attribute of the author's: it is added to the class and the description, and takes the place
// of another one, unless the form could not do without that.
func set(a templ.OrderedAttributes, key string, value any) templ.OrderedAttributes {
	i := slices.IndexFunc(a, func(kv templ.KeyValue[string, any]) bool { return kv.Key == key })
	switch {
	case i < 0:
		return append(a, attr(key, value))
	case key == "id" || key == "name":
		panic(fmt.Sprintf("forms: the attribute %s is the form's own", key))
	case key == "hx-nonce": // the same for all elements of the page
	case strings.HasPrefix(key, "hx-"):
		panic(fmt.Sprintf("forms: the element has an event of the form, so that it takes no second %s: use views.AlsoOn with its ID", key))
	case key == "class" || key == "aria-describedby":
		a[i].Value = fmt.Sprint(a[i].Value) + " " + fmt.Sprint(value)
	default:
		a[i].Value = value
	}
	return a
}

// without returns the attributes but those of the names.
func without(a templ.OrderedAttributes, names ...string) templ.OrderedAttributes {
	return slices.DeleteFunc(a, func(kv templ.KeyValue[string, any]) bool { return slices.Contains(names, kv.Key) })
}

// purpose is what a text field is for, as far as its name tells.
type purpose struct{ typ, autocomplete string }

var purposes = map[string]purpose{
	"name": {"text", "name"}, "given_name": {"text", "given-name"}, "family_name": {"text", "family-name"},
	"first_name": {"text", "given-name"}, "last_name": {"text", "family-name"}, "username": {"text", "username"},
	"email": {"email", "email"}, "tel": {"tel", "tel"}, "phone": {"tel", "tel"},
	"url": {"url", "url"}, "website": {"url", "url"}, "organization": {"text", "organization"},
	"street": {"text", "address-line1"}, "city": {"text", "address-level2"}, "postal_code": {"text", "postal-code"},
	"country": {"text", "country-name"}, "birthday": {"text", "bday"},
}

// purposeOf is the purpose of a field. One in a row has none for browsers, which would fill all rows with
// the same.
func purposeOf(f Field) purpose {
	p := purpose{typ: "text"}
	name := f.Name[strings.LastIndexByte(f.Name, '.')+1:]
	if known, ok := purposes[name]; ok {
		p = known
	}
	if strings.Contains(f.Name, "[") {
		p.autocomplete = ""
	}
	return p
}

// inherited are the attributes of the element around the control of a field: the trigger of the change event, which is the
// same for all. What is sent of a control, again and again, is shorter without it.
func inherited(ctx context.Context, f Field) templ.OrderedAttributes {
	if !inherits(ctx, f) {
		return nil
	}
	for _, kv := range changeBinding(ctx, f.form.id) {
		if kv.Key == "hx-trigger" {
			return templ.OrderedAttributes{attr("hx-trigger:inherited", kv.Value)}
		}
	}
	return nil
}

// inherits reports whether a control has its trigger from the element around it. In a page with commands nothing is
// inherited.
func inherits(ctx context.Context, f Field) bool {
	return len(changeBinding(ctx, f.form.id)) > 0 && views.Nonce(ctx) == ""
}

// controlAttrs are attrs without what the control inherits.
func (c *control) controlAttrs(ctx context.Context) templ.OrderedAttributes {
	a := c.attrs(ctx)
	if inherits(ctx, c.field) {
		a = without(a, "hx-trigger")
	}
	return a
}

// attrs are the attributes of the control; of radio buttons and boxes, those of the <fieldset> around them.
// Attributes that follow from the validate tag are left out where a control does not have them.
func (c *control) attrs(ctx context.Context) templ.OrderedAttributes {
	f := c.field
	switch c.kind {
	case boxControl:
		return merge(without(f.BoxAttrs(ctx), noneOf...), c.more)
	case selectControl:
		a := without(f.Attrs(ctx), append([]string{"required"}, noneOf...)...)
		if f.Required { // with required, screen readers call a choice that is yet to be made invalid
			a = append(a, attr("aria-required", "true"))
		}
		return merge(a, c.more)
	case areaControl:
		return merge(without(f.Attrs(ctx), numbers...), c.more)
	case radioControl, boxesControl:
		return c.fieldset()
	case numberControl:
		return merge(append(c.input(ctx, "text", "", numbers), keypad(f)...), c.more)
	case passwordControl:
		a := c.input(ctx, "password", passwordPurpose(f), append([]string{"value"}, numbers...))
		if f.form.emptied { // without a value, what was typed stays
			a = append(a, attr("value", ""))
		}
		return merge(a, c.more)
	case dateControl:
		return merge(c.input(ctx, "date", "", append([]string{"step"}, texts...)), c.more)
	case colorControl:
		return merge(c.input(ctx, "color", "", append([]string{"required"}, noneOf...)), c.more)
	case fileControl:
		return merge(c.input(ctx, "file", "", append([]string{"value"}, noneOf...)), c.more)
	}
	p := purposeOf(f)
	return merge(c.input(ctx, p.typ, p.autocomplete, numbers), c.more)
}

// input returns the attributes of an <input> of a type, without those that it does not have.
func (c *control) input(ctx context.Context, typ, autocomplete string, drop []string) templ.OrderedAttributes {
	a := make(templ.OrderedAttributes, 0, 16)
	a = append(a, attr("type", typ))
	if autocomplete != "" {
		a = append(a, attr("autocomplete", autocomplete))
	}
	return append(a, without(c.field.InputAttrs(ctx), drop...)...)
}

// numbers and texts are attributes that only some types of <input> have.
var (
	numbers = []string{"min", "max", "step"}
	texts   = []string{"minlength", "maxlength"}

	noneOf = append(slices.Clone(numbers), texts...)
)

// keypad is the inputmode of a number: one without a minus sign if none can be needed.
func keypad(f Field) templ.OrderedAttributes {
	switch {
	case f.Min == "" || f.Min[0] == '-':
		return nil
	case f.Step == "any":
		return templ.OrderedAttributes{attr("inputmode", "decimal")}
	}
	return templ.OrderedAttributes{attr("inputmode", "numeric")}
}

// passwordPurpose is that of a new password if rules say how long it must be, else of one to sign in with.
func passwordPurpose(f Field) string {
	if f.MinLength > 0 {
		return "new-password"
	}
	return "current-password"
}

// optionType is the type of the buttons or boxes of a control that has several.
func (c *control) optionType() string {
	if c.kind == radioControl {
		return "radio"
	}
	return "checkbox"
}

// optionAttrs are the attributes of one radio button or box. What is wrong is said of all together.
func (c *control) optionAttrs(ctx context.Context, i int, o Option) templ.OrderedAttributes {
	a := without(without(c.field.OptionAttrs(ctx, i, o.Value), noneOf...), "required", "aria-invalid", "aria-describedby")
	if o.Disabled {
		a = append(a, attr("disabled", true))
	}
	if inherits(ctx, c.field) {
		a = without(a, "hx-trigger")
	}
	return a
}

// fieldset returns the attributes of the <fieldset> around radio buttons or boxes. It can have the focus, for
// links to it.
func (c *control) fieldset() templ.OrderedAttributes {
	f := c.field
	a := templ.OrderedAttributes{attr("id", f.ID), attr("tabindex", "-1")}
	if c.kind == radioControl {
		a = append(a, attr("role", "radiogroup"))
		if f.Required {
			a = append(a, attr("aria-required", "true"))
		}
	}
	if f.Invalid() {
		if c.kind == radioControl { // the role of other fieldsets has no such state
			a = append(a, attr("aria-invalid", "true"))
		}
		a = append(a, attr("aria-describedby", f.ErrorsID()))
	}
	return merge(a, c.more)
}

// lines is the content of a <textarea>, of which parsers drop a first line end.
func lines(text string) string {
	if strings.HasPrefix(text, "\n") || strings.HasPrefix(text, "\r") {
		return "\n" + text
	}
	return text
}
