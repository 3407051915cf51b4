package state

import (
	"context"
	"fmt"
	"slices"
)

// Tx is what one callback has set and not yet committed. It belongs to the
// goroutine of the callback. A Tx that is never committed leaves no trace.
type Tx struct {
	scope *Scope
	base  *values
	sets  []entry
	jobs  []Job
}

// Begin starts a transaction on the scope.
func (s *Scope) Begin() *Tx { return &Tx{scope: s, base: s.now.Load()} }

// Commit makes what was set the scope's values.
func (t *Tx) Commit() {
	if len(t.sets) > 0 {
		t.scope.set(&values{t.merged()})
		t.base, t.sets = t.scope.now.Load(), nil
	}
}

// Source lets callbacks read what they have set and what they have not.
func (t *Tx) Source() *Source { return &Source{scope: t.scope, tx: t} }

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

func (t *Tx) entry(k *key) (entry, bool) {
	for i := range t.sets {
		if t.sets[i].key == k {
			return t.sets[i], true
		}
	}
	return t.base.get(k)
}

func (t *Tx) own(k *key) (any, bool) {
	e, ok := t.entry(k)
	return e.value, ok
}

func (t *Tx) set(k *key, v any) {
	e, had := t.entry(k)
	if had && k.same(e.value, v) {
		return
	}
	if !had {
		t.checkName(k)
	}
	e = entry{k, v, e.version + 1}
	for i := range t.sets {
		if t.sets[i].key == k {
			t.sets[i] = e
			return
		}
	}
	t.sets = append(t.sets, e)
}

func (t *Tx) checkName(k *key) {
	for _, list := range [][]entry{t.base.list, t.sets} {
		for _, e := range list {
			if e.key.name == k.name {
				panic(fmt.Sprintf("state: %s has two keys named %q: rename one", t.scope.owner, k.name))
			}
		}
	}
}

// Source is where a context's reads go. Contexts carry it under [SourceKey].
type Source struct {
	scope *Scope
	tx    *Tx      // nil while rendering
	track *Tracker // nil in callbacks
}

// SourceKey is the context key of the *Source.
type SourceKey struct{}

func sourceOf(ctx context.Context) *Source {
	s, _ := ctx.Value(SourceKey{}).(*Source)
	if s == nil {
		panic("state: no view in this context: read keys in a template or with a socket")
	}
	return s
}

func (s *Source) read(k *key) (any, bool) {
	if s.track != nil {
		s.track.add(Read{s.scope, k, 0})
	}
	if s.tx != nil {
		if e, ok := s.tx.entry(k); ok {
			return e.value, true
		}
	}
	for sc := s.scope; sc != nil; sc = sc.outer.Load() {
		if e, ok := sc.now.Load().get(k); ok {
			return e.value, true
		}
	}
	return nil, false
}
