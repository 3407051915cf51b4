package views

import (
	"reflect"

	"github.com/sideband-go/sideband/internal/params"
)

// IsText reports whether a value of the type is written as one text in what browsers send: a number,
// string, bool, or a type with UnmarshalText.
func IsText(t reflect.Type) bool { return params.IsScalar(t) }

// ParseText reads a text as the parameters of events are read, into what the pointer points at.
// Numbers are written as in HTML. It panics if the type is not one of [IsText].
func ParseText(text string, into any) error {
	return params.Parse(reflect.ValueOf(into).Elem(), text)
}

// FormatText writes a value as [ParseText] reads it. It panics for a value that can't be read back,
// such as an infinite number.
func FormatText(value any) string { return params.Format(reflect.ValueOf(value)) }
