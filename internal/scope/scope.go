package scope

import (
	"slices"
	"sync/atomic"
)

// entry is one assign. Two entries of a key with the same number are the same for a
// rendering. No number is given twice, also after a rollback.
type entry struct {
	key    *Key
	value  any
	number uint64
}

// values is an immutable list of assigns. Views have few keys, so a linear search of a
// list takes less memory and less time than a map.
type values struct{ list []entry }

var noValues = &values{}

func (v *values) get(k *Key) (entry, bool) {
	for i := range v.list {
		if v.list[i].key == k {
			return v.list[i], true
		}
	}
	return entry{}, false
}

// Scope holds the assigns of one page or one component. Only one goroutine at a time may
// begin transactions, commit them and render; abandoned callbacks may go on reading.
type Scope struct {
	owner   Owner
	parent  atomic.Pointer[Scope]
	now     atomic.Pointer[values] // as committed
	shown   *values                // as last rendered
	derived *derivedValue          // as last rendered: a linked list, since few scopes have any
	numbers uint64                 // the newest entry's

	recovered *recovered     // what was stored; nil: nothing
	encoded   []durableValue // what was encoded last
}

// New returns an empty scope. A read that finds no value in the scope continues in parent,
// which is nil for a page.
func New(owner Owner, parent *Scope) *Scope {
	s := &Scope{owner: owner, shown: noValues}
	s.parent.Store(parent)
	s.now.Store(noValues)
	return s
}

// Owner is the page or component of a scope.
type Owner interface {
	// Name returns its name for messages.
	Name() string
	// ScopeChanged is called, on the goroutine that changes the scope, when what the scope
	// answers may differ from what was last rendered.
	ScopeChanged()
	// ComparingPanicked is called with the value that a key's equality has panicked with.
	// The compared values count as different.
	ComparingPanicked(key string, value any)
	// DurableCodec returns what stores the values of a key that is durable there, though not by itself; nil for others.
	DurableCodec(k *Key) *Codec
	// RecoveringFailed is called with why a value of a durable key that was stored can't be read.
	RecoveringFailed(key string, err error)
}

// Parent returns the scope in which reads continue; nil for a page.
func (s *Scope) Parent() *Scope { return s.parent.Load() }

func (s *Scope) newNumber() uint64 {
	s.numbers++
	return s.numbers
}

// set replaces the values and notifies the owner.
func (s *Scope) set(v *values) {
	s.now.Store(v)
	s.owner.ScopeChanged()
}

// SetParent replaces the scope in which reads continue that find no value in this one.
func (s *Scope) SetParent(parent *Scope) {
	s.parent.Store(parent)
	s.owner.ScopeChanged()
}

// Snapshot is what a scope held at one moment.
type Snapshot struct{ values *values }

// Snapshot returns what the scope holds. It copies nothing.
func (s *Scope) Snapshot() Snapshot { return Snapshot{s.now.Load()} }

// Restore rolls the scope back to a snapshot of it. It restores references, not what they
// refer to.
func (s *Scope) Restore(old Snapshot) { s.set(old.values) }

// Dirty reports whether a value differs from the one last rendered.
func (s *Scope) Dirty() bool {
	now := s.now.Load()
	if now == s.shown {
		return false
	}
	for _, v := range []*values{now, s.shown} { // a rollback takes away what was not set before
		for i := range v.list {
			if s.changed(v.list[i].key) {
				return true
			}
		}
	}
	return false
}

// Rendered records that everything which read a dirty key has been rendered: nothing is
// dirty any more, and temporary keys have their initial values again.
func (s *Scope) Rendered() {
	now := s.now.Load()
	if now == s.shown {
		return
	}
	if i := slices.IndexFunc(now.list, func(e entry) bool { return e.key.Temporary }); i >= 0 {
		list := slices.Clone(now.list)
		for ; i < len(list); i++ {
			if list[i].key.Temporary {
				list[i].value = list[i].key.Initial
			}
		}
		now = &values{list}
		s.now.Store(now)
	}
	s.shown = now
}

// changed reports whether a read of k that starts here has another answer than in the last
// rendering.
func (s *Scope) changed(k *Key) bool {
	for ; s != nil; s = s.parent.Load() {
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
			return n.number != o.number && !s.same(k, n.value, o.value)
		}
	}
	return false
}

// same compares two values of a key outside of a callback, which could fail: if the key's
// equality panics, the values are different.
func (s *Scope) same(k *Key, a, b any) (same bool) {
	if k.Equal == nil {
		return false
	}
	defer func() {
		if r := recover(); r != nil {
			same = false
			s.owner.ComparingPanicked(k.Name, r)
		}
	}()
	return k.Equal(a, b)
}

// settled reports whether the scope that answers a read of k from here is as last rendered.
func (s *Scope) settled(k *Key) bool {
	for ; s != nil; s = s.parent.Load() {
		now := s.now.Load()
		if now != s.shown {
			return false
		}
		if _, ok := now.get(k); ok {
			return true
		}
	}
	return true
}

// touched reports whether any read from here may have another answer than in the last
// rendering.
func (s *Scope) touched() bool {
	for ; s != nil; s = s.parent.Load() {
		if s.now.Load() != s.shown {
			return true
		}
	}
	return false
}

// Held is a key that a scope has a value of.
type Held struct {
	Name  string
	Value any
}

// Held lists what the scope holds.
func (s *Scope) Held() (all []Held) {
	for _, e := range s.now.Load().list {
		all = append(all, Held{e.key.Name, e.value})
	}
	return all
}
