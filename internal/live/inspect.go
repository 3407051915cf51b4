package live

import (
	"context"
	"reflect"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/sideband-go/sideband/internal/render"
)

// Seen is what is known of a view without waiting for its turn.
type Seen struct {
	Connected bool
	Waiting   int           // callbacks in its mailbox
	Running   time.Duration // of the callback under way; 0 without one
	Timers    int
	Bytes     int64 // when its page was rendered
}

// See returns what is known of the view without waiting for its turn.
func (v *View) See() Seen {
	s := Seen{Connected: v.Connected(), Bytes: v.bytes.Load()}
	if cb := v.callback.Load(); cb != nil {
		if d, ok := cb.Context.(*deadline); ok {
			s.Running = time.Since(d.began)
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	s.Waiting, s.Timers = len(v.mailbox.queue), len(v.timers.all)
	return s
}

// The bounds of an Inspection.
const (
	maxInspected     = 100 // components, of the page and in it
	maxInspectedKeys = 50  // of a component, and streams and background tasks of the page
	maxShownValue    = 200 // bytes of a value's text
)

// Inspection is what a view holds.
type Inspection struct {
	Components []InspectedComponent // the page first
	More       int                  // components that are left out
	Streams    []InspectedStream
	Tasks      []string
}

// InspectedComponent is a component of a view, or its page.
type InspectedComponent struct {
	Type, ID string // "" of the page, and unless values were asked for
	Broken   bool
	Keys     []InspectedKey
}

// InspectedKey is a key that has a value.
type InspectedKey struct {
	Name  string
	Bytes int64  // about; what pointers, maps and interfaces refer to is not counted
	Value string // "" unless it was asked for
}

// InspectedStream is a stream that the page shows.
type InspectedStream struct {
	Name  string
	Items int
}

// Inspect returns what the view holds, when its turn has come; with ids, and with what values look like, if that is asked
// for. It reports false if ctx is over before.
func (v *View) Inspect(ctx context.Context, values bool) (Inspection, bool) {
	return ask(ctx, v, func(t *render.Tree) (i Inspection) {
		all := t.All()
		for n, c := range all {
			if n == maxInspected {
				i.More = len(all) - n
				break
			}
			of := InspectedComponent{Type: c.Kind().Type.String(), Broken: c.Fault() != nil}
			if values {
				of.ID = clip(c.ID())
			}
			for _, h := range c.Scope().Held() {
				if len(of.Keys) == maxInspectedKeys {
					break
				}
				k := InspectedKey{Name: clip(h.Name), Bytes: sizeOfValue(h.Value)}
				if values {
					k.Value = plainText(h.Value)
				}
				of.Keys = append(of.Keys, k)
			}
			slices.SortFunc(of.Keys, func(a, b InspectedKey) int { return compare(a.Name, b.Name) })
			i.Components = append(i.Components, of)
			if w := workOf(c); w != nil {
				i.Tasks = append(i.Tasks, w.names()...)
			}
		}
		for _, s := range t.Streams() {
			i.Streams = append(i.Streams, InspectedStream{clip(s.Name), len(s.IDs)})
		}
		slices.SortFunc(i.Streams, func(a, b InspectedStream) int { return compare(a.Name, b.Name) })
		slices.Sort(i.Tasks)
		i.Streams = i.Streams[:min(len(i.Streams), maxInspectedKeys)]
		i.Tasks = i.Tasks[:min(len(i.Tasks), maxInspectedKeys)]
		return i
	})
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// clip cuts a text that is too long.
func clip(s string) string {
	if len(s) <= maxShownValue {
		return s
	}
	n := maxShownValue
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// maxCounted is how many elements of slices are looked at.
const maxCounted = 1000

// sizeOfValue estimates the memory of a value. It follows neither pointers nor maps nor interfaces: what
// they refer to may be shared, and be changed meanwhile.
func sizeOfValue(value any) int64 {
	if value == nil {
		return 0
	}
	left := maxCounted
	v := reflect.ValueOf(value)
	return int64(v.Type().Size()) + sizeBehind(v, &left)
}

// sizeBehind is the memory that a value refers to.
func sizeBehind(v reflect.Value, left *int) (n int64) {
	switch v.Kind() {
	case reflect.String:
		return int64(v.Len())
	case reflect.Slice:
		n = int64(v.Len()) * int64(v.Type().Elem().Size())
		return n + sizeOfElements(v, left)
	case reflect.Array:
		return sizeOfElements(v, left)
	case reflect.Struct:
		for i := range v.NumField() {
			n += sizeBehind(v.Field(i), left)
		}
	}
	return n
}

func sizeOfElements(v reflect.Value, left *int) (n int64) {
	switch v.Type().Elem().Kind() {
	case reflect.String, reflect.Slice, reflect.Array, reflect.Struct:
	default:
		return 0
	}
	for i := 0; i < v.Len() && *left > 0; i++ {
		*left--
		n += sizeBehind(v.Index(i), left)
	}
	return n
}
