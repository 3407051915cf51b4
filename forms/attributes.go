package forms

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/a-h/templ"
)

// own are attributes of a control that the form depends on: an author adds to the class and the
// description of a control, and replaces its other attributes, but not these.
var own = []string{"id", "name", "aria-invalid"}

// merge adds the author's attributes to those of a control. Those of drop are left out before that.
func merge(a templ.OrderedAttributes, more []templ.Attributer, drop ...string) templ.OrderedAttributes {
	a = slices.DeleteFunc(a, func(kv templ.KeyValue[string, any]) bool { return slices.Contains(drop, kv.Key) })
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

// set sets one attribute of the author's.
func set(a templ.OrderedAttributes, key string, value any) templ.OrderedAttributes {
	if slices.Contains(own, key) {
		panic(fmt.Sprintf("forms: the attribute %s of a control is the form's own", key))
	}
	if strings.HasPrefix(key, "hx-") {
		panic(fmt.Sprintf("forms: a control has the form's change event already, so that %s can't be added: use views.AlsoOn with the field's ID", key))
	}
	i := slices.IndexFunc(a, func(kv templ.KeyValue[string, any]) bool { return kv.Key == key })
	switch {
	case i < 0:
		return append(a, templ.KV(key, value))
	case key == "class" || key == "aria-describedby":
		a[i].Value = fmt.Sprint(a[i].Value) + " " + fmt.Sprint(value)
	default:
		a[i].Value = value
	}
	return a
}

// without returns the attributes but those of the names.
func without(a templ.OrderedAttributes, names ...string) templ.OrderedAttributes {
	return merge(a, nil, names...)
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

// input returns the attributes of an <input> of a type. Those that follow from the validate tag are
// left out where the type does not have them.
func input(ctx context.Context, f Field, typ, autocomplete string, more []templ.Attributer, drop ...string) templ.OrderedAttributes {
	a := templ.OrderedAttributes{templ.KV[string, any]("type", typ)}
	if autocomplete != "" {
		a = append(a, templ.KV[string, any]("autocomplete", autocomplete))
	}
	return merge(append(a, without(f.InputAttrs(ctx), drop...)...), more)
}

// numbers and texts are the attributes that only some types of <input> have.
var (
	numbers = []string{"min", "max", "step"}
	texts   = []string{"minlength", "maxlength"}
)

// keypad is the inputmode of a number: one without a minus sign if none can be needed.
func keypad(f Field) templ.OrderedAttributes {
	switch {
	case f.Min == "" || f.Min[0] == '-':
		return nil
	case f.Step == "any":
		return templ.OrderedAttributes{templ.KV[string, any]("inputmode", "decimal")}
	}
	return templ.OrderedAttributes{templ.KV[string, any]("inputmode", "numeric")}
}

// passwordPurpose is that of a new password if rules say how long it must be, else of one to sign in with.
func passwordPurpose(f Field) string {
	if f.MinLength > 0 {
		return "new-password"
	}
	return "current-password"
}

// option returns the attributes of one radio button or box. What is wrong is said of the whole group.
func option(ctx context.Context, f Field, i int, o Option) templ.OrderedAttributes {
	a := without(f.OptionAttrs(ctx, i, o.Value), append([]string{"required", "aria-invalid", "aria-describedby"}, append(numbers, texts...)...)...)
	if o.Disabled {
		a = append(a, templ.KV[string, any]("disabled", true))
	}
	return a
}

// fieldset returns the attributes of the <fieldset> around radio buttons or boxes. It can have the focus, for
// links to it.
func fieldset(ctx context.Context, f Field, role string, more []templ.Attributer) templ.OrderedAttributes {
	a := templ.OrderedAttributes{templ.KV[string, any]("id", f.ID), templ.KV[string, any]("role", role), templ.KV[string, any]("tabindex", "-1")}
	if role == "radiogroup" && f.Required {
		a = append(a, templ.KV[string, any]("aria-required", "true"))
	}
	if f.Invalid() {
		a = append(a, templ.KV[string, any]("aria-invalid", "true"), templ.KV[string, any]("aria-describedby", f.ErrorsID()))
	}
	return merge(a, more)
}

// lines is the content of a <textarea>, of which parsers drop a first line end.
func lines(text string) string {
	if strings.HasPrefix(text, "\n") || strings.HasPrefix(text, "\r") {
		return "\n" + text
	}
	return text
}
