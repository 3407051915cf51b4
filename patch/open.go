package patch

// elem is an open element.
type elem struct {
	name    uint16
	foreign bool // svg or math content
	math    bool
	owner   int32 // in scanner.owners, if it is a node; else -1
}

// nesting answers, for an open element, what would take a search through all those around
// it. Its fields are places in the stack of open elements.
type nesting struct {
	before  int32  // the next open element of its name further out, 0: none
	scope   int32  // the innermost that bounds the parser's search for most open elements
	items   int32  // the innermost that bounds its search for open items of a list
	form    int32  // the innermost form of HTML, 0: none
	outside int32  // the innermost that is HTML: the element itself, or just outside svg or math
	wrap    uint16 // digest of the names from below the innermost node on down to here
}

// maxAround is how many elements may enclose a region that is scanned alone.
const maxAround = 1 << 10

// push opens an element.
func (s *scanner) push(e elem) {
	at := int32(len(s.stack))
	var n nesting
	if at > 0 {
		n = s.nest[at-1]
		n.wrap = n.wrap*31 + e.name + 1
	}
	if e.owner >= 0 {
		n.wrap = 0
	}
	n.before = s.innermost(e.name)
	switch {
	case e.foreign:
		n.scope = at
	default:
		n.outside = at
		if e.name == tagForm {
			n.form = at
		}
		if known(&isScope, e.name) {
			n.scope = at
		}
	}
	if known(&boundsItems, e.name) {
		n.items = at
	}
	s.setInnermost(e.name, at)
	s.stack, s.nest = append(s.stack, e), append(s.nest, n)
}

// drop closes the innermost open element, of which nothing else is to be noted.
func (s *scanner) drop() {
	top := len(s.stack) - 1
	s.setInnermost(s.stack[top].name, s.nest[top].before)
	s.stack, s.nest = s.stack[:top], s.nest[:top]
}

// innermost is where the innermost open element of a name is in the stack; 0 if there is none.
func (s *scanner) innermost(name uint16) int32 {
	if name < maxKnown {
		return s.last[name]
	}
	return s.others[name]
}

func (s *scanner) setInnermost(name uint16, at int32) {
	switch {
	case name < maxKnown:
		s.last[name] = at
	case at == 0:
		delete(s.others, name)
	default:
		if s.others == nil {
			s.others = map[uint16]int32{}
		}
		s.others[name] = at
	}
}
