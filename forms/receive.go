package forms

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/sideband-go/sideband/views"
)

var (
	_ views.Parameter = (*Form[struct{}])(nil)
	_ views.Parameter = (*Submission[struct{}])(nil)
)

// Receive is part of views.Parameter.
func (f *Form[T]) Receive(s *views.Socket, p views.Posted) (run bool, err error) {
	return f.receive(s, p, false)
}

// Done is part of views.Parameter.
func (f *Form[T]) Done(s *views.Socket) (accepted bool, err error) {
	if !reflect.DeepEqual(f.Data, f.kept.Data) {
		if err := f.revalidate(s, f.data()); err != nil {
			return false, err
		}
	}
	f.keep(s)
	return true, nil
}

// Receive is part of views.Parameter. The method runs only with valid data.
func (f *Submission[T]) Receive(s *views.Socket, p views.Posted) (run bool, err error) {
	f.Form = new(Form[T])
	run, err = f.receive(s, p, true)
	return run && f.Valid(), err
}

// Done is part of views.Parameter. The submit is accepted if the method has added no error.
func (f *Submission[T]) Done(s *views.Socket) (accepted bool, err error) {
	if accepted = f.Valid(); accepted {
		f.succeed(f.data())
	} else {
		f.refusals, f.refusedNow = f.refusals+1, true
		f.noteSaid()
	}
	f.keep(s)
	return accepted, nil
}

// succeed notes that a submit was accepted.
func (f *form) succeed(data reflect.Value) {
	f.submitted, f.refusedNow, f.refusals, f.used = false, false, 0, nil
	if f.number == f.received { // else the method has reset the form
		f.renew(data)
	}
}

// keep makes f the form's state, unless the method has set another one.
func (f *Form[T]) keep(s *views.Socket) {
	if now, _ := f.key.k.Lookup(s); now != f.kept {
		return
	}
	f.kept = nil // else each state would hold the one before
	f.settleRows(f.data())
	f.key.k.Set(s, f)
}

// data is what f.Data is, for reflection.
func (f *Form[T]) data() reflect.Value { return reflect.ValueOf(&f.Data).Elem() }

// receive takes what a page has posted, and makes it the form's state. It reports whether the method may
// run.
func (f *Form[T]) receive(s *views.Socket, p views.Posted, isSubmit bool) (run bool, err error) {
	name, number, _ := strings.Cut(p.Fields.Get(numberField), ".")
	k, isOnly := keyOf[T](name)
	if k == nil {
		return false, fmt.Errorf("%w: the field %s names no form of %v", views.ErrText, numberField, reflect.TypeFor[T]())
	}
	if _, isSet := k.k.Lookup(s); !isSet && !isOnly { // the rules of a form of another page may be laxer
		return false, fmt.Errorf("%w: the page has not set the form %q of %v, which has several: Set it in Mount", views.ErrText, name, reflect.TypeFor[T]())
	}
	before := k.Get(s)
	if slices.Contains(before.spent, number) {
		return false, nil // sent twice, or by a field that its submit has overtaken
	}
	*f = *before.copy()
	f.key = k
	data := f.data()
	var failed error // what was typed stays all the same
	isAdopted := number != f.number && s.IsRemounted() && !f.hasPosted && len(number) <= randomSize+markSize
	switch {
	case number == f.number:
	case isAdopted:
		f.number = strings.Clone(number)
		f.adoptRows(data, p.Fields)
	default:
		failed = errStale
		f.number = f.newNumber(data) // which the page gets
	}
	f.hasPosted, f.received, f.refusedNow, f.source, f.focusOn = true, f.number, false, "", ""
	f.emptied = false
	if err := f.decode(data, p.Fields); err != nil {
		failed = err
	}
	isRow := p.Fields.Has(rowField)
	if isAdopted && failed == nil && !isSubmit && !isRow && p.Source == "" && f.isUntouched(number, data) {
		return false, nil // the page says what it shows: nothing that the user has typed
	}
	switch {
	case failed != nil:
	case isRow:
		if !f.changeRows(data, p.Fields.Get(rowField), p.Fields.Get(listField)) {
			failed = errUnreadable
		}
	case isSubmit:
		f.useAll(data)
		f.submitted = true
	default:
		f.source = f.fieldWithID(data, p.Source)
		f.use(f.source)
		if f.source != "" && f.showsAt(data, f.source, &before.form, before.data()) {
			f.source = "" // it was left, or is sent once more
		}
		if p.Source == "" || isAdopted { // it brings what earlier events had brought, too
			f.useChanged(data, &before.form, before.data())
		}
	}
	if err := f.validate(s, data); failed == nil {
		failed = err
	}
	rule, status := refusalOf(failed)
	if rule != "" {
		f.add(Problem{Rule: rule})
		failed = views.Error(status, f.texts(s, []Problem{{Rule: rule}})[0])
	}
	if isSubmit && (isRow || !f.Valid()) { // the method does not run, which might say it again
		f.keepTexts(data, &before.form, before.data())
	}
	if isSubmit && !isRow && !f.Valid() {
		f.refusals, f.refusedNow = f.refusals+1, true
	}
	if !isSubmit {
		f.keepSaid(data, &before.form, before.data())
	}
	f.kept = f.copy()
	k.k.Set(s, f.kept)
	return failed == nil && !(isRow && isSubmit), failed
}

// errStale is of a number that is not the form's.
var errStale = errors.New("forms: the form was changed elsewhere")

// refusalOf returns the rule and the status of an error of what was posted; "" and 0 for other errors.
func refusalOf(err error) (rule string, status int) {
	switch {
	case errors.Is(err, errStale):
		return RuleStale, http.StatusConflict
	case errors.Is(err, errTooMuch):
		return RuleFields, http.StatusRequestEntityTooLarge
	case errors.Is(err, errUnreadable):
		return RuleFields, http.StatusBadRequest
	}
	return "", 0
}

// validate adds what the validator finds.
func (f *form) validate(ctx context.Context, data reflect.Value) error {
	list, err := f.validator.Validate(ctx, data.Addr().Interface())
	if err != nil {
		return err
	}
	parsed := len(f.problems) > 0
	for _, p := range list {
		p.Field = f.keyed(data, p.Field)
		if parsed && slices.ContainsFunc(f.problems[p.Field], func(p Problem) bool { return p.Rule == RuleParse }) {
			continue // it says nothing of the zero value that stands for what was typed
		}
		f.add(p)
	}
	return nil
}

// revalidate validates the data that the method of a change has set. What it has said itself stays, and what
// was typed and is no value of its field.
func (f *form) revalidate(ctx context.Context, data reflect.Value) error {
	f.settleRows(data)
	problems := f.problems
	f.problems = nil
	for path, list := range problems {
		n, v, found := f.resolve(data, path)
		for _, p := range list {
			isTyped := p.Rule == RuleParse && found == known && (n.kind != single || n.text(v) == f.typed[path].value)
			if p.Text != "" || isTyped || p.Rule == RuleRows {
				f.add(p)
			}
		}
	}
	return f.validate(ctx, data)
}

// keepTexts keeps what methods have said of fields that show what they showed before.
func (f *form) keepTexts(data reflect.Value, before *form, old reflect.Value) {
	for path, list := range before.problems {
		if !f.showsAt(data, path, before, old) {
			continue
		}
		for _, p := range list {
			if p.Text != "" {
				f.add(p)
			}
		}
	}
}

// shows reports whether a field shows what it showed before.
func (f *form) shows(n *field, v reflect.Value, path string, before *form, old reflect.Value) bool {
	now := f.describe(path, n, v)
	var was Field
	if _, v, found := before.resolve(old, path); found == known {
		was = before.describe(path, n, v)
	}
	return now.Value == was.Value && now.Checked == was.Checked && slices.Equal(now.Values, was.Values)
}

// keyed makes the path of a field of one that has rows by index, as the validator says them. It is "" for
// what is no field of the form.
func (f *form) keyed(data reflect.Value, path string) string {
	s, v, at := f.schema, data, ""
	for rest := path; ; {
		end := strings.IndexAny(rest, ".[")
		name := rest
		if end >= 0 {
			name = rest[:end]
		}
		n := s.byName[name]
		if n == nil {
			return ""
		}
		v, at = v.Field(n.index), join(at, name)
		if end < 0 || n.kind != group && n.kind != rows {
			return at // an item of a list of texts is the list's
		}
		rest = rest[end+1:]
		if n.kind == rows {
			index, after, _ := strings.Cut(rest, "]")
			i, ok := atoi(index)
			if !ok || i >= v.Len() {
				return ""
			}
			at, v = f.rowPath(at, i), v.Index(i)
			if after == "" {
				return at
			}
			rest = after[1:]
		}
		s = n.inner
	}
}

// use notes that a field was changed or left; "" notes nothing.
func (f *form) use(path string) {
	if path == "" {
		return
	}
	if f.used == nil {
		f.used = map[string]bool{}
	}
	f.used[path] = true
}

// useAll notes that all fields were submitted.
func (f *form) useAll(data reflect.Value) {
	f.walk(data, allKinds, func(path string, _ *field, _ reflect.Value) { f.use(path) })
}

// useChanged notes which fields show something else than before.
func (f *form) useChanged(data reflect.Value, before *form, old reflect.Value) {
	f.walk(data, setOf(single, box, many), func(path string, n *field, v reflect.Value) {
		if !f.shows(n, v, path, before, old) {
			f.use(path)
		}
	})
}

// fieldWithID finds the field that an id is of; "" without one.
func (f *form) fieldWithID(data reflect.Value, id string) string {
	rest, ok := strings.CutPrefix(id, f.id+"-")
	if !ok {
		return ""
	}
	path := f.schema.pathOfID(rest, "")
	if _, _, found := f.resolve(data, path); found != known {
		return "" // of a row that is not there
	}
	return path
}

func (s *schema) pathOfID(id, at string) string {
	for _, n := range s.fields {
		rest, ok := strings.CutPrefix(id, n.name)
		path := join(at, n.name)
		switch {
		case !ok:
			continue
		case rest == "" || strings.HasPrefix(rest, "--"):
			return path
		case rest[0] != '-' || n.inner == nil:
			continue
		}
		rest = rest[1:]
		if n.kind == rows {
			text, after, _ := strings.Cut(rest, "-")
			if _, ok := atoi(text); !ok {
				continue
			}
			rest, path = after, path+"["+text+"]"
		}
		if found := n.inner.pathOfID(rest, path); found != "" {
			return found
		}
	}
	return ""
}
