package views

import (
	"encoding"
	"fmt"
	"net/url"
	"reflect"
	"strconv"

	"github.com/go-playground/form/v4"
)

// Input is what came with a request, undecoded.
type Input struct {
	// Path returns a parameter of the route, "" without one.
	Path func(name string) string
	// Query holds what stands in the URL: for events, the parameters of the binding.
	Query url.Values
	// Fields holds the fields that were posted.
	Fields url.Values
}

// reservedFields are parameters of the kit's own URLs.
var reservedFields = map[string]bool{"event": true, "typing": true, "to": true, "of": true}

// valueField carries the parameter of a binding that is no struct.
const valueField = "value"

// maxFieldName is how long the name of a field may be.
const maxFieldName = 200

// decoder makes an event's parameter.
type decoder func(in Input) (reflect.Value, error)

func newDecoder(t reflect.Type, where string) decoder {
	if scalar(t) {
		return func(in Input) (reflect.Value, error) {
			v := reflect.New(t).Elem()
			s, ok, err := single(in)
			if err != nil {
				return v, err
			}
			if !ok && t.Kind() == reflect.Bool {
				return v, nil // an unchecked box posts nothing
			}
			if !ok {
				return v, fmt.Errorf("%w: no value was sent", ErrParams)
			}
			return v, parse(v, s)
		}
	}
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("views: %s takes %v, which a browser can't send: use a number, string, bool, encoding.TextUnmarshaler or a struct with form tags", where, t))
	}
	checkTags(t, where, "form")
	if t.NumField() == 0 {
		return func(Input) (reflect.Value, error) { return reflect.Zero(t), nil }
	}
	dec := explicit("form")
	return func(in Input) (reflect.Value, error) {
		values := url.Values{}
		for _, from := range []url.Values{in.Fields, in.Query} {
			for k, v := range from {
				if !reservedFields[k] {
					values[k] = v
				}
			}
		}
		return decodeInto(t, values, dec)
	}
}

// newParamsDecoder makes what Mount takes from the URL.
func newParamsDecoder(t reflect.Type, where string) decoder {
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("views: %s takes %v: use a struct with path and query tags, or views.NoParams", where, t))
	}
	checkTags(t, where, "path", "query")
	byPath, byQuery := explicit("path"), explicit("query")
	var names []string
	for f := range t.Fields() {
		if n := f.Tag.Get("path"); n != "" {
			names = append(names, n)
		}
	}
	return func(in Input) (reflect.Value, error) {
		path := url.Values{}
		for _, n := range names {
			path.Set(n, in.Path(n))
		}
		v, err := decodeInto(t, path, byPath)
		if err != nil {
			return v, Status(404, "Not found")
		}
		p := reflect.New(t)
		p.Elem().Set(v)
		if err := safeDecode(byQuery, p.Interface(), in.Query); err != nil {
			return v, Status(400, "The address has a parameter that can't be read.")
		}
		return p.Elem(), nil
	}
}

func explicit(tag string) *form.Decoder {
	d := form.NewDecoder()
	d.SetMode(form.ModeExplicit)
	d.SetTagName(tag)
	return d
}

// checkTags panics for a field that would silently stay empty.
func checkTags(t reflect.Type, where string, tags ...string) {
	for f := range t.Fields() {
		tagged := false
		for _, tag := range tags {
			_, ok := f.Tag.Lookup(tag)
			tagged = tagged || ok
		}
		switch {
		case !f.IsExported():
		case !tagged:
			panic(fmt.Sprintf("views: %s takes %v, whose field %s has no %s tag: tag it, or unexport it", where, t, f.Name, tags[0]))
		case !scalar(f.Type) && !(f.Type.Kind() == reflect.Slice && scalar(f.Type.Elem())):
			panic(fmt.Sprintf("views: %s takes %v, whose field %s is no number, string, bool, encoding.TextUnmarshaler or slice of them", where, t, f.Name))
		case reservedFields[f.Tag.Get("form")]:
			panic(fmt.Sprintf("views: %s takes %v, whose field %s is tagged %q, which the kit's own addresses use: rename it", where, t, f.Name, f.Tag.Get("form")))
		}
	}
}

func decodeInto(t reflect.Type, values url.Values, dec *form.Decoder) (reflect.Value, error) {
	p := reflect.New(t)
	err := safeDecode(dec, p.Interface(), values)
	return p.Elem(), err
}

// safeDecode keeps to flat names, and turns the decoder's panics into errors.
func safeDecode(dec *form.Decoder, into any, values url.Values) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrParams, r)
		}
	}()
	for k := range values {
		if len(k) > maxFieldName {
			return fmt.Errorf("%w: a field name is too long", ErrParams)
		}
		for i := range len(k) {
			if k[i] == '[' || k[i] == ']' || k[i] == '.' {
				return fmt.Errorf("%w: nested field names are not taken here", ErrParams)
			}
		}
	}
	if err := dec.Decode(into, values); err != nil {
		return fmt.Errorf("%w: %w", ErrParams, err)
	}
	return nil
}

// single is the binding's parameter, else the one field that was posted.
func single(in Input) (s string, ok bool, err error) {
	if v, ok := in.Query[valueField]; ok && len(v) > 0 {
		return v[0], true, nil
	}
	if len(in.Fields) > 1 {
		return "", false, fmt.Errorf("%w: several fields were posted: take a struct with form tags", ErrParams)
	}
	for _, v := range in.Fields {
		if len(v) > 0 {
			return v[len(v)-1], true, nil
		}
	}
	return "", false, nil
}

func scalar(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		return true
	}
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

func parse(v reflect.Value, s string) error {
	bad := func() error { return fmt.Errorf("%w: %.40q is no %v", ErrParams, s, v.Type()) }
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if u.UnmarshalText([]byte(s)) != nil {
			return bad()
		}
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Bool:
		b, err := strconv.ParseBool(s)
		if err != nil && s != "on" {
			return bad()
		}
		v.SetBool(b || s == "on")
	case reflect.Float32, reflect.Float64:
		f, err := strconv.ParseFloat(s, v.Type().Bits())
		if err != nil {
			return bad()
		}
		v.SetFloat(f)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(s, 10, v.Type().Bits())
		if err != nil {
			return bad()
		}
		v.SetInt(n)
	default:
		n, err := strconv.ParseUint(s, 10, v.Type().Bits())
		if err != nil {
			return bad()
		}
		v.SetUint(n)
	}
	return nil
}
