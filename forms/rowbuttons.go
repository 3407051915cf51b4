package forms

import (
	"fmt"
	"reflect"
	"strconv"

	"github.com/a-h/templ"
)

// AddRow returns the attributes of a button that adds a row at the end of a list, which is named by
// its address. It needs no method, and works without JavaScript. Then the row's first field has the focus.
//
// Buttons of rows have ids. A second button that does the same needs one of its own, before these
// attributes.
func (f *Form[T]) AddRow(list any) templ.OrderedAttributes {
	path, _ := f.listOf(list)
	return f.rowButton(f.addID(path), "add "+path)
}

// RemoveRow returns the attributes of a button that removes a row. Then the button of the next row has the
// focus or, if there is none, of the one before, or the button that adds one.
func (f *Form[T]) RemoveRow(list any, i int) templ.OrderedAttributes {
	path, n := f.listOf(list)
	checkRow(i, n)
	key := f.rowKey(path, i)
	return f.rowButton(f.removeID(path, key), "remove "+path+" "+strconv.Itoa(key))
}

// MoveRow returns the attributes of a button that moves a row to another place in its list. A button
// for a place that is not there is disabled. The focus moves along; at an end of the list it is on the
// button for the other direction.
func (f *Form[T]) MoveRow(list any, from, to int) templ.OrderedAttributes {
	path, n := f.listOf(list)
	checkRow(from, n)
	key := f.rowKey(path, from)
	id := f.moveID(path, key, to-from)
	if to < 0 || to >= n {
		return append(f.rowButton(id, "move "+path), attr("disabled", true))
	}
	return f.rowButton(id, "move "+path+" "+strconv.Itoa(key)+" "+strconv.Itoa(f.rowKey(path, to)))
}

// link is what the states of a form have in common that was rendered for a page.
type link struct {
	row templ.OrderedAttributes // of buttons of rows: the event that they send
}

// bindRows sets the event that buttons of rows send, in the page that is being rendered.
func (f *form) bindRows(event templ.OrderedAttributes) {
	if f.link != nil {
		f.link.row = event
	}
}

// rowButton returns the attributes of a button with an id, "" for none. A button whose form is bound sends the change
// event by itself, so that the form's own button is not busy meanwhile.
func (f *form) rowButton(id, value string) templ.OrderedAttributes {
	a := make(templ.OrderedAttributes, 0, 10)
	if id != "" {
		asks := f.focusOn == id
		if f.renewed.id == id {
			id += "-" + itoa(f.renewed.n)
		}
		a = append(a, attr("id", id))
		if asks {
			a = append(a, attr("autofocus", true))
		}
	}
	a = append(a, attr("type", "submit"), attr("formnovalidate", true), attr("name", rowField), attr("value", value))
	if f.link != nil {
		a = append(a, f.link.row...)
	}
	return a
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

// Ids of buttons, as long as they have not got the focus by [form.renew].

func (f *form) addID(list string) string { return f.idOf(list) + "--add" }

func (f *form) removeID(list string, key int) string { return f.idOf(rowAt(list, key)) + "--remove" }

// moveID is "" for a move over more than one row: it may be the same as another.
func (f *form) moveID(list string, key, by int) string {
	switch by {
	case -1:
		return f.idOf(rowAt(list, key)) + "--up"
	case 1:
		return f.idOf(rowAt(list, key)) + "--down"
	}
	return ""
}

// firstID is the id of the first field in a row, or in a struct in it.
func (f *form) firstID(row string, s *schema) string {
	for _, n := range s.fields {
		switch path := join(row, n.name); n.kind {
		case rows:
		case group:
			if id := f.firstID(path, n.inner); id != "" {
				return id
			}
		default:
			return f.idOf(path)
		}
	}
	return ""
}

// renewed is a button that has another id than usual: autofocus acts on elements that are new to a page.
type renewed struct {
	id string // without the number
	n  int    // of the buttons that were renewed
}

// renewButton has a button that a page shows already get the focus.
func (f *form) renewButton(id string) {
	f.focusOn, f.renewed = id, renewed{id, f.renewed.n + 1}
}

// afterRemove moves the focus from the button of the row that was at a place of the list.
func (f *form) afterRemove(list string, i int, keys []int) {
	if len(keys) == 0 {
		f.renewButton(f.addID(list))
		return
	}
	f.renewButton(f.removeID(list, keys[min(i, len(keys)-1)]))
}

// afterMove leaves the focus on the button that was pressed, unless it is disabled now.
func (f *form) afterMove(list string, key, from, to, n int) {
	by := to - from
	if by == -1 && to == 0 || by == 1 && to == n-1 {
		f.renewButton(f.moveID(list, key, -by))
		return
	}
	f.focusOn = f.moveID(list, key, by)
}
