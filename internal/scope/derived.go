package scope

import "context"

// derivedValue is a derived key's value as last rendered, and the reads it was made from.
type derivedValue struct {
	key   *Key
	value any
	reads []Read
	next  *derivedValue
}

// BeginDerived begins to collect the reads of a derived key's value. It returns those
// collected so far, for EndDerived. The source must be tracking.
func (s *Source) BeginDerived() (outer []Read) { return s.track.Mark() }

// EndDerived records a read of the derived key, and that its value was made from the reads
// since BeginDerived.
func (s *Source) EndDerived(k *Key, value any, outer []Read) {
	reads := s.track.Since(outer)
	s.track.add(Read{s.scope, k, 0})
	if d := s.scope.derivedOf(k); d != nil {
		d.value, d.reads = value, reads
		return
	}
	s.scope.derived = &derivedValue{k, value, reads, s.scope.derived}
}

func (s *Scope) derivedChanged(c *Changes, k *Key) bool {
	d := s.derivedOf(k)
	return d == nil || c.Any(d.reads) && s.derivesOther(d.value, k)
}

// derivedOf returns a derived key's value as last rendered; nil if it was not.
func (s *Scope) derivedOf(k *Key) *derivedValue {
	d := s.derived
	for d != nil && d.key != k {
		d = d.next
	}
	return d
}

// derivesOther reports whether a derived key has another value than before. If its function
// panics, it counts as changed: the rendering that reads it reports the panic.
func (s *Scope) derivesOther(before any, k *Key) (other bool) {
	defer func() {
		if recover() != nil {
			other = true
		}
	}()
	return !s.same(k, before, k.Derive(WithSource(context.Background(), &Source{scope: s})))
}
