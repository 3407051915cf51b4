package patch

import "bytes"

type interval struct{ start, end int }

type tag struct {
	end           int // after the >
	id, autofocus interval
	bindings      int // how many hx-post there are
	selfClosing   bool
	opened        bool // has an attribute that begins with open
	ignored       bool // has the attribute Ignore: what is in the element is not the server's
}

// readTag reads the attributes of a start tag from after its name on.
func readTag(h []byte, i int) (t tag, ok bool) {
	for {
		a, more := nextAttr(h, i)
		if !more {
			t.end = a.end
			t.selfClosing = a.end >= 2 && h[a.end-2] == '/'
			return t, a.end > 0
		}
		switch n := h[a.name.start:a.name.end]; len(n) {
		case 2:
			if lower(n[0]) == 'i' && lower(n[1]) == 'd' && t.id.end == 0 {
				t.id = a.value
			}
		case 7:
			if n[3]|0x20 == 'p' && bytes.EqualFold(n, []byte("hx-post")) {
				t.bindings++
			}
		case len(Ignore):
			if n[2] == '-' && bytes.EqualFold(n, []byte(Ignore)) {
				t.ignored = true
			} else if bytes.EqualFold(n, []byte("autofocus")) && t.autofocus.end == 0 {
				t.autofocus = interval{a.name.start, a.end}
			}
		}
		if n := h[a.name.start:a.name.end]; len(n) >= 4 && lower(n[0]) == 'o' && bytes.EqualFold(n[:4], []byte("open")) {
			t.opened = true
		}
		i = a.end
	}
}

type attr struct {
	name, value interval
	end         int
}

// nextAttr reads the next attribute from i on. more is false at the end of the
// tag, where end is behind the >, or 0 if there is none.
func nextAttr(h []byte, i int) (a attr, more bool) {
	for i < len(h) && (h[i] == ' ' || h[i] == '\n' || h[i] == '\t' || h[i] == '\r' || h[i] == '\f' || h[i] == '/') {
		i++
	}
	if i >= len(h) {
		return attr{}, false
	}
	if h[i] == '>' {
		return attr{end: i + 1}, false
	}
	a.name.start = i
	for i++; i < len(h) && h[i] != '=' && isNameByte(h[i]); i++ {
	}
	a.name.end, a.end = i, i
	for i < len(h) && (h[i] == ' ' || h[i] == '\n' || h[i] == '\t' || h[i] == '\r' || h[i] == '\f') {
		i++
	}
	if i >= len(h) || h[i] != '=' {
		return a, true
	}
	for i++; i < len(h) && (h[i] == ' ' || h[i] == '\n' || h[i] == '\t' || h[i] == '\r' || h[i] == '\f'); i++ {
	}
	if i < len(h) && (h[i] == '"' || h[i] == '\'') {
		j := bytes.IndexByte(h[i+1:], h[i])
		if j < 0 {
			return attr{}, false
		}
		a.value = interval{i + 1, i + 1 + j}
		a.end = a.value.end + 1
		return a, true
	}
	a.value.start = i
	for i < len(h) && h[i] != '>' && h[i] != ' ' && h[i] != '\n' && h[i] != '\t' && h[i] != '\r' && h[i] != '\f' {
		i++
	}
	a.value.end, a.end = i, i
	return a, true
}

// attribute returns the raw value of an attribute of the start tag h begins with.
func attribute(h []byte, name string) []byte {
	i := 1
	for i < len(h) && isNameByte(h[i]) {
		i++
	}
	for {
		a, more := nextAttr(h, i)
		if !more {
			return nil
		}
		if bytes.EqualFold(h[a.name.start:a.name.end], []byte(name)) {
			return h[a.value.start:a.value.end]
		}
		i = a.end
	}
}
