package forms

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Form is a form as the user sees it: its data, what is wrong with it, and what was typed. Events
// get a copy of their own, which becomes the form's state when they succeed.
type Form[T any] struct {
	// Data is what was posted, parsed. A field that does not parse is its zero value.
	Data T
	form

	key  *Key[T]  // of a parameter
	kept *Form[T] // of a parameter: the form's state
}

// Submission is the parameter of the event that a form's submit is for. Its method runs only if all
// that was posted parses and is valid.
type Submission[T any] struct{ *Form[T] }

// form is what a form has beside its data.
type form struct {
	*definition
	id        string   // of its element
	number    string   // of the form as rendered; a successful submit uses it up
	spent     []string // numbers that are used up, the newest last
	hasPosted bool     // something was posted from the page
	received  string   // the number of what was posted last
	emptied   bool     // it was reset after the page has posted it, which has posted nothing of it since

	submitted  bool   // since then no submit was accepted
	refusals   int    // of submits
	refusedNow bool   // and nothing was changed since
	source     string // path of the field that the event came from
	used       map[string]bool
	typed      map[string]typed
	problems   map[string][]Problem // by the path of the field, "" of the form

	rows    map[string][]int // keys of the rows of each list, if they are not 0, 1, 2, …
	nextRow int              // no row has had this key, or a greater one

	focusOn string  // the id of what a button of rows has given the focus to, just now
	renewed renewed // the button that got it last
	link    *link   // nil without Set
}

// typed is a text that says something else than what its field was parsed to.
type typed struct {
	text  string
	value string // what the field was parsed to
}

// copy returns a copy whose changes do not show in f.
func (f *Form[T]) copy() *Form[T] {
	c := *f
	c.kept = nil
	f.schema.unshare(c.data())
	c.used, c.typed, c.rows = maps.Clone(f.used), maps.Clone(f.typed), maps.Clone(f.rows)
	c.problems = maps.Clone(f.problems)
	for path, list := range c.problems {
		c.problems[path] = slices.Clip(list)
	}
	return &c
}

// Valid reports whether nothing is wrong with the form: everything has parsed, is valid, and no
// error was added.
func (f *form) Valid() bool { return len(f.problems) == 0 }

// Submitted reports whether the form was submitted, and no submit was accepted since.
func (f *form) Submitted() bool { return f.submitted }

// Changed reports whether the event is the change of the field, which is named by its address. A field that
// is left as it was has not changed. A struct or a list of them has changed when one of its fields has.
func (f *Form[T]) Changed(field any) bool {
	path, _ := f.pathOf(field)
	return f.source != "" && isWithin(f.source, path)
}

// Used reports whether the user has changed or left the field, or submitted the form with it.
func (f *Form[T]) Used(field any) bool {
	path, _ := f.pathOf(field)
	return f.used[path]
}

// AddError says what is wrong with a field: f.AddError(&f.Data.Email, "is taken"). It shows once the
// field was used.
func (f *Form[T]) AddError(field any, text string) {
	path, _ := f.pathOf(field)
	f.add(Problem{Field: path, Text: text})
}

// AddFormError says what is wrong with the form as a whole. It shows at once.
func (f *form) AddFormError(text string) { f.add(Problem{Text: text}) }

// add notes a problem, unless it was said already.
func (f *form) add(p Problem) {
	if p.Text != "" && slices.ContainsFunc(f.problems[p.Field], func(q Problem) bool { return q.Text == p.Text }) {
		return
	}
	if f.problems == nil {
		f.problems = map[string][]Problem{}
	}
	f.problems[p.Field] = append(f.problems[p.Field], p)
}

// Errors returns what is wrong with the form as a whole, in the page's language.
func (f *form) Errors(ctx context.Context) []string { return f.texts(ctx, f.problems[""]) }

// Summary lists the fields whose errors show, in the order of the struct.
func (f *Form[T]) Summary() []Field {
	var list []Field
	if len(f.problems) > 0 {
		f.walk(f.data(), allKinds, func(path string, s *field, v reflect.Value) {
			if len(f.problems[path]) > 0 && f.used[path] {
				list = append(list, f.describe(path, s, v))
			}
		})
	}
	return list
}

// Reset resets the form to data: nothing is typed, used or wrong. What was posted with the
// form's earlier number does nothing any more.
func (f *Form[T]) Reset(data T) {
	f.Data = data
	d := f.definition
	f.form = form{definition: d, id: f.id, number: f.number, spent: f.spent, hasPosted: f.hasPosted, received: f.received, emptied: f.hasPosted, link: f.link}
	f.renew(f.data())
}

// pathOf finds the field that a pointer points at. It panics if it points elsewhere.
func (f *Form[T]) pathOf(pointer any) (path string, s *field) {
	want := reflect.ValueOf(pointer)
	if want.Kind() != reflect.Pointer || want.IsNil() {
		panic(fmt.Sprintf("forms: fields are named by address, as in &f.Data.Email; this is a %T", pointer))
	}
	path, s = f.locate(f.data(), f.schema, "", want.Pointer(), want.Type().Elem())
	if s == nil {
		panic(fmt.Sprintf("forms: this %T points at no field of the form's Data. If a row was copied, range by index: for i := range f.Data.Rows { row := &f.Data.Rows[i] }", pointer))
	}
	return path, s
}

func (f *form) texts(ctx context.Context, list []Problem) []string {
	texts := make([]string, 0, len(list))
	for _, p := range list {
		text := p.Text
		if text == "" {
			text = f.messages(ctx, p)
		}
		if text == "" {
			text = English(ctx, p)
		}
		texts = append(texts, text)
	}
	return texts
}
