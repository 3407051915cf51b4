package forms

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// A row keeps the key that it was made with, whatever is added, removed and moved around it: names and ids of
// its fields stay the same. What is posted from a page that does not show the newest rows yet thus goes
// to the right ones.

// rowKey is the key of a row of a list.
func (f *form) rowKey(list string, i int) int {
	if keys, ok := f.rows[list]; ok && i < len(keys) {
		return keys[i]
	}
	return i
}

// AddRow returns the attributes of a button that adds a row at the end of a list, which is named by
// its address. It needs no method, and works without JavaScript.
func (f *Form[T]) AddRow(list any) templ.OrderedAttributes {
	path, _ := f.listOf(list)
	return rowButton("add " + path)
}

// RemoveRow returns the attributes of a button that removes a row.
func (f *Form[T]) RemoveRow(list any, i int) templ.OrderedAttributes {
	path, n := f.listOf(list)
	checkRow(i, n)
	return rowButton("remove " + path + " " + strconv.Itoa(f.rowKey(path, i)))
}

// MoveRow returns the attributes of a button that moves a row to another place in its list. A button
// for a place that is not there is disabled.
func (f *Form[T]) MoveRow(list any, from, to int) templ.OrderedAttributes {
	path, n := f.listOf(list)
	checkRow(from, n)
	if to < 0 || to >= n {
		return append(rowButton("move "+path), templ.KV[string, any]("disabled", true))
	}
	return rowButton("move " + path + " " + strconv.Itoa(f.rowKey(path, from)) + " " + strconv.Itoa(f.rowKey(path, to)))
}

func rowButton(value string) templ.OrderedAttributes {
	return templ.OrderedAttributes{
		templ.KV[string, any]("type", "submit"), templ.KV[string, any]("formnovalidate", true),
		templ.KV[string, any]("name", rowField), templ.KV[string, any]("value", value),
	}
}

// listOf finds a list of rows by its address.
func (f *Form[T]) listOf(list any) (path string, n int) {
	path, s := f.pathOf(list)
	if s.kind != rows {
		panic(fmt.Sprintf("forms: %s is no list of structs, so that it has no rows", path))
	}
	return path, reflect.ValueOf(list).Elem().Len()
}

func checkRow(i, n int) {
	if i < 0 || i >= n {
		panic(fmt.Sprintf("forms: there is no row %d of %d", i, n))
	}
}

// listRows is what the page says of the rows that it shows: each list with the keys of its rows.
func (f *form) listRows(data reflect.Value) string {
	if !f.schema.lists {
		return ""
	}
	var b strings.Builder
	f.walk(data, func(path string, n *field, v reflect.Value) {
		if n.kind != rows {
			return
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(path)
		sep := byte('=')
		if v.Len() == 0 {
			b.WriteByte(sep)
		}
		for i := range v.Len() {
			b.WriteByte(sep)
			sep = ','
			b.WriteString(strconv.Itoa(f.rowKey(path, i)))
		}
	})
	return b.String()
}
