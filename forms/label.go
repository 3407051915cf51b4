package forms

import (
	"context"
	"strings"
	"unicode"
)

// Labels returns the label of a field in the language of the page that is rendered with ctx, or "" for
// one that is made of its name. The path has no rows: that of a street is "addresses.street". A row has the path
// "addresses[]"; in its label %d is the number of the row, as in "Address %d".
type Labels func(ctx context.Context, path string) string

// WithLabels sets the labels of fields and rows, for [Summary] and for components that are given none.
func WithLabels(l Labels) Setting { return func(d *definition) { d.labels = l } }

// Label returns the label of the field: see [WithLabels]. Without one it is made of the last name of the
// field's path: that of "postal_code" is "Postal code".
func (f Field) Label(ctx context.Context) string {
	return f.form.label(ctx, withoutRows(f.Name), "")
}

// FullLabel is Label after the labels of the rows that the field is in, as in "Address 2, City": what [Summary] says.
func (f Field) FullLabel(ctx context.Context) string {
	text := ""
	for i := range len(f.Name) {
		if f.Name[i] != '[' {
			continue
		}
		digits, _, _ := strings.Cut(f.Name[i+1:], "]")
		key, _ := atoi(digits)
		list := f.Name[:i]
		text += f.form.rowLabel(ctx, list, f.form.rowIndex(list, key, MaxRows+key)) + ", "
	}
	return text + f.Label(ctx)
}

// RowLabel returns the label of a row of a list, which is named by its address: see [WithLabels]. Without one it is
// made of the list's name, as in "Addresses 2".
func (f *Form[T]) RowLabel(ctx context.Context, list any, i int) string {
	path, n := f.listOf(list)
	checkRow(i, n)
	return f.rowLabel(ctx, path, i)
}

func (f *form) rowLabel(ctx context.Context, list string, i int) string {
	text, number := f.label(ctx, withoutRows(list), "[]"), itoa(i+1)
	if !strings.Contains(text, "%d") {
		return text + " " + number
	}
	return strings.ReplaceAll(text, "%d", number)
}

// label is the label of what is at a path without rows: of a field or, with [], of a row.
func (f *form) label(ctx context.Context, path, row string) string {
	if l := f.labels; l != nil {
		if text := l(ctx, path+row); text != "" {
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
