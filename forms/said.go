package forms

import (
	"reflect"
	"slices"
)

// noteSaid notes that what is said of the form has been said by the method of a submit.
func (f *form) noteSaid() {
	for _, list := range f.problems {
		for i := range list {
			list[i].bySubmit = list[i].Text != ""
		}
	}
}

// keepSaid keeps, at a change, what the method of a submit has said of fields that show what they showed before, and
// of the form as a whole while all of them do: a field is left when the summary takes the focus, and the method for
// changes does not know it.
func (f *form) keepSaid(data reflect.Value, before *form, old reflect.Value) {
	for path, list := range before.problems {
		if !slices.ContainsFunc(list, bySubmit) {
			continue
		}
		if path == "" && f.showsAll(data, before, old) || path != "" && f.showsAt(data, path, before, old) {
			for _, p := range list {
				if bySubmit(p) {
					f.add(p)
				}
			}
		}
	}
}

func bySubmit(p Problem) bool { return p.bySubmit }

// showsAt reports whether the form has a field at a path, and it shows what it showed before.
func (f *form) showsAt(data reflect.Value, path string, before *form, old reflect.Value) bool {
	n, v, found := f.resolve(data, path)
	return found == known && f.shows(n, v, path, before, old)
}

// showsAll reports whether all fields show what they showed before.
func (f *form) showsAll(data reflect.Value, before *form, old reflect.Value) bool {
	all := true
	f.walk(data, setOf(single, box, many), func(path string, n *field, v reflect.Value) {
		all = all && f.shows(n, v, path, before, old)
	})
	return all && f.formatRows(data) == before.formatRows(old)
}
