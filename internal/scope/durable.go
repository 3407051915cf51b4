package scope

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Codec stores the values of a durable key.
type Codec struct {
	Encode func(v any) ([]byte, error)
	Decode func(data []byte) (any, error)
	// Plain says that Encode calls no code of the application's.
	Plain bool
}

var hasDurable atomic.Bool

// MarkDurable notes that the program has a durable key.
func MarkDurable() { hasDurable.Store(true) }

// HasDurable reports whether the program has a durable key.
func HasDurable() bool { return hasDurable.Load() }

// Saved is the value of a durable key as it is stored.
type Saved struct {
	Name string // of the key
	Data []byte
}

// recovered are the values of durable keys that were stored. The value of a key is decoded when it is
// first asked for: only then it is known which key has the name. A value that is set takes its place.
type recovered struct {
	mu   sync.Mutex // abandoned callbacks go on reading
	list []recoveredValue
}

type recoveredValue struct {
	Saved
	key   *Key // whose value it is, once it was asked for
	value any
	err   error
}

// Recover gives a scope values that were stored, before anything is set.
func (s *Scope) Recover(list []Saved) {
	if len(list) == 0 {
		return
	}
	r := &recovered{list: make([]recoveredValue, len(list))}
	for i, saved := range list {
		r.list[i].Saved = saved
	}
	s.recovered = r
}

// codec returns what stores the values of a key; nil if it is not durable here.
func (s *Scope) codec(k *Key) *Codec {
	if k.Durable != nil {
		return k.Durable
	}
	return s.owner.DurableCodec(k)
}

// recover returns the value of a durable key that was stored, if it was and can be read.
func (s *Scope) recover(k *Key) (any, bool) {
	r := s.recovered
	if r == nil {
		return nil, false
	}
	codec := s.codec(k)
	if codec == nil {
		return nil, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.list {
		v := &r.list[i]
		if v.Name != k.Name {
			continue
		}
		if v.key == nil {
			v.key = k
			if v.value, v.err = decode(codec, v.Data); v.err != nil {
				s.owner.RecoveringFailed(k.Name, v.err)
			}
		}
		return v.value, v.key == k && v.err == nil
	}
	return nil, false
}

// decode calls the application's code, which may panic.
func decode(c *Codec, data []byte) (v any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("decoding panicked: %v", p)
		}
	}()
	return c.Decode(data)
}

// EncodeError says which durable key has a value that can't be stored.
type EncodeError struct {
	Owner, Key string
	Err        error
}

func (e *EncodeError) Error() string {
	return fmt.Sprintf("the durable key %q of %s can't be stored: %v", e.Key, e.Owner, e.Err)
}

// Unwrap returns why.
func (e *EncodeError) Unwrap() error { return e.Err }

// Durables are the values of a scope's durable keys at one moment.
type Durables struct {
	scope *Scope
	list  []durableValue
}

type durableValue struct {
	Saved       // its Data is nil: it has yet to be encoded
	entry entry // of a value that was set
	codec *Codec
}

// Durable returns the values of the scope's durable keys, by name: those that were set, and those that
// were recovered and not set since. Only the goroutine that may commit may call it.
func (s *Scope) Durable() Durables {
	d := Durables{scope: s}
	now := s.now.Load()
	for i := range now.list {
		e := &now.list[i]
		codec := s.codec(e.key)
		if codec == nil {
			continue
		}
		v := durableValue{Saved{Name: e.key.Name}, *e, codec}
		for _, before := range s.encoded {
			if before.entry.key == e.key && before.entry.number == e.number {
				v.Data = before.Data
			}
		}
		d.list = append(d.list, v)
	}
	if r := s.recovered; r != nil {
		r.mu.Lock()
		for i := range r.list {
			v := &r.list[i]
			isSet := slices.ContainsFunc(d.list, func(set durableValue) bool { return set.Name == v.Name })
			if !isSet && v.err == nil {
				d.list = append(d.list, durableValue{Saved: v.Saved})
			}
		}
		r.mu.Unlock()
	}
	slices.SortFunc(d.list, func(a, b durableValue) int { return strings.Compare(a.Name, b.Name) })
	return d
}

// IsEmpty reports whether there are none.
func (d Durables) IsEmpty() bool { return len(d.list) == 0 }

// IsPlain reports whether Encode runs no code of the application's.
func (d Durables) IsPlain() bool {
	for i := range d.list {
		if v := &d.list[i]; v.Data == nil && v.entry.key != nil && !v.codec.Plain {
			return false
		}
	}
	return true
}

// Encode encodes the values, which may run code of the application's. It touches nothing of the scope.
func (d Durables) Encode() error {
	for i := range d.list {
		v := &d.list[i]
		if v.Data != nil || v.entry.key == nil {
			continue
		}
		data, err := v.codec.Encode(v.entry.value)
		if err != nil {
			return &EncodeError{d.scope.owner.Name(), v.Name, err}
		}
		v.Data = data
	}
	return nil
}

// Saved returns the encoded values. The scope remembers them, so that a value is encoded once.
func (d Durables) Saved() []Saved {
	list := make([]Saved, len(d.list))
	for i, v := range d.list {
		list[i] = v.Saved
	}
	d.scope.encoded = d.list
	return list
}
