package patch

import (
	"bytes"
	"encoding/binary"
	"math"
)

// An entry is what a tree keeps of a control, 8 bytes: a key that tells it from the other
// controls of the view, and a digest of what its HTML makes it show. Attributes such as
// checked only begin what a control shows, so that a morph of them is not enough.

// maxEntries is how many controls of one node are distinguished.
const maxEntries = math.MaxUint16

func newEntry(key uint32, state uint64) uint64 { return uint64(key)<<32 | state&0xffffffff }

func keyIn(e uint64) uint32 { return uint32(e >> 32) }

const (
	keyOfID = 0x2545f4914f6cdd1d
	sawOpen = 0xc949c7defebe6645
)

// idKey is the key of a control with an id.
func idKey(id []byte) uint32 { return uint32(mix(digest(id), keyOfID) >> 32) }

// looseKey is the key of a control without an id: its place is the element with an id around
// it, and its type and name there; of a box, also its value.
func looseKey(owner []byte, name uint16, typ, field, value []byte) uint32 {
	x := mix(mix(mix(digest(owner), uint64(name)), digest(typ)), digest(field))
	if name == tagInput && isBox(typ) {
		x = mix(x, digest(value))
	}
	return uint32(x >> 32)
}

// optionsKey is the key of a select's second entry, for its options; the first is for what is selected.
func optionsKey(key uint32) uint32 { return key ^ 1 }

// isBox reports whether a type of input is ticked, not filled.
func isBox(typ []byte) bool { return is(typ, "checkbox") || is(typ, "radio") }

// isPlainInput reports whether a morph shows all there is to show of a type of input.
func isPlainInput(typ []byte) bool {
	for _, t := range [...]string{"hidden", "submit", "button", "image", "reset", "file"} {
		if is(typ, t) {
			return true
		}
	}
	return false
}

func is(b []byte, word string) bool { return len(b) == len(word) && bytes.EqualFold(b, []byte(word)) }

// openSelect is a select whose options are being read.
type openSelect struct {
	depth int // of its element on the stack
	key   uint32
	inner int
}

// noteControl makes the entry of a control, or of an element that may be open, whose start
// tag is html[i:inner]. The owner around it, or the element itself if it has an id, gets it.
func (s *scanner) noteControl(name uint16, i, inner int, id []byte, opened bool) {
	if s.ignored > 0 {
		return
	}
	start := s.html[i:inner]
	switch name {
	case tagInput, tagTextarea, tagSelect:
	case tagDetails, tagDialog:
		opened = true
		fallthrough
	default:
		if opened && id != nil {
			s.entries = append(s.entries, newEntry(idKey(id), openState(start)))
		}
		return
	}
	var key uint32
	typ := attribute(start, "type")
	if id != nil {
		key = idKey(id)
	} else {
		key = looseKey(s.owners[len(s.owners)-1].id, name, typ, attribute(start, "name"), attribute(start, "value"))
	}
	switch {
	case name == tagSelect && len(s.selects) > 0: // not in another
	case name == tagSelect:
		s.selects = append(s.selects, openSelect{len(s.stack), key, inner})
	case name == tagTextarea:
		s.entries = append(s.entries, newEntry(key, 0)) // what it shows comes with its content
	case isPlainInput(typ):
	default:
		s.entries = append(s.entries, newEntry(key, inputState(start, typ)))
	}
}

// inputState digests what an input is to show.
func inputState(start, typ []byte) uint64 {
	if isBox(typ) {
		x := digest(typ)
		if has(start, "checked") {
			x = mix(x, sawOpen)
		}
		return x
	}
	v := attribute(start, "value")
	if bytes.ContainsAny(v, "\r\n") {
		v = []byte(noLines.Replace(string(v)))
	}
	if is(typ, "email") || is(typ, "url") {
		v = bytes.Trim(v, " \t\f")
	}
	return mix(keyOfID, digest(v))
}

// inputTag digests the start tag of an input without what its entry says.
func inputTag(start []byte) uint64 {
	state := "value"
	if typ := attribute(start, "type"); isPlainInput(typ) {
		state = ""
	} else if isBox(typ) {
		state = "checked"
	}
	sum := uint64(keyOfID)
	eachAttr(start, func(a attr) {
		switch n := start[a.name.start:a.name.end]; {
		case is(n, "checked") && state == "checked", is(n, "autofocus"):
		case is(n, "value") && state == "value":
			sum = mix(sum, digest(n))
			if v := start[a.value.start:a.value.end]; bytes.ContainsAny(v, "\r\n") {
				sum = mix(sum, digest(v)) // line ends show in the HTML alone
			}
		default:
			sum = mix(sum, digest(start[a.name.start:a.end]))
		}
	})
	return sum
}

// openState digests whether an element is open, and its attributes that begin like that
// word: htmx leaves all of those alone.
func openState(start []byte) uint64 {
	x := uint64(sawOpen)
	eachAttr(start, func(a attr) {
		if n := start[a.name.start:a.name.end]; len(n) >= len("open") && is(n[:len("open")], "open") {
			x = mix(mix(x, digest(n)), digest(start[a.value.start:a.value.end]))
		}
	})
	return x
}

// closeSelect makes the entries of a select that ends at end.
func (s *scanner) closeSelect(end int) {
	k := len(s.selects) - 1
	o := s.selects[k]
	s.selects = s.selects[:k]
	selection, options := selectState(s.html[o.inner:end])
	s.entries = append(s.entries, newEntry(o.key, selection), newEntry(optionsKey(o.key), options))
}

// selectState digests which options are selected, and everything else of them.
func selectState(h []byte) (selection, options uint64) {
	selection, options = start, start
	done := 0
	eachTag(h, func(i int, t tag) {
		tag := h[i:t.end]
		if nameOf(tagIn(tag)) != tagOption {
			return
		}
		options = mix(options, digest(h[done:i]))
		done = t.end
		chosen := false
		eachAttr(tag, func(a attr) {
			n := tag[a.name.start:a.name.end]
			if is(n, "selected") {
				chosen = true
				return
			}
			options = mix(mix(options, digest(n)), digest(tag[a.value.start:a.value.end]))
		})
		if chosen {
			selection = mix(selection, options)
		}
	})
	return selection, mix(options, digest(h[done:]))
}

// eachTag calls f for each start tag in HTML.
func eachTag(h []byte, f func(i int, t tag)) {
	for i := 0; i+1 < len(h); i++ {
		if h[i] != '<' || lower(h[i+1]) < 'a' || lower(h[i+1]) > 'z' {
			continue
		}
		t, ok := readTag(h, i+len("<")+len(tagIn(h[i:])))
		if !ok {
			return
		}
		f(i, t)
		i = t.end - 1
	}
}

// eachAttr calls f for each attribute of a start tag.
func eachAttr(start []byte, f func(a attr)) {
	for i := len("<") + len(tagIn(start)); ; {
		a, more := nextAttr(start, i)
		if !more {
			return
		}
		f(a)
		i = a.end
	}
}

// maxGathered is how many controls inside of an element that the parser would rearrange are distinguished.
const maxGathered = 100

// gather takes over the entries of nodes inside an opaque one, which are forgotten.
func (s *scanner) gather(from int32) {
	high := view{base: s.out.base, high: s.out.arena}
	most := len(s.entries) + maxGathered // of each one around
	for i := int(from); i < len(s.out.nodes) && len(s.entries) < most; i++ {
		if s.out.pos[i].copied() {
			continue
		}
		for e := range high.entries(&s.out.nodes[i]) {
			s.entries = append(s.entries, e)
		}
	}
}

// entryBytes returns the entries of a node.
func (v *view) entryBytes(n *node) []byte {
	if n.flags&controls == 0 {
		return nil
	}
	at := n.at + uint32(n.idLen)
	b := v.from(at)
	return b[2:][:8*int(binary.LittleEndian.Uint16(b))]
}

// entries goes through the entries of a node.
func (v *view) entries(n *node) func(yield func(uint64) bool) {
	return func(yield func(uint64) bool) {
		for b := v.entryBytes(n); len(b) > 0 && yield(binary.LittleEndian.Uint64(b)); b = b[8:] {
		}
	}
}

// own is what a node with an id shows by itself, if it is a control or may be open.
func (v *view) own(n *node) (state, options uint64) {
	b := v.entryBytes(n)
	if len(b) == 0 || n.idLen == 0 {
		return 0, 0
	}
	key := idKey(v.id(n))
	if e := binary.LittleEndian.Uint64(b); keyIn(e) == key {
		state = e
	}
	if n.name == tagSelect && len(b) >= 16 {
		options = binary.LittleEndian.Uint64(b[8:])
	}
	return state, options
}
