package forms

import (
	"context"
	"strings"
	"unicode"
)

// Labels returns the label of a field in the language of the page that is rendered with ctx, or "" for
// one that is made of its name. The path has no rows: that of a street is "addresses.street".
type Labels func(ctx context.Context, path string) string

// WithLabels sets the labels of fields, for [Summary] and for components that are given none.
func WithLabels(l Labels) Setting { return func(d *definition) { d.labels = l } }

// Label returns the label of the field: see [WithLabels]. Without one it is made of the last name of the
// field's path: that of "postal_code" is "Postal code".
func (f Field) Label(ctx context.Context) string {
	path := withoutRows(f.Name)
	if l := f.form.labels; l != nil {
		if text := l(ctx, path); text != "" {
			return text
		}
	}
	words := strings.FieldsFunc(path[strings.LastIndexByte(path, '.')+1:], func(c rune) bool { return c == '_' || c == '-' })
	text := []rune(strings.Join(words, " "))
	text[0] = unicode.ToUpper(text[0])
	return string(text)
}

// labelOr is a label that a component was given, or the field's own.
func (f Field) labelOr(ctx context.Context, label string) string {
	if label != "" {
		return label
	}
	return f.Label(ctx)
}

// withoutRows leaves the numbers of rows out of a path.
func withoutRows(path string) string {
	for {
		before, rest, found := strings.Cut(path, "[")
		if !found {
			return path
		}
		_, after, _ := strings.Cut(rest, "]")
		path = before + after
	}
}
