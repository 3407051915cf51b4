package forms

import (
	"reflect"
	"strconv"
	"strings"
)

// Limits are attributes of a control that follow from the field's type and validate tag, "" and 0
// without one.
type Limits struct {
	Required             bool
	Min, Max, Step       string // of numbers
	MinLength, MaxLength int    // of texts
}

// limitsOf reads the rules of a validate tag, up to those of the items of a list.
func limitsOf(t reflect.Type, tag string) Limits {
	var l Limits
	isNumber, isText := valueKind(t) == "number", t.Kind() == reflect.String
	if t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64 {
		l.Step = "any"
	}
	for rule := range strings.SplitSeq(tag, ",") {
		name, param, _ := strings.Cut(rule, "=")
		n, err := strconv.Atoi(param)
		isCount := isText && err == nil && n >= 0
		switch name {
		case "dive":
			return l
		case "required":
			l.Required = true
		case "min", "gte":
			if isCount {
				l.MinLength = n
			} else if isNumber {
				l.Min = param
			}
		case "max", "lte":
			if isCount {
				l.MaxLength = n
			} else if isNumber {
				l.Max = param
			}
		case "len":
			if isCount {
				l.MinLength, l.MaxLength = n, n
			}
		}
	}
	return l
}
