package live

import (
	"fmt"
	"reflect"
	"strconv"
	"time"
)

// maxPlainDepth is how deep structs, arrays and slices are looked into.
const maxPlainDepth = 8

var (
	timeType     = reflect.TypeFor[time.Time]()
	durationType = reflect.TypeFor[time.Duration]()
	// speaking are the types of values that say themselves what they look like, which may be less than they hold.
	speaking = []reflect.Type{reflect.TypeFor[fmt.Formatter](), reflect.TypeFor[fmt.Stringer](), reflect.TypeFor[error]()}
)

// plainText returns what a value looks like, cut to maxShownValue bytes. It calls no method of the application's, and
// follows no pointer, map or interface: what they refer to may be changed meanwhile. Of those there is the type.
func plainText(value any) string {
	if value == nil {
		return "nil"
	}
	return clip(string(appendPlain(nil, reflect.ValueOf(value), 0)))
}

func appendPlain(b []byte, v reflect.Value, depth int) []byte {
	t := v.Type()
	switch {
	case len(b) > maxShownValue: // the rest is cut
		return b
	case t == timeType && v.CanInterface():
		return v.Interface().(time.Time).AppendFormat(b, time.RFC3339Nano)
	case t == durationType:
		return append(b, time.Duration(v.Int()).String()...)
	}
	switch v.Kind() {
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(b, v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return strconv.AppendUint(b, v.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		return strconv.AppendFloat(b, v.Float(), 'g', -1, t.Bits())
	case reflect.Complex64, reflect.Complex128:
		return append(b, strconv.FormatComplex(v.Complex(), 'g', -1, t.Bits())...)
	}
	if depth > maxPlainDepth || speaks(t) {
		return append(b, t.String()...)
	}
	switch v.Kind() {
	case reflect.String:
		return append(b, v.String()[:min(v.Len(), maxShownValue+utf8Max)]...)
	case reflect.Slice, reflect.Array:
		b = append(b, '[')
		for i := 0; i < v.Len() && len(b) <= maxShownValue; i++ {
			if i > 0 {
				b = append(b, ' ')
			}
			b = appendPlain(b, v.Index(i), depth+1)
		}
		return append(b, ']')
	case reflect.Struct:
		b = append(b, '{')
		for i := 0; i < v.NumField() && len(b) <= maxShownValue; i++ {
			if i > 0 {
				b = append(b, ' ')
			}
			b = append(append(b, t.Field(i).Name...), ':')
			b = appendPlain(b, v.Field(i), depth+1)
		}
		return append(b, '}')
	}
	return append(b, t.String()...)
}

// utf8Max is more than a letter has bytes.
const utf8Max = 4

func speaks(t reflect.Type) bool {
	for _, s := range speaking {
		if t.Implements(s) {
			return true
		}
	}
	return false
}
