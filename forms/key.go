package forms

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Key is the key of a form, as [state.Key] is one of a value. Make keys as package variables with
// [New].
type Key[T any] struct {
	k *state.Key[*Form[T]]
	*definition
}

// definition is what forms of a key have in common.
type definition struct {
	name      string
	schema    *schema
	validator Validator
	messages  Messages
	labels    Labels
}

// Setting sets how the forms of a key behave.
type Setting func(*definition)

// WithValidator sets what validates the form's data; the default is [Rules] without rules of one's
// own.
func WithValidator(v Validator) Setting { return func(d *definition) { d.validator = v } }

// WithMessages sets the texts of problems. They are made when the form is rendered.
func WithMessages(m Messages) Setting { return func(d *definition) { d.messages = m } }

// keys are all keys, by type and name: what is posted says which form it is from.
var (
	keysMu sync.Mutex
	keys   = map[keyID]any{}
)

type keyID struct {
	data reflect.Type
	name string
}

// New returns a new key of forms whose data is a T. The name begins with a letter, and has only
// letters, digits, _ and - in it; it is the id of the form's element, and begins those of its fields: "signup" and
// "signup-addresses-0-street". No other element of the page may have one of these ids.
//
// It panics if T has fields that can't be posted or are tagged with unknown rules, and if there is a key of the
// name and type already.
func New[T any](name string, settings ...Setting) *Key[T] {
	if !isName(name) {
		panic(fmt.Sprintf("forms: %q is no name of a form: use letters, digits, _ and -, a letter first", name))
	}
	d := &definition{name: name, schema: schemaOf(reflect.TypeFor[T]()), validator: defaultRules()}
	d.messages = English
	for _, o := range settings {
		o(d)
	}
	if r, ok := d.validator.(*rules); ok {
		r.check(d.schema)
	}
	k := &Key[T]{
		k:          state.NewKey[*Form[T]](name),
		definition: d,
	}
	id := keyID{reflect.TypeFor[T](), name}
	keysMu.Lock()
	defer keysMu.Unlock()
	if _, dup := keys[id]; dup {
		panic(fmt.Sprintf("forms: there is a form %q of %v already: keep its key in a package variable, or use another name", name, id.data))
	}
	keys[id] = k
	return k
}

// keyOf finds a key; nil without one. It reports whether it is the only one of its type.
func keyOf[T any](name string) (k *Key[T], isOnly bool) {
	keysMu.Lock()
	defer keysMu.Unlock()
	t := reflect.TypeFor[T]()
	k, _ = keys[keyID{t, name}].(*Key[T])
	for id := range keys {
		if id.data == t && id.name != name {
			return k, false
		}
	}
	return k, true
}

// Name returns the name given to New.
func (k *Key[T]) Name() string { return k.name }

// Get returns the form as it is now; it must not be changed. It is never nil: without Set each call returns
// a new, empty form. It panics if ctx belongs to no view.
func (k *Key[T]) Get(ctx context.Context) *Form[T] {
	if f := k.k.Get(ctx); f != nil {
		return f
	}
	return &Form[T]{form: form{definition: k.definition, id: k.name}}
}

// Set resets the form to data: nothing is typed, used or wrong. In an event of the form use
// [Form.Reset]. A form of a component must be set by its Mount: the ids of its fields have the
// component's in them. Set panics if the page or component has set a form of another type by the
// same name.
func (k *Key[T]) Set(w state.Writer, data T) {
	f := k.Get(w).copy()
	if f.link == nil {
		f.link = &link{}
	}
	if s, ok := w.(*views.Socket); ok && s.ID() != "" {
		f.id = k.name + "-" + idText(s.ID())
	}
	claimID(w, keyID{reflect.TypeFor[T](), f.id})
	f.Reset(data)
	k.k.Set(w, f)
}

// ids are the ids of the forms of a page or component, with the types of their data.
var ids = state.NewKey[[]keyID]("forms")

// claimID panics if a page or component has set a form of another type by the same name: ids would be the same, and
// what one of them posts would be the other's.
func claimID(w state.Writer, id keyID) {
	list := ids.Get(w)
	for _, other := range list {
		switch {
		case other == id:
			return
		case other.name == id.name:
			panic(fmt.Sprintf("forms: the page has set a form %q of %v, and sets one of %v: give one of their keys another name", id.name, other.data, id.data))
		}
	}
	ids.Set(w, append(slices.Clip(list), id))
}

// idText makes a part of an id of any text.
func idText(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if letter := 'a' <= c|0x20 && c|0x20 <= 'z'; letter || '0' <= c && c <= '9' {
			b.WriteByte(c)
		} else if c == '-' && !strings.HasSuffix(b.String(), "-") {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "_%02x", c)
		}
	}
	return b.String()
}

// A form's number is random, with a mark of what it showed when it got the number. A form that was not set has none.
const (
	randomSize = 22
	markSize   = 6
)

// newNumber returns a number that no form has.
func (f *form) newNumber(data reflect.Value) string {
	b := make([]byte, randomSize*3/4)
	_, _ = rand.Read(b) // it never fails
	random := base64.RawURLEncoding.EncodeToString(b)
	return random + f.mark(random, data)
}

// mark is a short hash of what a form shows.
func (f *form) mark(random string, data reflect.Value) string {
	h := sha256.New()
	_, _ = io.WriteString(h, random) // it never fails, nor below
	f.walk(data, setOf(single, box, many), func(path string, n *field, v reflect.Value) {
		d := f.describe(path, n, v)
		_, _ = fmt.Fprintf(h, "%q %q %v %q\n", path, d.Value, d.Checked, d.Values)
	})
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:markSize*3/4])
}

// isUntouched reports whether the form shows what it showed when it got a number, perhaps in another process.
func (f *form) isUntouched(number string, data reflect.Value) bool {
	return len(number) == randomSize+markSize && number[randomSize:] == f.mark(number[:randomSize], data)
}

// maxSpent is how many numbers of a form that were used up are remembered.
const maxSpent = 16

// renew gives the form a new number; the one before is used up.
func (f *form) renew(data reflect.Value) {
	f.spent = append(slices.Clone(f.spent), f.number)
	if n := len(f.spent) - maxSpent; n > 0 {
		f.spent = f.spent[n:]
	}
	f.number = f.newNumber(data)
}
