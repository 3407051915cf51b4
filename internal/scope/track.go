package scope

import (
	"hash/maphash"
	"slices"
)

// Read is one read that a rendering made: of a key, of a derived key, or of a key compared
// with an argument. It is comparable.
type Read struct {
	scope *Scope
	key   *Key
	arg   uint64 // hash of the argument, 0 without one
}

// Same reports whether both read the same thing, arguments aside.
func (r Read) Same(o Read) bool {
	return r.scope == o.scope && r.key == o.key && (r.arg != 0) == (o.arg != 0)
}

// Arg returns the hash of the argument, 0 without one.
func (r Read) Arg() uint64 { return r.arg }

// WithArg returns the same read with another argument.
func (r Read) WithArg(hash uint64) Read { return Read{r.scope, r.key, hash} }

// Tracker collects the reads of the region that is being rendered.
type Tracker struct{ reads []Read }

// Source returns a source that reads from the scope and records its reads.
func (t *Tracker) Source(scope *Scope) *Source { return &Source{scope: scope, track: t} }

// maxReads is how many reads of one region are told apart. Beyond it, reads with arguments
// become reads of the whole key: more is rendered, nothing is missed.
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

// Mark begins a region. It returns the reads of the enclosing one, for Since.
func (t *Tracker) Mark() []Read {
	outer := t.reads
	t.reads = nil
	return outer
}

// Expect makes room for n reads of the region.
func (t *Tracker) Expect(n int) {
	if n > 0 {
		t.reads = make([]Read, 0, min(n, maxReads))
	}
}

// Since ends the region begun with Mark and returns its reads. Collecting continues for the
// enclosing region.
func (t *Tracker) Since(outer []Read) []Read {
	own := t.reads
	t.reads = outer
	return own
}

// Changes answers, for one rendering, which reads of the last one are out of date. It
// caches its answers: Reset it before the next rendering.
type Changes struct {
	known []change
	index map[Read]int // of known, once it is long
}

// Reset forgets all answers. It keeps memory for some.
func (c *Changes) Reset() {
	if clear(c.known); cap(c.known) > maxLinear {
		c.known = nil
	}
	c.known, c.index = c.known[:0], nil
}

type change struct {
	read     Read
	dirty    bool
	old, now uint64 // hashes of the key's values, for reads with an argument
}

// Any reports whether one of the reads has another answer now.
func (c *Changes) Any(reads []Read) bool {
	for _, r := range reads {
		if c.Is(r) {
			return true
		}
	}
	return false
}

// Is reports whether the read has another answer now.
func (c *Changes) Is(r Read) bool {
	ch := c.of(r)
	return ch.dirty && (r.arg == 0 || ch.old != ch.now && (ch.old == r.arg || ch.now == r.arg))
}

// Args returns, of a read with an argument, the arguments whose answers have changed: the
// hashes of the key's value as last rendered and of its value now.
func (c *Changes) Args(r Read) (old, now uint64, changed bool) {
	ch := c.of(r)
	return ch.old, ch.now, ch.dirty && ch.old != ch.now
}

func (c *Changes) of(r Read) change {
	if r.key.Derive == nil && r.scope.settled(r.key) || !r.scope.touched() {
		return change{}
	}
	if i := c.find(r); i >= 0 {
		return c.known[i]
	}
	ch := change{read: r}
	switch {
	case r.key.Derive != nil:
		ch.dirty = r.scope.derivedChanged(c, r.key)
	case r.scope.changed(r.key):
		ch.dirty = true
		if r.arg != 0 {
			ch.old, ch.now = r.scope.argHashes(r.key)
		}
	}
	if c.known = append(c.known, ch); c.index != nil {
		c.index[plain(r)] = len(c.known) - 1
	}
	return ch
}

// maxLinear is how many answers are searched one by one, without an index.
const maxLinear = 16

func (c *Changes) find(r Read) int {
	if len(c.known) <= maxLinear {
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

var seed = maphash.MakeSeed()

// Hash returns the hash of an argument. It is never 0, which stands for no argument.
func Hash(v any) uint64 { return max(maphash.Comparable(seed, v), 1) }

// hashValue is Hash for a value as a key holds it: 0 for nil, and 1 for all values that are
// not comparable, which no argument is.
func hashValue(v any) (h uint64) {
	if v == nil {
		return 0
	}
	defer func() {
		if recover() != nil {
			h = 1
		}
	}()
	return Hash(v)
}

// argHashes returns the hashes of a key's value as last rendered and of its value now.
func (s *Scope) argHashes(k *Key) (old, now uint64) {
	for sc := s; sc != nil && old == 0; sc = sc.parent.Load() {
		if e, ok := sc.shown.get(k); ok {
			old = hashValue(e.value)
		}
	}
	for sc := s; sc != nil && now == 0; sc = sc.parent.Load() {
		if e, ok := sc.now.Load().get(k); ok {
			now = hashValue(e.value)
		}
	}
	return old, now
}
