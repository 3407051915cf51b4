package state

import (
	"bytes"
	"encoding"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/sideband-go/sideband/internal/scope"
)

// Recovery says what became of the durable keys of an earlier view of the page.
type Recovery uint8

// The kinds of recovery.
const (
	// RecoveryNew says that the page was opened, and nothing had been stored for it.
	RecoveryNew Recovery = iota
	// Recovered says that the keys have the values that were stored.
	Recovered
	// RecoveryNotFound says that the page was open before, and nothing is stored for it: nothing was ever
	// stored, or it has expired or was forgotten.
	RecoveryNotFound
	// RecoveryFailed says that what was stored could not be read, or that the newest values could not be stored.
	RecoveryFailed
	// RecoveryOffered says that there are values which Socket.RecoverDurable of package views recovers.
	RecoveryOffered
)

// String returns "new", "recovered", "not found", "failed" or "offered".
func (r Recovery) String() string {
	return [...]string{"new", "recovered", "not found", "failed", "offered"}[r]
}

// Durable returns a new key of the same name whose values survive the view: they are stored after
// each turn that has changed one, and are there again before Mount when the page is remounted, by
// another process, too. In Mount use SetDefault, which leaves such a value alone; Set and Assign
// overwrite it.
//
// The page or component that sets the key owns the stored value, under the key's name. Values are
// stored as JSON or, if the type has the methods GobEncode and GobDecode and none for JSON, with gob.
// Durable panics if values of T can't be stored as a whole: because of functions, channels, interfaces,
// or fields that are not exported and not tagged `json:"-"`. It panics for a temporary key.
func (k *Key[T]) Durable() *Key[T] {
	c := *k
	_, c.k.Durable = k.Codec()
	return &c
}

// DurableKey is a key of any type, for the lists of pages and components that have their durable keys in one: the method
// DurableKeys of a views.View. Only [Key] implements it.
type DurableKey interface {
	// Codec is for package views.
	Codec() (*scope.Key, *scope.Codec)
}

// Codec returns what stores the values of the key, for package views. It panics as Durable does.
func (k *Key[T]) Codec() (*scope.Key, *scope.Codec) {
	if k.k.Temporary {
		panic(fmt.Sprintf("state: %q is temporary, so it can't be durable", k.k.Name))
	}
	scope.MarkDurable()
	t := reflect.TypeFor[T]()
	if storesGob(t) {
		return &k.k, gobCodec[T]()
	}
	if where, why := unstorable(t, t.String(), map[reflect.Type]bool{}); why != "" {
		panic(fmt.Sprintf("state: %q can't be durable: %s %s", k.k.Name, where, why))
	}
	codec := jsonCodec[T]()
	codec.Plain = isPlain(t, map[reflect.Type]bool{})
	return &k.k, codec
}

// IsDurable reports whether the key was made by Durable.
func (k *Key[T]) IsDurable() bool { return k.k.Durable != nil }

func jsonCodec[T any]() *scope.Codec {
	return &scope.Codec{
		Encode: func(v any) ([]byte, error) { return json.Marshal(v) },
		Decode: func(data []byte) (any, error) {
			var v T
			err := json.Unmarshal(data, &v)
			return v, err
		},
	}
}

func gobCodec[T any]() *scope.Codec {
	return &scope.Codec{
		Encode: func(v any) ([]byte, error) {
			t, _ := v.(T)
			var b bytes.Buffer
			err := gob.NewEncoder(&b).Encode(&t)
			return b.Bytes(), err
		},
		Decode: func(data []byte) (any, error) {
			var v T
			err := gob.NewDecoder(bytes.NewReader(data)).Decode(&v)
			return v, err
		},
	}
}

var (
	gobEncoder      = reflect.TypeFor[gob.GobEncoder]()
	gobDecoder      = reflect.TypeFor[gob.GobDecoder]()
	jsonMarshaler   = reflect.TypeFor[json.Marshaler]()
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textMarshaler   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

func storesGob(t reflect.Type) bool {
	return has(t, gobEncoder, gobDecoder) && !storesItself(t)
}

// storesItself reports whether values of the type write and read themselves as JSON.
func storesItself(t reflect.Type) bool {
	return has(t, jsonMarshaler, jsonUnmarshaler) || has(t, textMarshaler, textUnmarshaler)
}

// has reports whether values of the type can be written by themselves, and read by a pointer to one.
func has(t, writes, reads reflect.Type) bool {
	return t.Implements(writes) && (reflect.PointerTo(t).Implements(reads) || t.Kind() == reflect.Pointer && t.Implements(reads))
}

// isPlain reports whether values of the type are written as JSON without code of the application's.
func isPlain(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] || t == reflect.TypeFor[time.Time]() {
		return true
	}
	seen[t] = true
	for _, writes := range []reflect.Type{jsonMarshaler, textMarshaler} {
		if t.Implements(writes) || reflect.PointerTo(t).Implements(writes) {
			return false
		}
	}
	switch t.Kind() {
	case reflect.Map:
		return isPlain(t.Key(), seen) && isPlain(t.Elem(), seen)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return isPlain(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if tag := f.Tag.Get("json"); tag != "-" && (strings.Contains(tag, ",omitzero") || !isPlain(f.Type, seen)) { // it may call IsZero
				return false
			}
		}
	}
	return true
}

// unstorable returns what of a type JSON would lose or refuse; "" if it keeps all.
func unstorable(t reflect.Type, where string, seen map[reflect.Type]bool) (what, why string) {
	if seen[t] || storesItself(t) {
		return "", ""
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.Complex64, reflect.Complex128, reflect.Uintptr:
		return where, fmt.Sprintf("is a %v, which can't be stored", t.Kind())
	case reflect.Interface:
		return where, "is an interface: what it holds could not be read again; use a type that is known"
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return unstorable(t.Elem(), where+"[]", seen)
	case reflect.Map:
		switch k := t.Key(); {
		case k.Kind() == reflect.String, k.Kind() >= reflect.Int && k.Kind() <= reflect.Uint64, has(k, textMarshaler, textUnmarshaler):
		default:
			return where, fmt.Sprintf("is a map whose keys are %v: they are to be text or integers", k)
		}
		return unstorable(t.Elem(), where+"[]", seen)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Tag.Get("json") == "-" {
				continue
			}
			if !f.IsExported() && (!f.Anonymous || f.Type.Kind() != reflect.Struct) {
				return where + "." + f.Name, "is not exported, so it would be lost: export it, tag it `json:\"-\"`, or give the type MarshalJSON and UnmarshalJSON"
			}
			if what, why = unstorable(f.Type, where+"."+f.Name, seen); why != "" {
				return what, why
			}
		}
	}
	return "", ""
}
