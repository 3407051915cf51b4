package state

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
)

// Writer is what only a callback has. A view's socket is the one implementation;
// a template has no more than a context and so cannot write.
type Writer interface {
	context.Context
	// Tx is the transaction of the callback. It panics when the callback has returned.
	Tx() *Tx
}

// entry is one assign. version counts the values that were not equal to the one before.
type entry struct {
	key     *key
	value   any
	version uint32
}

// values is an immutable list of assigns. Views have few keys, so a list that is
// searched from the front is both smaller and quicker than a map.
type values struct{ list []entry }

var noValues = &values{}

func (v *values) get(k *key) (entry, bool) {
	for i := range v.list {
		if v.list[i].key == k {
			return v.list[i], true
		}
	}
	return entry{}, false
}

// Scope holds the assigns of one page or one component. One goroutine at a time
// may begin transactions, commit them and render; abandoned callbacks may go on
// reading.
type Scope struct {
	owner   string
	outer   atomic.Pointer[Scope]
	now     atomic.Pointer[values] // as committed
	shown   *values                // as last rendered
	derived []derivedValue         // as last rendered
	watcher Watcher                // nil: nobody is told
}

// NewScope returns an empty scope. owner names it in messages; outer is where
// reads go on that find nothing here, nil for a page.
func NewScope(owner string, outer *Scope) *Scope {
	s := &Scope{owner: owner, shown: noValues}
	s.outer.Store(outer)
	s.now.Store(noValues)
	return s
}

// Watcher is told, by the goroutine that does it, when a scope may have come to hold
// something else than was rendered last, or to read on elsewhere.
type Watcher interface {
	ScopeChanged()
	// ComparingPanicked is called with what the equality of a key has panicked with. The
	// values count as different.
	ComparingPanicked(key string, value any)
}

// Watch sets who is told.
func (s *Scope) Watch(w Watcher) { s.watcher = w }

// set is the one way to what the scope holds but for what a rendering leaves.
func (s *Scope) set(v *values) {
	s.now.Store(v)
	s.tell()
}

func (s *Scope) tell() {
	if s.watcher != nil {
		s.watcher.ScopeChanged()
	}
}

// Move makes reads that find nothing in the scope go on in another one.
func (s *Scope) Move(outer *Scope) {
	s.outer.Store(outer)
	s.tell()
}

// Snapshot is what a scope held at one moment.
type Snapshot struct{ values *values }

// Snapshot returns what the scope holds. It is cheap: nothing is copied.
func (s *Scope) Snapshot() Snapshot { return Snapshot{s.now.Load()} }

// Restore takes the scope back to a snapshot of it. References are restored, not
// what they refer to.
func (s *Scope) Restore(old Snapshot) { s.set(old.values) }

// Dirty reports whether anything was set since the last rendering that is not
// equal to what was rendered.
func (s *Scope) Dirty() bool {
	now := s.now.Load()
	if now == s.shown {
		return false
	}
	for _, e := range now.list {
		if s.changed(e.key) {
			return true
		}
	}
	return false
}

// Rendered notes that all pieces which read a dirty key have been rendered:
// nothing is dirty, and temporary keys are back at their initial values.
func (s *Scope) Rendered() {
	now := s.now.Load()
	if now == s.shown {
		return
	}
	if i := slices.IndexFunc(now.list, func(e entry) bool { return e.key.temp }); i >= 0 {
		list := slices.Clone(now.list)
		for ; i < len(list); i++ {
			if list[i].key.temp {
				list[i].value = list[i].key.initial
			}
		}
		now = &values{list}
		s.now.Store(now)
	}
	s.shown = now
}

// changed reports whether a read of k that starts here answers otherwise than in
// the last rendering.
func (s *Scope) changed(k *key) bool {
	for ; s != nil; s = s.outer.Load() {
		now := s.now.Load()
		n, isNow := now.get(k)
		if now == s.shown {
			if isNow {
				return false
			}
			continue
		}
		o, was := s.shown.get(k)
		switch {
		case isNow != was:
			return true
		case isNow:
			return n.version != o.version && !s.same(k, n.value, o.value)
		}
	}
	return false
}

// same compares two values of a key, outside of a callback that could fail: if the key's
// equality panics, they are different.
func (s *Scope) same(k *key, a, b any) (same bool) {
	if k.equal == nil {
		return false
	}
	defer func() {
		if r := recover(); r != nil {
			same = false
			if s.watcher != nil {
				s.watcher.ComparingPanicked(k.name, r)
			}
		}
	}()
	return k.equal(a, b)
}

// Dump lists the assigns that can be read in ctx, a line each, for debugging.
func Dump(ctx context.Context) string {
	src := sourceOf(ctx)
	var b strings.Builder
	for s := src.scope; s != nil; s = s.outer.Load() {
		list := s.now.Load().list
		if s == src.scope && src.tx != nil {
			list = src.tx.merged()
		}
		list = slices.SortedFunc(slices.Values(list), func(a, b entry) int { return strings.Compare(a.key.name, b.key.name) })
		fmt.Fprintf(&b, "%s\n", s.owner)
		for _, e := range list {
			fmt.Fprintf(&b, "  %s: %#v\n", e.key.name, e.value)
		}
	}
	return b.String()
}
