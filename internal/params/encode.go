package params

import (
	"fmt"
	"net/url"
	"reflect"
	"strconv"
)

// Append adds a binding's parameter to the URL of its event, where it stays exact:
// in htmx's own attribute for values, its short form takes some strings for numbers, and
// JSON rounds large ones.
func Append(u []byte, p any) []byte {
	switch p := p.(type) {
	case struct{}:
		return u
	case string:
		return append(append(u, "&value="...), url.QueryEscape(p)...)
	case int:
		return strconv.AppendInt(append(u, "&value="...), int64(p), 10)
	case int64:
		return strconv.AppendInt(append(u, "&value="...), p, 10)
	case bool:
		return strconv.AppendBool(append(u, "&value="...), p)
	}
	v := reflect.ValueOf(p)
	if IsScalar(v.Type()) {
		return append(append(u, "&value="...), url.QueryEscape(Format(v))...)
	}
	if !takesForm(v.Type()) {
		panic(fmt.Sprintf("views: the parameter of an event is a %v, which only an element's value can be: a binding's is a number, string, bool, encoding.TextMarshaler or a struct with form tags", v.Type()))
	}
	return append(append(u, '&'), structValues(v).Encode()...)
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
