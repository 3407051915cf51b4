package forms

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sideband-go/sideband/views"
)

// Bounds of what is decoded, beside those of the kit's that hold for all that is posted.
const (
	maxFields = 1000 // names
	ownFields = 10   // of those, for the kit's own
	maxName   = 200  // bytes of a name
	// MaxRows is how many rows the lists of a form have together.
	MaxRows = 500

	maxUnposted = 1 << 20 // bytes of the texts of fields that were not posted
	fewBytes    = 4 << 10 // of what is posted, for which those are not counted
)

var (
	// errUnreadable is returned for a name that is like one of the form's fields, but names none.
	errUnreadable = errors.New("forms: a field's name can't be read")
	// errTooMuch is returned for a name that is too long, for a page that shows too many rows, and for texts
	// that are too long together.
	errTooMuch = errors.New("forms: that is too much for a form")
)

// decode sets the data to what was posted. Fields that were not posted keep their values, but for boxes
// and lists of texts: a form says nothing of one in which nothing is chosen. It returns an error of the
// application's types, and errUnreadable or errTooMuch; what can be read is set all the same.
func (f *form) decode(data reflect.Value, fields url.Values) (err error) {
	posted, before := make(map[string]bool, len(fields)), f.problems
	f.problems = nil
	defer func() { f.keepTyped(data, before, posted) }()
	switch {
	case len(fields) > maxFields:
		return fmt.Errorf("%w: %d names", errUnreadable, len(fields))
	case sizeOf(fields) > fewBytes && f.unpostedSize(data, fields) > maxUnposted:
		return fmt.Errorf("%w: the fields that were not posted have more than %d bytes", errTooMuch, maxUnposted)
	}
	unread := ""
	for name, texts := range fields {
		n, v, found := f.resolve(data, name)
		switch {
		case found == unreadable:
			if unread == "" || name < unread {
				unread = name
			}
		case found == known && n.kind != rows && len(texts) > 0:
			posted[name] = true
			if failed := f.parse(name, n, v, texts); failed != nil {
				err = failed
			}
		}
	}
	lists, unknown := parseRows(fields.Get(listField))
	f.clearUnposted(data, posted, lists, unknown == nil)
	switch {
	case err != nil:
		return err
	case errors.Is(unknown, errTooMuch):
		return unknown
	case len(unread) > maxName:
		return fmt.Errorf("%w: a name has %d bytes", errTooMuch, len(unread))
	case unread != "":
		return errUnreadable
	}
	return nil
}

// sizeOf returns the bytes of the texts that were posted.
func sizeOf(fields url.Values) (n int) {
	for _, texts := range fields {
		for _, text := range texts {
			n += len(text)
		}
	}
	return n
}

// unpostedSize returns the bytes of the texts that the form holds of fields that were not posted: else whoever
// posts one field after the other has it hold any number of them.
func (f *form) unpostedSize(data reflect.Value, fields url.Values) (n int) {
	f.walk(data, setOf(single, many), func(path string, _ *field, v reflect.Value) {
		if fields.Has(path) {
			return
		}
		n += len(f.typed[path].text)
		switch {
		case v.Kind() == reflect.String:
			n += v.Len()
		case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.String:
			for i := range v.Len() {
				n += v.Index(i).Len()
			}
		}
	})
	return n
}

// keepTyped keeps what was typed into fields that were not posted, and is no value of theirs. before are the
// problems from when it was posted.
func (f *form) keepTyped(data reflect.Value, before map[string][]Problem, posted map[string]bool) {
	for path, t := range f.typed {
		if posted[path] {
			continue
		}
		if n, v, found := f.resolve(data, path); found != known || n.text(v) != t.value {
			delete(f.typed, path)
			continue
		}
		for _, p := range before[path] {
			if p.Rule == RuleParse {
				f.add(p)
			}
		}
	}
}

// clearUnposted clears the boxes and lists of texts that were not posted, in those rows that the page
// shows.
func (f *form) clearUnposted(data reflect.Value, posted map[string]bool, lists []rowList, isKnown bool) {
	kinds, shown := setOf(box, many), map[string][]int{}
	if f.schema.kinds&kinds == 0 {
		return
	}
	for _, l := range lists {
		shown[l.path] = l.keys
	}
	f.walk(data, kinds, func(path string, _ *field, v reflect.Value) {
		if !posted[path] && (!isKnown || isShown(shown, path)) {
			v.SetZero()
		}
	})
}

// isShown reports whether a page that shows these rows of lists shows those that a path leads through.
func isShown(shown map[string][]int, path string) bool {
	for i := 0; ; {
		at := strings.IndexByte(path[i:], '[')
		if at < 0 {
			return true
		}
		list, end := path[:i+at], i+at+strings.IndexByte(path[i+at:], ']')
		key, _ := atoi(path[i+at+1 : end])
		if !slices.Contains(shown[list], key) {
			return false
		}
		i = end
	}
}

// parse sets a field to what was posted for it. It returns an error of the application's type.
func (f *form) parse(path string, n *field, v reflect.Value, texts []string) error {
	if n.kind == many {
		list := reflect.MakeSlice(n.typ, 0, len(texts))
		for _, text := range texts {
			if text == "" {
				continue // what a form posts for no choice
			}
			item := reflect.New(n.typ.Elem())
			switch ok, err := f.parseText(path, item, text); {
			case err != nil:
				return err
			case ok:
				list = reflect.Append(list, item.Elem())
			}
		}
		v.Set(list)
		return nil
	}
	delete(f.typed, path)
	text := lineEnds.Replace(texts[len(texts)-1])
	if n.typ == stringType && v.String() == text && isClean(text) {
		return nil // as it was
	}
	v.SetZero()
	var failed error
	if text != "" {
		_, failed = f.parseText(path, v.Addr(), text)
	}
	if n.kind == box {
		return failed
	}
	if shown := n.text(v); text != shown {
		if f.typed == nil {
			f.typed = map[string]typed{}
		}
		var copied string
		_ = views.ParseText(clean(text), &copied) // else the form would keep all that was posted
		f.typed[strings.Clone(path)] = typed{copied, shown}
	}
	return failed
}

// lineEnds are those that browsers send, and that Go writes.
var lineEnds = strings.NewReplacer("\r\n", "\n")

// parseText reads one text of a field, and reports whether it is a value of the field's type. If not, that is a
// problem of the field. It returns an error of the application's type.
func (f *form) parseText(path string, into reflect.Value, text string) (ok bool, err error) {
	err = views.ErrText
	if isClean(text) {
		err = views.ParseText(text, into.Interface())
	}
	switch {
	case err == nil:
		return true, nil
	}
	into.Elem().SetZero()
	if !errors.Is(err, views.ErrText) {
		return false, fmt.Errorf("forms: %s: %w", path, err)
	}
	if len(f.problems[path]) == 0 { // of a list it is said once
		f.add(Problem{Field: strings.Clone(path), Rule: RuleParse, Kind: valueKind(into.Elem().Type())})
	}
	return false, nil
}

// isClean reports whether a text is UTF-8 without NUL, which databases and pages do not take.
func isClean(text string) bool { return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 }

// clean returns a text as a page can show it.
func clean(text string) string {
	if isClean(text) {
		return text
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// found says what a name is.
type found uint8

const (
	unknown    found = iota // of no field of the form
	known                   // of a field
	removed                 // of a field in a row that is not there any more
	unreadable              // it begins like one, but is none
)

// resolve finds a field by its path.
func (f *form) resolve(data reflect.Value, path string) (*field, reflect.Value, found) {
	s, v, rest, at := f.schema, data, path, 0
	for {
		end := strings.IndexAny(rest, ".[")
		name := rest
		if end >= 0 {
			name = rest[:end]
		}
		n := s.byName[name]
		switch {
		case n == nil:
			return nil, v, unknown
		case len(path) > maxName:
			return nil, v, unreadable
		}
		v, at = v.Field(n.index), at+len(name)
		if end < 0 {
			if n.kind == group {
				return nil, v, unreadable
			}
			return n, v, known
		}
		list := path[:at]
		rest = path[at:]
		switch n.kind {
		case group:
			if rest[0] != '.' {
				return nil, v, unreadable
			}
		case rows:
			key, after, ok := parseKey(rest)
			if !ok {
				return nil, v, unreadable
			}
			i := f.rowIndex(list, key, v.Len())
			switch {
			case i < 0 && key < f.nextKey(list, v.Len()):
				return nil, v, removed
			case i < 0:
				return nil, v, unreadable
			}
			at += len(rest) - len(after)
			rest, v = after, v.Index(i)
		default:
			return nil, v, unreadable
		}
		rest = rest[1:] // the point
		at++
		s = n.inner
	}
}

// parseKey reads the key of a row at the beginning of a text, such as [12].street; a point follows it.
func parseKey(s string) (key int, after string, ok bool) {
	end := strings.IndexByte(s, ']')
	if end < 2 || end > 10 || s[0] != '[' || end+1 == len(s) || s[end+1] != '.' {
		return 0, "", false
	}
	key, ok = atoi(s[1:end])
	return key, s[end+1:], ok
}

// atoi reads digits as strconv.Itoa writes them.
func atoi(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0 && n < 1e9 && strconv.Itoa(n) == s
}

// Decode reads what a form that is bound with [BindTo] has posted to an ordinary handler, and validates it.
// fields is r.PostForm, ctx is for the validator. It returns an error if the validator or a type of
// the application's fails; what else is wrong is said by the form.
func (k *Key[T]) Decode(ctx context.Context, fields url.Values) (*Form[T], error) {
	f := &Form[T]{form: form{definition: k.definition, id: k.name}}
	data := f.data()
	f.adoptRows(data, fields)
	err := f.decode(data, fields)
	if rule, _ := refusalOf(err); rule != "" {
		f.add(Problem{Rule: rule})
	} else if err != nil {
		return f, err
	}
	f.useAll(data)
	return f, f.validate(ctx, data)
}
