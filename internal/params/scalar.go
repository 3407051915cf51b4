package params

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/sideband-go/sideband/internal/fault"
)

// float matches a valid floating-point number as HTML defines it, which is what a number
// field sends: -12, .5, 1e3, 2.5E-7.
var float = regexp.MustCompile(`^-?(\d+(\.\d+)?|\.\d+)([eE][-+]?\d+)?$`)

var textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()

// IsScalar reports whether a value of the type travels as one text.
func IsScalar(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		return true
	}
	return reflect.PointerTo(t).Implements(textUnmarshaler)
}

// Format writes a scalar as Parse reads it. It panics for what Parse would refuse.
func Format(v reflect.Value) string {
	t := v.Type()
	if t.PkgPath() != "" { // else it is predeclared, and has no methods
		p := reflect.New(t) // has the methods of t, and those of *t
		p.Elem().Set(v)
		if m, ok := p.Interface().(encoding.TextMarshaler); ok {
			text, err := m.MarshalText()
			if err != nil {
				panic(fmt.Sprintf("views: the parameter of an event: %v", err))
			}
			return string(text)
		}
		if s, ok := p.Interface().(fmt.Stringer); ok && p.Type().Implements(textUnmarshaler) {
			return s.String()
		}
	}
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Float32, reflect.Float64:
		f := v.Float()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			panic(fmt.Sprintf("views: the parameter of an event is %v, which is not a number that a browser can send: leave the binding out, or bind another value", f))
		}
		return strconv.FormatFloat(f, 'g', -1, t.Bits())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10)
	}
	panic(fmt.Sprintf("views: the parameter of an event is a %v, which has UnmarshalText but not MarshalText: add it", t))
}

const (
	// maxNumber is how many bytes a number may have.
	maxNumber = 1000
	// maxCopied is the longest text that is copied out of what was posted. A longer one is a good part of that.
	maxCopied = 256 << 10
)

// Parse reads a scalar. Numbers are written as HTML writes them: no plus sign, no
// underscores, no hexadecimal digits, no names for infinity.
func Parse(v reflect.Value, s string) error {
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return unmarshal(u, s)
	}
	bad := func() error { return fault.Quote(s, fmt.Errorf("%w: it is no %v", fault.ErrParams, v.Type())) }
	if v.Kind() != reflect.String && len(s) > maxNumber {
		return bad() // package strconv would copy it into its error
	}
	switch v.Kind() {
	case reflect.String:
		if len(s) <= maxCopied {
			s = strings.Clone(s) // else whoever keeps it keeps all that was posted
		}
		v.SetString(s)
	case reflect.Bool:
		b, ok := parseBool(s)
		if !ok {
			return bad()
		}
		v.SetBool(b)
	case reflect.Float32, reflect.Float64:
		f, err := strconv.ParseFloat(s, v.Type().Bits())
		if err != nil || !float.MatchString(s) {
			return bad()
		}
		v.SetFloat(f)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(s, 10, v.Type().Bits())
		if err != nil || s[0] == '+' {
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

// unmarshal calls UnmarshalText, whose panic is an error.
func unmarshal(u encoding.TextUnmarshaler, s string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fault.NewPanic(r)
		}
	}()
	if err := u.UnmarshalText([]byte(s)); err != nil {
		return fmt.Errorf("%w: a text is no %v", fault.ErrParams, reflect.TypeOf(u).Elem()) // it may be a secret, and is logged
	}
	return nil
}

// parseBool takes what boxes post ("on", or a value of the author's) and what bindings write.
func parseBool(s string) (b, ok bool) {
	switch s {
	case "on", "yes", "ok":
		return true, true
	case "off", "no":
		return false, true
	}
	b, err := strconv.ParseBool(s)
	return b, err == nil
}
