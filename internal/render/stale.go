package render

import "github.com/sideband-go/sideband/internal/scope"

// stale is which reads of a list's items have changed.
type stale struct {
	all   bool // a read of every item
	args  []staleArg
	width int
}

// staleArg is a key that is compared with an argument: out of date are the items
// whose argument it had or has, or one whose hash has the same half: rendering such an item
// changes nothing.
type staleArg struct {
	index    int // among an item's arguments
	old, now uint32
}

func (e *each) staleness(c *scope.Changes) (s stale) {
	for _, r := range e.shape {
		if r.Arg() == 0 {
			s.all = s.all || c.Is(r)
			continue
		}
		if old, now, changed := c.Args(r); changed {
			s.args = append(s.args, staleArg{s.width, uint32(old), uint32(now)})
		}
		s.width++
	}
	return s
}

// item reports whether an item of the list is out of date.
func (s *stale) item(e *each, j int) bool {
	for _, a := range s.args {
		if x := e.args[j*s.width+a.index]; x == a.old || x == a.now {
			return true
		}
	}
	return s.all
}

// dirty reports whether any item is out of date.
func (e *each) dirty(c *scope.Changes) bool {
	s := e.staleness(c)
	if s.all {
		return e.size() > 0 || e.stream != nil
	}
	for _, a := range s.args {
		for i := a.index; i < len(e.args); i += s.width {
			if x := e.args[i]; x == a.old || x == a.now {
				return true
			}
		}
	}
	return false
}
