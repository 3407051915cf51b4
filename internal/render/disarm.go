package render

import (
	"bytes"
	"strings"
)

// disarm takes out of the HTML of a page with commands what acts without a nonce, or lends one, by another name of the same
// length. The kit writes none of it into a view. What looks like it in a text is changed, too.
//
//   - Attributes of htmx's that others inherit: htmx evaluates some of them for elements below, whose nonce then says that
//     it may, also if nobody has vouched for the element around them.
//   - Attributes that open connections: hx-sse asks for no nonce. What the address answers is swapped in as the answer of
//     the page's own request.
//   - A second <body> or <html>: the parser gives its attributes to the first one, which has a nonce. <frameset> takes the
//     place of the body.
//   - What htmx rewrites before the parser sees it: elements whose names begin with hx-, and all from <head> to </head>.
//   - Tags that go on into the next one: see disarmOpen.
func (t *Tree) disarm(html []byte) {
	if t.nonce == "" {
		return
	}
	disarmTags(html)
	disarmOpen(html)
	disarmConnections(html)
	disarmInherited(html)
}

func disarmInherited(html []byte) {
	const word = "inherited"
	start, read := 0, 0 // where the name begins that read is in; what is in front of it is not looked at again
	for i := 0; ; i++ {
		j := bytes.IndexByte(html[i:], ':')
		if j < 0 {
			return
		}
		i += j
		if !hasFold(html[i+1:], word) && !hasFold(html[max(0, i-3):], "sse") {
			continue
		}
		if j := bytes.LastIndexAny(html[read:i], nameEnds); j >= 0 {
			start = read + j + 1
		}
		read = i
		name := html[start:i]
		if len(name) > 3 && hasFold(name, "hx-") && (hasFold(html[i+1:], word) || isFold(name, "hx-sse")) {
			html[i] = '_'
		}
	}
}

// disarmConnections takes out the older names of what hx-sse reads.
func disarmConnections(html []byte) {
	for i := 0; ; i++ {
		j := bytes.IndexByte(html[i:], '-')
		if j < 0 {
			return
		}
		i += j
		if !hasFold(html[max(0, i-3):], "sse") || i > 3 && strings.IndexByte(nameEnds, html[i-4]) < 0 {
			continue
		}
		for _, word := range [...]string{"connect", "close", "swap"} {
			if after := html[i+1:]; hasFold(after, word) && endsName(after[len(word):]) {
				html[i] = '_'
			}
		}
	}
}

func disarmTags(html []byte) {
	for i := 0; ; i++ {
		j := bytes.IndexByte(html[i:], '<')
		if j < 0 {
			return
		}
		i += j
		after := html[i+1:]
		for _, tag := range [...]string{"body", "html", "frameset", "/head"} {
			if hasFold(after, tag) && endsName(after[len(tag):]) {
				html[i+len(tag)] = '_'
			}
		}
		if name := bytes.TrimPrefix(after, []byte("/")); hasFold(name, "hx-") {
			name[2] = '_'
		}
	}
}

// disarmOpens disarms operations: what is in the middle of a rendering may be at their end.
func (t *Tree) disarmOpens(ops ...[]byte) {
	if t.nonce != "" {
		for _, html := range ops {
			disarmOpen(html)
		}
	}
}

// disarmOpen makes text of the start tags that do not end before the next tag begins, or the HTML ends: they would have
// the attributes of what comes next, and its nonce. A tag without an attribute of htmx or a nonce may hold what looks like
// another.
//
// It looks at whatever may be a tag, wherever that is: what begins a comment or ends a script is a long story, and the
// inside of a tag is not.
func disarmOpen(html []byte) {
	left := 4 * len(html) // how far to read on in tags that hold another: nobody writes many, one inside the other
	for i := 0; ; i++ {
		j := bytes.IndexByte(html[i:], '<')
		if j < 0 {
			return
		}
		i += j
		if !isLetter(html, i+1) {
			continue
		}
		end, open := endTag(html, i+1, max(0, left))
		if open < 0 {
			continue
		}
		left -= end - open
		if end == len(html) || left <= 0 || containsFold(html[i:end], "hx-") || containsFold(html[i:end], "nonce") {
			html[i] = '_'
		}
	}
}

// endTag returns where the start tag ends that has its name at i, or the HTML; and where the first tag in it begins, or the
// HTML ends first, -1: nowhere. It reads no more than most bytes from there on.
func endTag(html []byte, i, most int) (end, open int) {
	open = -1
	state := inName
	for ; i < len(html) && (open < 0 || i-open < most); i++ {
		c := html[i]
		if c == '<' && open < 0 && (isLetter(html, i+1) || i+1 < len(html) && html[i+1] == '/') {
			open = i
		}
		if state = states[state][c]; state == outside {
			return i + 1, open
		}
	}
	if open < 0 {
		open = i
	}
	return i, open
}

// tagState is where in a tag a browser is that reads it.
type tagState int

const (
	inName      tagState = iota // of the tag
	between                     // attributes
	inAttribute                 // in its name
	behind                      // the name of an attribute
	beforeValue                 // behind the =
	inDouble
	inSingle
	inUnquoted
	outside
)

// states are the states after each byte.
var states = func() (all [outside][256]tagState) {
	for s := range outside {
		for c := range 256 {
			all[s][c] = s.next(byte(c))
		}
	}
	return all
}()

// next is the state after a byte.
func (s tagState) next(c byte) tagState {
	space := c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'
	switch {
	case s == inDouble && c != '"', s == inSingle && c != '\'':
		return s
	case s == inDouble, s == inSingle:
		return between
	case c == '>':
		return outside
	case space && s == inAttribute:
		return behind
	case space && (s == inName || s == inUnquoted), c == '/' && s != beforeValue && s != inUnquoted:
		return between
	case space, s == inName, s == inUnquoted:
		return s
	case s == beforeValue && c == '"':
		return inDouble
	case s == beforeValue && c == '\'':
		return inSingle
	case s == beforeValue:
		return inUnquoted
	case c == '=' && s != between:
		return beforeValue
	}
	return inAttribute
}

func isLetter(html []byte, i int) bool {
	return i < len(html) && 'a' <= html[i]|0x20 && html[i]|0x20 <= 'z'
}

// nameEnds are the bytes that stand in front of the name of an attribute.
const nameEnds = " \t\n\r\f/<>\"'="

// endsName reports whether a name of a tag or an attribute ends in front of a text.
func endsName(after []byte) bool {
	return len(after) == 0 || bytes.IndexByte([]byte(" \t\n\r\f/>="), after[0]) >= 0
}

// containsFold reports whether a name of small letters is in a text, in letters of any case.
func containsFold(text []byte, name string) bool {
	for i := range len(text) - len(name) + 1 {
		if hasFold(text[i:], name) {
			return true
		}
	}
	return false
}

func hasFold(text []byte, prefix string) bool {
	return len(text) >= len(prefix) && isFold(text[:len(prefix)], prefix)
}

func isFold(text []byte, name string) bool { return bytes.EqualFold(text, []byte(name)) }
