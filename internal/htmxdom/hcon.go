package htmxdom

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// parseHCON parses htmx's configuration language, such as "a:1 b:x, c.d:true", or JSON. Values are those
// of encoding/json, or texts.
func parseHCON(s string) (map[string]any, error) {
	out := map[string]any{}
	if s == "" {
		return out, nil
	}
	if s[0] == '{' {
		if err := json.Unmarshal([]byte(s), &out); err != nil {
			return nil, fmt.Errorf("HCON: %w", err)
		}
		return out, nil
	}
	for i := 0; i < len(s); {
		pair, end, ok := hconPair(s, i)
		if !ok {
			_, size := utf8.DecodeRuneInString(s[i:])
			i += size
			continue
		}
		mergeHCON(pair.tree(), out)
		i = end
	}
	return out, nil
}

type hconEntry struct {
	key   string
	bare  bool
	value string
}

// tree converts the dotted path of a bare key into nested maps.
func (e hconEntry) tree() map[string]any {
	value := any(strings.TrimFunc(e.value, isSpace))
	var parsed any
	if json.Unmarshal([]byte(value.(string)), &parsed) == nil {
		value = parsed
	}
	path := []string{e.key}
	if e.bare {
		path = strings.Split(e.key, ".")
	}
	for i := len(path) - 1; i > 0; i-- {
		value = map[string]any{path[i]: value}
	}
	return map[string]any{path[0]: value}
}

// hconPair matches a key at i, with its value if it has one. Like htmx's regular expression, it prefers
// quoted tokens and falls back to bare ones.
func hconPair(s string, i int) (e hconEntry, end int, ok bool) {
	for _, key := range hconTokens(s, i, ",:", false) {
		e = hconEntry{key: key.text, bare: key.bare, value: "true"}
		if at := skipSpace(s, key.end); at < len(s) && s[at] == ':' {
			for _, v := range hconTokens(s, skipSpace(s, at+1), ",", true) {
				if hconEnds(s, v.end) {
					e.value = v.text
					return e, v.end, true
				}
			}
		}
		if hconEnds(s, key.end) {
			return e, key.end, true
		}
	}
	return e, 0, false
}

type hconToken struct {
	text string
	end  int
	bare bool
}

// hconTokens returns the ways to read a token at i, best first.
func hconTokens(s string, i int, stop string, value bool) []hconToken {
	var out []hconToken
	for _, q := range []byte{'"', '\''} {
		if i < len(s) && s[i] == q {
			// A quoted key has at least one character, a quoted value may be empty.
			if n := strings.IndexByte(s[i+1:], q); n > 0 || n == 0 && value {
				out = append(out, hconToken{text: s[i+1 : i+1+n], end: i + n + 2})
			}
		}
	}
	if value && i < len(s) && s[i] == '<' {
		if n := strings.Index(s[i+1:], "/>"); n > 0 {
			out = append(out, hconToken{text: s[i+1 : i+1+n], end: i + n + 3})
		}
	}
	end := i
	for end < len(s) {
		r, size := utf8.DecodeRuneInString(s[end:])
		if isSpace(r) || strings.ContainsRune(stop, r) {
			break
		}
		end += size
	}
	if end > i {
		out = append(out, hconToken{text: s[i:end], end: end, bare: true})
	}
	return out
}

func hconEnds(s string, i int) bool {
	if i >= len(s) {
		return true
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	return r == ',' || isSpace(r)
}

func skipSpace(s string, i int) int {
	return len(s) - len(strings.TrimLeftFunc(s[i:], isSpace))
}

// mergeHCON merges maps deeply; other values of source replace those of target.
func mergeHCON(source, target map[string]any) {
	for key, v := range source {
		switch key {
		case "__proto__", "constructor", "prototype":
			continue
		}
		from, isMap := v.(map[string]any)
		to, wasMap := target[key].(map[string]any)
		if isMap && wasMap {
			mergeHCON(from, to)
		} else {
			target[key] = v
		}
	}
}

// splitHCON splits at commas outside of brackets, parentheses, hyperscript queries and quotes. As htmx
// does, it decides by the text after the comma.
func splitHCON(s string) []string {
	var out []string
	start := 0
	for i := range len(s) {
		if s[i] != ',' {
			continue
		}
		rest := s[i+1:]
		if closesFirst(rest, "]", "[") || closesFirst(rest, ")", "(") || closesFirst(rest, "/>", "<") || !quotesPair(rest) {
			continue
		}
		out = append(out, s[start:i])
		start = i + 1
	}
	return append(out, s[start:])
}

// closesFirst reports whether s closes a bracket before it opens another.
func closesFirst(s, closing, opening string) bool {
	c := strings.Index(s, closing)
	o := strings.Index(s, opening)
	return c >= 0 && (o < 0 || c < o)
}

func quotesPair(s string) bool {
	for {
		i := strings.IndexAny(s, `"'`)
		if i < 0 {
			return true
		}
		n := strings.IndexByte(s[i+1:], s[i])
		if n < 0 {
			return false
		}
		s = s[i+n+2:]
	}
}

// isSpace reports whether r is white space for \s and trim in JavaScript.
func isSpace(r rune) bool {
	switch r {
	case '\t', '\n', '\v', '\f', '\r', ' ', 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff:
		return true
	}
	return r >= 0x2000 && r <= 0x200a
}

// text converts an HCON value to a text as JavaScript does.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// truthy reports whether JavaScript takes v for true.
func truthy(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case float64:
		return v != 0
	}
	return true
}
