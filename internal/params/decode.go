package params

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/sideband-go/sideband/internal/fault"

	"github.com/go-playground/form/v4"
)

// Input is what came with a request, undecoded.
type Input struct {
	// Path returns a parameter of the route, "" without one.
	Path func(name string) string
	// Action is what the route is called.
	Action string
	// Query holds what stands in the URL: for events, the parameters of the binding.
	Query Values
	// Fields holds the fields that were posted.
	Fields url.Values
	// Source is the id of the element that has sent an event; "" if it has none.
	Source string
}

// reservedFields are parameters of the kit's own URLs.
var reservedFields = map[string]bool{"event": true, "typing": true, "to": true, "of": true, "recover": true}

// valueField carries the parameter of a binding that is no struct.
const valueField = "value"

// maxFieldName is how long the name of a field may be.
const maxFieldName = 200

// Decoder makes an event's parameter.
type Decoder func(in Input) (reflect.Value, error)

// NewDecoder makes the decoder of an event's parameter of a type. where names the event in panics.
func NewDecoder(t reflect.Type, where string) Decoder {
	if IsScalar(t) {
		return func(in Input) (reflect.Value, error) {
			v := reflect.New(t).Elem()
			if s, ok := value(in.Fields); ok && (in.Query == nil || !in.Query.Has(valueField)) { // the binding's parameter counts more
				return v, Parse(v, s)
			}
			s, ok, err := single(in)
			if err != nil {
				return v, err
			}
			if !ok && t.Kind() == reflect.Bool {
				return v, nil // an unchecked box posts nothing
			}
			if !ok {
				return v, fmt.Errorf("%w: no value was sent", fault.ErrParams)
			}
			return v, Parse(v, s)
		}
	}
	takesJSON := takesJSON(t)
	switch t.Kind() {
	case reflect.Struct:
		checkTags(t, where, "form", "json")
	case reflect.Slice, reflect.Array, reflect.Map:
	default:
		panic(fmt.Sprintf("views: %s takes %v, which a browser can't send: use a number, string, bool, encoding.TextUnmarshaler, a struct with form or json tags, or a slice or map of what JSON can hold", where, t))
	}
	if takesJSON {
		checkJSONType(t, func(format string, args ...any) {
			panic(fmt.Sprintf("views: %s takes %v: "+format, append([]any{where, t}, args...)...))
		}, "it", map[reflect.Type]bool{})
	}
	if t.Kind() == reflect.Struct && t.NumField() == 0 {
		return func(Input) (reflect.Value, error) { return reflect.Zero(t), nil }
	}
	if !takesForm(t) {
		return func(in Input) (reflect.Value, error) {
			p := reflect.New(t)
			text, ok := value(in.Fields)
			if !ok {
				return p.Elem(), fmt.Errorf("%w: no value was sent", fault.ErrParams)
			}
			return p.Elem(), decodeJSON(p, text)
		}
	}
	dec := newFieldsDecoder(t, "form")
	return func(in Input) (reflect.Value, error) {
		p := reflect.New(t)
		if text, ok := value(in.Fields); ok {
			if !takesJSON {
				return p.Elem(), fmt.Errorf("%w: %v has no json tags, or not all", fault.ErrParams, t)
			}
			return p.Elem(), decodeJSON(p, text)
		}
		values, err := dec.posted(in.Fields)
		if err != nil {
			return p.Elem(), err
		}
		dec.known(values, in.Query) // the binding's parameter counts more than a field
		return p.Elem(), dec.decode(p, values)
	}
}

// checkTags panics for a field that would silently stay empty.
func checkTags(t reflect.Type, where string, tags ...string) {
	for f := range t.Fields() {
		fail := func(format string, args ...any) {
			panic(fmt.Sprintf("views: %s takes %v, whose field %s "+format, append([]any{where, t, f.Name}, args...)...))
		}
		if f.Anonymous {
			fail("is embedded: name it, or write its fields out")
		}
		if !f.IsExported() {
			continue
		}
		tagged := false
		for _, tag := range tags {
			_, ok := f.Tag.Lookup(tag)
			tagged = tagged || ok
			name, _ := tagName(f, tag)
			if strings.ContainsAny(name, "[]") {
				fail("is tagged %q: names of fields hold no brackets", name)
			}
			if tag == "form" && reservedFields[name] {
				fail("is tagged %q, which the kit's own addresses use: rename it", name)
			}
		}
		if !tagged {
			missing := tags[0]
			if slices.Contains(tags, "json") {
				missing += " or json"
			}
			fail("has no %s tag: tag it, or unexport it", missing)
		}
		if _, ok := f.Tag.Lookup("form"); !ok && slices.Contains(tags, "json") {
			if !takesJSON(t) {
				fail("has no form tag, and other fields have no json tag: give each field one of them, or both")
			}
			continue
		}
		if !IsScalar(f.Type) && (f.Type.Kind() != reflect.Slice || !IsScalar(f.Type.Elem())) {
			fail("is no number, string, bool, encoding.TextUnmarshaler or slice of them")
		}
	}
}

// fieldsDecoder fills the fields of a struct that have a tag.
type fieldsDecoder struct {
	names map[string]bool
	form  *form.Decoder
}

func newFieldsDecoder(t reflect.Type, tag string) fieldsDecoder {
	d := fieldsDecoder{names: map[string]bool{}, form: form.NewDecoder()}
	d.form.SetMode(form.ModeExplicit)
	d.form.SetTagName(tag)
	for f := range t.Fields() {
		name, _ := tagName(f, tag)
		if name == "" {
			continue
		}
		d.names[name] = true
		value := f.Type
		if !IsScalar(value) {
			value = value.Elem() // checkTags: a slice
		}
		d.form.RegisterCustomTypeFunc(parseFirst(value), reflect.Zero(value).Interface())
	}
	return d
}

// parseFirst reads the first of the texts. Left empty, a field of a form is the zero value.
func parseFirst(t reflect.Type) form.DecodeCustomTypeFunc {
	return func(texts []string) (any, error) {
		v := reflect.New(t).Elem()
		if len(texts) == 0 || texts[0] == "" {
			return v.Interface(), nil
		}
		err := Parse(v, texts[0])
		return v.Interface(), err
	}
}

// posted takes the fields that have a place in the struct. Others may be there: they are
// for somebody else.
func (d fieldsDecoder) posted(fields url.Values) (url.Values, error) {
	values := make(url.Values, len(d.names))
	for name := range fields {
		if len(name) > maxFieldName {
			return nil, fmt.Errorf("%w: a field name is too long", fault.ErrParams)
		}
		if i := strings.IndexAny(name, ".["); i >= 0 && !d.names[name] && d.names[name[:i]] {
			return nil, fmt.Errorf("%w: nested field names are not taken here", fault.ErrParams)
		}
	}
	d.known(values, fields)
	return values, nil
}

// known copies what has a place in the struct. Browsers name the rest, which may be anything.
func (d fieldsDecoder) known(into url.Values, from Values) {
	for name := range d.names {
		if v := all(from, name); v != nil {
			into[name] = v
		}
	}
}

// decode fills the struct that p points to; a panic of the decoder is an error.
func (d fieldsDecoder) decode(p reflect.Value, values url.Values) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fault.Quote(fmt.Sprint(r), fmt.Errorf("%w: the fields can't be read", fault.ErrParams))
		}
	}()
	err = d.form.Decode(p.Interface(), values)
	if all, ok := errors.AsType[form.DecodeErrors](err); ok {
		for _, err := range all {
			if failed, ok := errors.AsType[*fault.Panic](err); ok {
				return failed // the application's code is wrong, not what was sent
			}
		}
	}
	if err != nil { // which has what was posted
		return fault.Quote(err.Error(), fmt.Errorf("%w: the fields are no %v", fault.ErrParams, p.Type().Elem()))
	}
	return nil
}

// tagName is the name that a field has by its tag, "" without one.
func tagName(f reflect.StructField, tag string) (name string, omitEmpty bool) {
	text := f.Tag.Get(tag)
	if text == "" || text == "-" || !f.IsExported() {
		return "", false
	}
	name, option := text, ""
	if i := strings.LastIndexByte(text, ','); i >= 0 { // as the decoder does
		name, option = text[:i], text[i+1:]
	}
	if name == "" {
		name = f.Name
	}
	return name, option == "omitempty"
}

// single is the binding's parameter, else the one field that was posted.
func single(in Input) (s string, ok bool, err error) {
	if in.Query != nil && in.Query.Has(valueField) {
		return in.Query.Get(valueField), true, nil
	}
	if len(in.Fields) > 1 {
		return "", false, fmt.Errorf("%w: several fields were posted: take a struct with form tags", fault.ErrParams)
	}
	for _, v := range in.Fields {
		if len(v) > 0 {
			return v[len(v)-1], true, nil
		}
	}
	return "", false, nil
}
