package htmxdom

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/andybalholm/cascadia"
	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/net/html"
)

// foreign matches constructs that cascadia accepts and browsers refuse.
var foreign = regexp.MustCompile(`(?i):(contains|containsown|matches|matchesown|haschild|input)\b|!=|#=|#-?[0-9]`)

var quoted = regexp.MustCompile(`"[^"]*"|'[^']*'|\\.`)

// compiled caches selectors: a morph uses the same ones for each element.
var compiled, _ = lru.New[string, compilation](1000) // it fails only for a size below 1

type compilation struct {
	group cascadia.SelectorGroup
	err   error
}

// compile parses a selector. It returns an error if querySelectorAll would throw.
func compile(selector string) (cascadia.SelectorGroup, error) {
	p, ok := compiled.Get(selector)
	if !ok {
		p.group, p.err = parse(selector)
		compiled.Add(selector, p)
	}
	return p.group, p.err
}

func parse(selector string) (cascadia.SelectorGroup, error) {
	if foreign.MatchString(quoted.ReplaceAllString(selector, "x")) {
		return nil, fmt.Errorf("%q is not a valid selector", selector)
	}
	group, err := cascadia.ParseGroup(selector)
	if err != nil {
		return nil, fmt.Errorf("%q is not a valid selector: %w", selector, err)
	}
	return group, nil
}

// queryAll returns root.querySelectorAll(selector), which never includes root.
func queryAll(root *html.Node, selector string) ([]*html.Node, error) {
	if id, ok := idSelector(selector); ok {
		var out []*html.Node
		for n := range root.Descendants() {
			if n.Type == html.ElementNode && idOf(n) == id {
				out = append(out, n)
			}
		}
		return out, nil
	}
	group, err := compile(selector)
	if err != nil {
		return nil, err
	}
	var out []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && group.Match(n) {
			out = append(out, n)
		}
	}
	return out, nil
}

// mustQuery is queryAll for htmx's own selectors. It throws for an invalid one of the configuration.
func mustQuery(root *html.Node, selector string) []*html.Node {
	found, err := queryAll(root, selector)
	if err != nil {
		panic(exception{err.Error()})
	}
	return found
}

// states are the pseudo-classes of state that is not in the HTML. query replaces them by attributes.
var states = map[string]func(d *Document, n *html.Node) bool{
	":focus":   func(d *Document, n *html.Node) bool { return d.focus == n },
	":checked": (*Document).isChecked,
	":modal":   func(*Document, *html.Node) bool { return false },
	":invalid": func(d *Document, n *html.Node) bool { return d.invalid(n) != "" },

	":user-valid":   func(d *Document, n *html.Node) bool { return d.control(n).changed && d.invalid(n) == "" },
	":user-invalid": func(d *Document, n *html.Node) bool { return d.control(n).changed && d.invalid(n) != "" },
}

// matches is the function matches for selectors with pseudo-classes of state.
func (d *Document) matches(n *html.Node, selector string) bool {
	kept := n.Attr
	for name, holds := range states {
		if !strings.Contains(selector, name) {
			continue
		}
		mark := html.Attribute{Key: statePrefix + name[1:]}
		selector = strings.ReplaceAll(selector, name, "["+mark.Key+"]")
		if holds(d, n) {
			n.Attr = append(slices.Clip(n.Attr), mark)
		}
	}
	defer func() { n.Attr = kept }()
	return matches(n, selector)
}

// statePrefix begins the names of attributes that stand for pseudo-classes.
const statePrefix = "sb-model-"

func (d *Document) isChecked(n *html.Node) bool {
	switch {
	case isHTML(n, "input"):
		return inputMode(n) == modeDefaultOn && d.control(n).checked
	case isHTML(n, "option"):
		return d.control(n).selected
	}
	return false
}

// query is mustQuery for selectors with pseudo-classes of state.
func (d *Document) query(root *html.Node, selector string) []*html.Node {
	for name, holds := range states {
		if !strings.Contains(selector, name) {
			continue
		}
		mark := html.Attribute{Key: statePrefix + name[1:]}
		selector = strings.ReplaceAll(selector, name, "["+mark.Key+"]")
		for n := range root.Descendants() {
			if n.Type == html.ElementNode && holds(d, n) {
				n.Attr = append(n.Attr, mark)
				defer func() {
					n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == mark.Key })
				}()
			}
		}
	}
	return mustQuery(root, selector)
}

func matches(n *html.Node, selector string) bool {
	if !isElement(n) || selector == "" {
		return false
	}
	group, err := compile(selector)
	if err != nil {
		panic(exception{err.Error()})
	}
	return group.Match(n)
}

func closest(n *html.Node, selector string) *html.Node {
	for ; isElement(n); n = n.Parent {
		if matches(n, selector) {
			return n
		}
	}
	return nil
}

// withAttr returns root, if it is an element, and its descendants that have one
// of these attributes.
func withAttr(root *html.Node, names ...string) []*html.Node {
	var out []*html.Node
	has := func(n *html.Node) bool {
		return n.Type == html.ElementNode && slices.ContainsFunc(names, func(name string) bool { return hasAttr(n, name) })
	}
	if has(root) {
		out = append(out, root)
	}
	for n := range root.Descendants() {
		if has(n) {
			out = append(out, n)
		}
	}
	return out
}

// escapeID escapes an id as CSS.escape does.
func escapeID(id string) string {
	var b strings.Builder
	for i, r := range id {
		switch {
		case r == 0:
			b.WriteRune(utf8.RuneError)
		case r < 0x20 || r == 0x7f, r >= '0' && r <= '9' && (i == 0 || i == 1 && id[0] == '-'):
			fmt.Fprintf(&b, "\\%x ", r)
		case r == '-' && len(id) == 1:
			b.WriteString(`\-`)
		case r >= 0x80, r == '-', r == '_', r >= '0' && r <= '9', r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z':
			b.WriteRune(r)
		default:
			b.WriteByte('\\')
			b.WriteRune(r)
		}
	}
	return b.String()
}

// idSelector reads a selector that is nothing but #id, with the escapes that
// escapeID makes. At the end of the text a lone backslash stands for U+FFFD, as
// CSS has it.
func idSelector(s string) (id string, ok bool) {
	if len(s) < 2 || s[0] != '#' {
		return "", false
	}
	var b strings.Builder
	for i := 1; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case r == '\\' && i == len(s):
			b.WriteRune(utf8.RuneError)
		case r == '\\':
			hex := i
			for hex < len(s) && hex < i+6 && strings.IndexByte("0123456789abcdefABCDEF", s[hex]) >= 0 {
				hex++
			}
			if hex == i {
				r, size = utf8.DecodeRuneInString(s[i:])
				if r == '\n' || r == '\r' || r == '\f' {
					return "", false
				}
				b.WriteRune(r)
				i += size
				continue
			}
			v, _ := strconv.ParseUint(s[i:hex], 16, 32)
			b.WriteRune(rune(v))
			if i = hex; i < len(s) && isHTMLSpace(rune(s[i])) {
				i++
			}
		case r >= 0x80, r == '_', r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z':
			b.WriteRune(r)
		case r >= '0' && r <= '9', r == '-':
			// An identifier begins with neither.
			if i == 2 && (r != '-' || i == len(s) || strings.IndexByte("0123456789", s[i]) >= 0) {
				return "", false
			}
			b.WriteRune(r)
		default:
			return "", false
		}
	}
	return b.String(), true
}
