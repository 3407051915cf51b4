package scope

import (
	"fmt"
	"slices"
)

// Tx is a transaction: what one callback has set and not yet committed. It belongs to the
// callback's goroutine. A Tx that is never committed changes nothing.
type Tx struct {
	source  Source // of reads; its scope is that of the transaction
	base    *values
	sets    []entry
	jobs    []Job
	durable bool     // a durable key was set
	first   [1]entry // memory of sets
}

// Writer is a callback's socket.
type Writer interface {
	// Tx returns the callback's transaction. It panics after the callback has returned.
	Tx() *Tx
}

// Begin begins a transaction on the scope.
func (s *Scope) Begin() *Tx {
	t := new(Tx)
	s.BeginIn(t)
	return t
}

// BeginIn is Begin in the caller's memory, which must not be copied afterwards.
func (s *Scope) BeginIn(t *Tx) {
	*t = Tx{source: Source{scope: s, tx: t}, base: s.now.Load()}
	t.sets = t.first[:0]
}

// Commit makes what was set the scope's values.
func (t *Tx) Commit() {
	if len(t.sets) > 0 {
		for i := range t.sets {
			t.sets[i].number = t.source.scope.newNumber()
		}
		t.source.scope.set(&values{t.merged()})
		t.base, t.sets = t.source.scope.now.Load(), nil
	}
}

// Source returns a source that reads what the callback has set, and the scope's values.
func (t *Tx) Source() *Source { return &t.source }

// Owner names the page or component of the scope, for messages.
func (t *Tx) Owner() string { return t.source.scope.owner.Name() }

func (t *Tx) merged() []entry {
	list := make([]entry, len(t.base.list), len(t.base.list)+len(t.sets))
	copy(list, t.base.list)
	for _, e := range t.sets {
		if i := slices.IndexFunc(list, func(x entry) bool { return x.key == e.key }); i >= 0 {
			list[i] = e
		} else {
			list = append(list, e)
		}
	}
	return list
}

func (t *Tx) entry(k *Key) (entry, bool) {
	for i := range t.sets {
		if t.sets[i].key == k {
			return t.sets[i], true
		}
	}
	if e, ok := t.base.get(k); ok || t.source.scope.recovered == nil {
		return e, ok
	}
	v, ok := t.source.scope.recover(k)
	return entry{key: k, value: v}, ok
}

// SetsDurable reports whether a durable key was set.
func (t *Tx) SetsDurable() bool { return t.durable }

// Own returns the key's value in the scope itself, not one of its parents.
func (t *Tx) Own(k *Key) (any, bool) {
	e, ok := t.entry(k)
	return e.value, ok
}

// Set sets the key. It panics if the scope has another key of the same name.
func (t *Tx) Set(k *Key, v any) {
	e, had := t.entry(k)
	if had && k.same(e.value, v) {
		return
	}
	if !had {
		t.checkName(k)
	}
	t.durable = t.durable || t.source.scope.codec(k) != nil
	e = entry{key: k, value: v}
	for i := range t.sets {
		if t.sets[i].key == k {
			t.sets[i] = e
			return
		}
	}
	t.sets = append(t.sets, e)
}

func (t *Tx) checkName(k *Key) {
	for _, list := range [][]entry{t.base.list, t.sets} {
		for _, e := range list {
			if e.key.Name == k.Name {
				panic(fmt.Sprintf("state: %s has two keys named %q: rename one", t.Owner(), k.Name))
			}
		}
	}
}
