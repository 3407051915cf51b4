package state

import (
	"context"
	"hash/maphash"
	"slices"
)

// Read is one read that a rendering made: of a key, of a derived value, or of a
// key compared with an argument.
type Read struct {
	scope *Scope
	key   *key
	arg   uint64 // hash of the argument, 0 without one
}

// Same reports whether both read the same thing, arguments aside.
func (r Read) Same(o Read) bool {
	return r.scope == o.scope && r.key == o.key && (r.arg != 0) == (o.arg != 0)
}

// Arg is the hash of the argument, 0 without one.
func (r Read) Arg() uint64 { return r.arg }

// WithArg is the same read with another argument.
func (r Read) WithArg(hash uint64) Read { return Read{r.scope, r.key, hash} }

// Tracker collects the reads of the piece of a page that is being rendered.
type Tracker struct{ reads []Read }

// Source lets a rendering read scope, noting what it reads.
func (t *Tracker) Source(scope *Scope) *Source { return &Source{scope: scope, track: t} }

// maxReads is how many reads of one piece are told apart; beyond it, reads with
// arguments become reads of their keys, which is never wrong, only less precise.
const maxReads = 64

func (t *Tracker) add(r Read) {
	for _, x := range t.reads {
		if x == r || x == r.WithArg(0) {
			return
		}
	}
	if len(t.reads) >= maxReads && r.arg != 0 {
		all := t.reads
		t.reads = nil
		for _, x := range all {
			t.add(x.WithArg(0))
		}
		r = r.WithArg(0)
	}
	t.reads = append(t.reads, r)
}

// Mark tells where a piece begins among the reads, for Since.
func (t *Tracker) Mark() []Read {
	outer := t.reads
	t.reads = nil
	return outer
}

// Since ends the piece begun with Mark and returns its reads; those of the piece
// around it go on being collected.
func (t *Tracker) Since(outer []Read) []Read {
	own := t.reads
	t.reads = outer
	return own
}

// Changes answers, for one rendering, which reads of the last one are out of date.
// It remembers its answers: make a new one for each rendering.
type Changes struct {
	known []change
	index map[Read]int // of known, once it is long
	few   [2]change    // room for the first
}

type change struct {
	read     Read
	dirty    bool
	old, now uint64 // hashes of the key's values, for reads with an argument
}

// Any reports whether one of the reads would answer otherwise now.
func (c *Changes) Any(reads []Read) bool {
	for _, r := range reads {
		if c.Is(r) {
			return true
		}
	}
	return false
}

// Is reports whether the read would answer otherwise now.
func (c *Changes) Is(r Read) bool {
	ch := c.of(r)
	return ch.dirty && (r.arg == 0 || ch.old != ch.now && (ch.old == r.arg || ch.now == r.arg))
}

// Args returns, of a read with an argument, for which arguments the answer has
// changed: the hashes of what the key held and of what it holds now.
func (c *Changes) Args(r Read) (old, now uint64, changed bool) {
	ch := c.of(r)
	return ch.old, ch.now, ch.dirty && ch.old != ch.now
}

func (c *Changes) of(r Read) change {
	if r.key.derive == nil && r.scope.settled(r.key) || !r.scope.touched() {
		return change{}
	}
	if i := c.find(r); i >= 0 {
		return c.known[i]
	}
	ch := change{read: r}
	switch {
	case r.key.derive != nil:
		ch.dirty = r.scope.derivedChanged(c, r.key)
	case r.scope.changed(r.key):
		ch.dirty = true
		if r.arg != 0 {
			ch.old, ch.now = r.scope.argHashes(r.key)
		}
	}
	if c.known == nil {
		c.known = c.few[:0]
	}
	if c.known = append(c.known, ch); c.index != nil {
		c.index[plain(r)] = len(c.known) - 1
	}
	return ch
}

// fewKnown is up to how many answers are searched one by one.
const fewKnown = 16

func (c *Changes) find(r Read) int {
	if len(c.known) <= fewKnown {
		return slices.IndexFunc(c.known, func(ch change) bool { return ch.read.Same(r) })
	}
	if c.index == nil {
		c.index = make(map[Read]int, 2*len(c.known))
		for i, ch := range c.known {
			c.index[plain(ch.read)] = i
		}
	}
	if i, ok := c.index[plain(r)]; ok {
		return i
	}
	return -1
}

// plain is the same for all reads of a key with an argument.
func plain(r Read) Read { return r.WithArg(min(r.arg, 1)) }

// settled reports whether the scope that answers a read of k from here has not been set
// since the last rendering.
func (s *Scope) settled(k *key) bool {
	for ; s != nil; s = s.outer.Load() {
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

// touched reports whether anything that reads from here may answer otherwise than in the
// last rendering.
func (s *Scope) touched() bool {
	for ; s != nil; s = s.outer.Load() {
		if s.now.Load() != s.shown {
			return true
		}
	}
	return false
}

var seed = maphash.MakeSeed()

// hashOf never returns 0, which stands for no argument.
func hashOf[T comparable](v T) uint64 { return max(maphash.Comparable(seed, v), 1) }

// hashAny is hashOf for a value as a key has it: 0 for none, and the same for all that can't
// be compared, which no argument is.
func hashAny(v any) (h uint64) {
	if v == nil {
		return 0
	}
	defer func() {
		if recover() != nil {
			h = 1
		}
	}()
	return hashOf(v)
}

// argHashes hashes the values of a key as last rendered and as it is.
func (s *Scope) argHashes(k *key) (old, now uint64) {
	for sc := s; sc != nil && old == 0; sc = sc.outer.Load() {
		if e, ok := sc.shown.get(k); ok {
			old = hashAny(e.value)
		}
	}
	for sc := s; sc != nil && now == 0; sc = sc.outer.Load() {
		if e, ok := sc.now.Load().get(k); ok {
			now = hashAny(e.value)
		}
	}
	return old, now
}

// Is reports whether the key holds v. Of a thousand pieces of a page that ask,
// only those are rendered again whose answer changes.
func Is[T comparable](ctx context.Context, k *Key[T], v T) bool {
	src := sourceOf(ctx)
	if src.track != nil {
		src.track.add(Read{src.scope, &k.k, hashOf[any](v)})
		src = &Source{scope: src.scope}
	}
	now, _ := src.read(&k.k)
	t, _ := now.(T)
	return t == v
}
