package params

import (
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"strings"

	"github.com/sideband-go/sideband/internal/fault"
)

// ValueField is the field in which an element of the application's posts its value: a text for a scalar, else JSON.
const ValueField = "sb-value"

// The bounds of a value, beside that of the body: how deep lists and objects are nested, and how many values and names
// there are in it.
const (
	maxJSONDepth  = 32
	maxJSONValues = 10_000
)

var jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()

// takesForm reports whether a type is a struct with fields for a form.
func takesForm(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	if t.NumField() == 0 {
		return true
	}
	for f := range t.Fields() {
		if name, _ := tagName(f, "form"); name != "" {
			return true
		}
	}
	return false
}

// takesJSON reports whether values of a type are read as JSON: lists, maps, and structs all of whose fields have a json tag.
func takesJSON(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map:
		return !IsScalar(t)
	case reflect.Struct:
		if IsScalar(t) {
			return false
		}
	default:
		return false
	}
	some := false
	for f := range t.Fields() {
		name, ok := f.Tag.Lookup("json")
		if f.IsExported() && !ok || f.Anonymous {
			return false
		}
		some = some || f.IsExported() && name != "-"
	}
	return some
}

// value returns what an element has posted as its value, which comes before the values of elements in it.
func value(fields url.Values) (s string, ok bool) {
	v := fields[ValueField]
	if len(v) == 0 {
		return "", false
	}
	return v[0], true
}

// decodeJSON reads a value into what p points to. A panic of the type's methods is an error.
func decodeJSON(p reflect.Value, text string) (err error) {
	if err := checkJSON(text); err != nil {
		return err
	}
	defer func() {
		if r := recover(); r != nil {
			err = fault.NewPanic(r)
		}
	}()
	if err := json.Unmarshal([]byte(text), p.Interface()); err != nil {
		return fault.Quote(err.Error(), fmt.Errorf("%w: it is no JSON of %v", fault.ErrParams, p.Type().Elem())) // it may quote all that was sent
	}
	if err := validate(p.Elem()); err != nil {
		return fault.Quote(err.Error(), fmt.Errorf("%w: it is no valid %v", fault.ErrParams, p.Type().Elem()))
	}
	return nil
}

// validate checks a value by the validate tags of its structs.
func validate(v reflect.Value) error {
	if v.Kind() == reflect.Struct {
		return rules().Struct(v.Interface())
	}
	return rules().Var(v.Interface(), "dive")
}

// checkRules reports rules that the validator does not know.
func checkRules(t reflect.Type, fail func(format string, args ...any), at string) {
	defer func() {
		if said := recover(); said != nil {
			fail("%s: the validator does not take a rule: %v", at, said)
		}
	}()
	_ = rules().Struct(reflect.Zero(t).Interface()) // a value that is not valid is none of its concern
}

// checkJSON refuses what would take more memory than its bytes say, and null.
func checkJSON(text string) error {
	depth, values, inText := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '[' || c == '{':
			depth++
			values++
		case c == ']' || c == '}':
			depth--
		case c == ',' || c == ':':
			values++
		}
		if depth > maxJSONDepth || values > maxJSONValues {
			return fmt.Errorf("%w: a value is nested more than %d deep, or has more than %d parts", fault.ErrParams, maxJSONDepth, maxJSONValues)
		}
	}
	if strings.TrimSpace(text) == "null" {
		return fmt.Errorf("%w: a value is null", fault.ErrParams)
	}
	return nil
}

// checkJSONType panics for a type of which JSON would leave something out, or fill what was not meant to be: each field
// has a json tag. at is where it stands, for the message.
func checkJSONType(t reflect.Type, fail func(format string, args ...any), at string, seen map[reflect.Type]bool) {
	if p := reflect.PointerTo(t); p.Implements(jsonUnmarshaler) || IsScalar(t) || seen[t] {
		return
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		checkJSONType(t.Elem(), fail, at, seen)
	case reflect.Map:
		if !IsScalar(t.Key()) {
			fail("%s is a map whose keys are no texts or numbers", at)
		}
		checkJSONType(t.Elem(), fail, at, seen)
	case reflect.Interface:
		if t.NumMethod() > 0 {
			fail("%s is a %v, which JSON can't fill", at, t)
		}
	case reflect.Struct:
		checkRules(t, fail, at)
		for f := range t.Fields() {
			if f.Anonymous {
				fail("%s.%s is embedded: name it, or write its fields out", at, f.Name)
			}
			if !f.IsExported() {
				continue
			}
			if _, ok := f.Tag.Lookup("json"); !ok {
				fail("%s.%s has no json tag: tag it, or unexport it", at, f.Name)
			}
			if f.Tag.Get("json") != "-" {
				checkJSONType(f.Type, fail, at+"."+f.Name, seen)
			}
		}
	default:
		fail("%s is a %v, which JSON can't fill", at, t)
	}
}
