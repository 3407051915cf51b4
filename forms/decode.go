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
	maxName   = 200  // bytes of a name
	// MaxRows is how many rows the lists of a form have together.
	MaxRows = 500
)

// errUnreadable is returned for a name that is like one of the form's fields, but names none.
var errUnreadable = errors.New("forms: a field's name can't be read")

// decode sets the data to what was posted. Fields that were not posted keep their values, but for boxes
// and lists of texts: a form says nothing of one in which nothing is chosen. It returns an error of the
// application's types, and errUnreadable for a name; what can be read is set all the same.
func (f *form) decode(data reflect.Value, fields url.Values) (err error) {
	f.typed, f.problems = nil, nil
	if len(fields) > maxFields {
		return fmt.Errorf("%w: %d names", errUnreadable, len(fields))
	}
	posted := make(map[string]bool, len(fields))
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
	f.clearUnposted(data, fields, posted)
	if unread != "" && err == nil {
		err = fmt.Errorf("%w: %.60q", errUnreadable, unread)
	}
	return err
}

// clearUnposted clears the boxes and lists of texts that were not posted, in those rows that the page
// shows.
func (f *form) clearUnposted(data reflect.Value, fields url.Values, posted map[string]bool) {
	lists, isKnown := parseRows(fields.Get(listField))
	f.walk(data, setOf(box, many), func(path string, _ *field, v reflect.Value) {
		if !posted[path] && (!isKnown || isShown(lists, path)) {
			v.SetZero()
		}
	})
}

// isShown reports whether a page with these lists shows the rows that a path leads through.
func isShown(lists []rowList, path string) bool {
	for i := 0; ; {
		at := strings.IndexByte(path[i:], '[')
		if at < 0 {
			return true
		}
		list, end := path[:i+at], i+at+strings.IndexByte(path[i+at:], ']')
		key, _ := atoi(path[i+at+1 : end])
		if !slices.ContainsFunc(lists, func(l rowList) bool { return l.path == list && slices.Contains(l.keys, key) }) {
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
			if err := f.parseText(path, item, text); err != nil {
				return err
			}
			list = reflect.Append(list, item.Elem())
		}
		v.Set(list)
		return nil
	}
	text := lineEnds.Replace(texts[len(texts)-1])
	v.SetZero()
	if text != "" {
		if err := f.parseText(path, v.Addr(), text); err != nil {
			return err
		}
	}
	if n.kind == box {
		return nil
	}
	if shown := n.text(v); text != shown {
		if f.typed == nil {
			f.typed = map[string]typed{}
		}
		f.typed[path] = typed{clean(text), shown}
	}
	return nil
}

// lineEnds are those that browsers send, and that Go writes.
var lineEnds = strings.NewReplacer("\r\n", "\n")

// parseText reads one text of a field. One that is no value of the field's type is a problem of the field.
// parseText returns an error of the application's type.
func (f *form) parseText(path string, into reflect.Value, text string) error {
	err := views.ErrText
	if isClean(text) {
		err = views.ParseText(text, into.Interface())
	}
	switch {
	case err == nil:
		return nil
	case !errors.Is(err, views.ErrText):
		return fmt.Errorf("forms: %s: %w", path, err)
	}
	into.Elem().SetZero()
	f.add(Problem{Field: path, Rule: RuleParse, Kind: valueKind(into.Elem().Type())})
	return nil
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
	if err := f.decode(data, fields); errors.Is(err, errUnreadable) {
		f.add(Problem{Rule: RuleFields})
	} else if err != nil {
		return f, err
	}
	f.useAll(data)
	return f, f.validate(ctx, data)
}
