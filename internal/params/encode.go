package params

import (
	"net/url"
	"reflect"
	"strconv"
)

// Append adds a binding's parameter to the URL of its event, where it stays exact:
// in htmx's own attribute for values, its short form takes some strings for numbers, and
// JSON rounds large ones.
func Append(u string, p any) string {
	switch p := p.(type) {
	case struct{}:
		return u
	case string:
		return u + "&value=" + url.QueryEscape(p)
	case int:
		return u + "&value=" + strconv.Itoa(p)
	case int64:
		return u + "&value=" + strconv.FormatInt(p, 10)
	case bool:
		return u + "&value=" + strconv.FormatBool(p)
	}
	v := reflect.ValueOf(p)
	if IsScalar(v.Type()) {
		return u + "&value=" + url.QueryEscape(Format(v))
	}
	return u + "&" + structValues(v).Encode()
}

// structValues writes the tagged fields of a struct as NewDecoder reads them.
func structValues(v reflect.Value) url.Values {
	values := url.Values{}
	for f, field := range v.Fields() {
		name, omitEmpty := tagName(f, "form")
		switch {
		case name == "" || omitEmpty && field.IsZero():
		case IsScalar(f.Type):
			values.Add(name, Format(field))
		default: // checkTags: a slice
			for i := range field.Len() {
				values.Add(name, Format(field.Index(i)))
			}
		}
	}
	return values
}
