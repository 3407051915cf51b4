package scope

import "context"

// derivedValue is a derived key's value as last rendered, and the reads it was made from.
type derivedValue struct {
	key   *Key
	value any
	reads []Read
}

// BeginDerived begins to collect the reads of a derived key's value. It returns those
// collected so far, for EndDerived. The source must be tracking.
func (s *Source) BeginDerived() (outer []Read) { return s.track.Mark() }

// EndDerived records a read of the derived key, and that its value was made from the reads
// since BeginDerived.
func (s *Source) EndDerived(k *Key, value any, outer []Read) {
	v := derivedValue{k, value, s.track.Since(outer)}
	s.track.add(Read{s.scope, k, 0})
	list := s.scope.derived
	for i := range list {
		if list[i].key == k {
			list[i] = v
			return
		}
	}
	s.scope.derived = append(list, v)
}

func (s *Scope) derivedChanged(c *Changes, k *Key) bool {
	for _, d := range s.derived {
		if d.key == k {
			return c.Any(d.reads) && s.derivesOther(d.value, k)
		}
	}
	return true
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
