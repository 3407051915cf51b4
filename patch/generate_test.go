package patch_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// elem is an element of a random page. It is written as templ writes HTML: well
// nested, void elements without end tags, attributes in double quotes.
type elem struct {
	tag, id  string
	attrs    []string // name="value"
	children []any    // *elem or string
}

var voids = []string{"input", "br", "img"}

func (e *elem) write(b *strings.Builder) {
	b.WriteString("<" + e.tag)
	if e.id != "" {
		b.WriteString(` id="` + e.id + `"`)
	}
	for _, a := range e.attrs {
		b.WriteString(" " + a)
	}
	b.WriteString(">")
	if slices.Contains(voids, e.tag) {
		return
	}
	for i, c := range e.children {
		switch c := c.(type) {
		case *elem:
			if i > 0 && len(e.children) > 3 {
				b.WriteByte(' ')
			}
			c.write(b)
		case string:
			b.WriteString(c)
		}
	}
	b.WriteString("</" + e.tag + ">")
}

func (e *elem) html() string {
	var b strings.Builder
	for _, c := range e.children {
		switch c := c.(type) {
		case *elem:
			c.write(&b)
		case string:
			b.WriteString(c)
		}
	}
	return b.String()
}

func (e *elem) clone() *elem {
	c := &elem{e.tag, e.id, slices.Clone(e.attrs), slices.Clone(e.children)}
	for i, x := range c.children {
		if x, ok := x.(*elem); ok {
			c.children[i] = x.clone()
		}
	}
	return c
}

func (e *elem) walk(f func(parent, e *elem)) {
	for _, c := range e.children {
		if c, ok := c.(*elem); ok {
			f(e, c)
			c.walk(f)
		}
	}
}

// gen makes random pages. Its pages are what the parser leaves as it is, so that
// what differs after a patch is the patch's doing.
type gen struct {
	*rand.Rand
	ids int
	odd bool // also HTML that the parser rearranges, and odd ids
}

func (g *gen) pick(list ...string) string { return list[g.IntN(len(list))] }

func (g *gen) newID() string {
	g.ids++
	if g.odd && g.IntN(12) == 0 {
		return g.pick("x,body", "a b", "1bad", "q&#34;q", "ü") + fmt.Sprint(g.ids)
	}
	if g.IntN(3) == 0 {
		return g.pick("", "-", "user:", "item.", "böse", "a[", "x)", `b\`, "#", "🙂", "*", "a/b", "--") + fmt.Sprint(g.ids)
	}
	return g.pick("i", "row-", "X_") + fmt.Sprint(g.ids)
}

func (g *gen) text() string {
	return g.pick("a", "b", "zwei Worte", "&lt;b&gt;", "&amp;", "0", "é", " x ", "line\nline", "")
}

func (g *gen) attr() string {
	return g.pick(`class="a"`, `class="a b"`, `title="t"`, `title=""`, `data-x="&#34;"`, `hidden`, `lang="de"`, `class="c"`)
}

func (g *gen) page() *elem {
	root := &elem{tag: "main"}
	g.fill(root, "flow", 0)
	return root
}

// fill gives e children of a kind that its place allows.
func (g *gen) fill(e *elem, kind string, depth int) {
	for range g.IntN(4) + 1 {
		if c := g.child(kind, depth); c != nil {
			e.children = append(e.children, c)
		}
	}
}

func (g *gen) child(kind string, depth int) any {
	if kind == "flow" || kind == "phrase" || kind == "text" {
		if g.IntN(5) == 0 || kind == "text" {
			return g.text()
		}
	}
	e := &elem{}
	inner := "flow"
	switch kind {
	case "flow":
		e.tag = g.pick("div", "section", "p", "ul", "table", "span", "input", "textarea", "select", "svg", "details", "pre", "div", "ul", "b", "br", "label")
		if depth > 3 {
			e.tag = g.pick("p", "span", "input", "b")
		}
	case "phrase":
		e.tag = g.pick("b", "i", "span", "input", "code")
		if depth > 4 {
			return g.text()
		}
	case "li", "tbody", "tr", "td", "option", "circle":
		e.tag = kind
	case "summary":
		e.tag = "summary"
	}
	switch e.tag {
	case "p", "span", "b", "i", "code", "label", "summary":
		inner = "phrase"
	case "ul":
		inner = "li"
	case "table":
		inner = "tbody"
	case "tbody":
		inner = "tr"
	case "tr":
		inner = "td"
	case "td", "li":
		inner = g.pick("phrase", "text", "phrase", "flow")
	case "select":
		inner = "option"
	case "svg":
		inner = "circle"
	case "textarea", "option", "pre":
		inner = "text"
	}
	if g.IntN(2) == 0 {
		e.id = g.newID()
	}
	if g.IntN(3) == 0 {
		e.attrs = append(e.attrs, g.attr())
	}
	switch e.tag {
	case "input":
		e.attrs = append(e.attrs, g.pick(`type="text" value="v"`, `type="checkbox"`, `value="w"`, `type="text"`))
		return e
	case "br", "circle":
		if e.tag == "circle" {
			e.attrs = append(e.attrs, g.pick(`r="1"`, `r="2"`))
		}
		return e
	case "option":
		e.attrs = append(e.attrs, fmt.Sprintf(`value="%d"`, g.IntN(4)))
	case "textarea":
		e.children = []any{g.pick("some text", "", "other")}
		return e
	case "details":
		e.children = append(e.children, g.child("summary", depth+1))
	}
	g.fill(e, inner, depth+1)
	if g.odd && g.IntN(25) == 0 {
		g.spoil(e)
	}
	return e
}

// spoil adds what the parser does not leave where it stands.
func (g *gen) spoil(e *elem) {
	switch e.tag {
	case "p", "span", "label":
		e.children = append(e.children, &elem{tag: "div", id: g.newID(), children: []any{"block"}})
	case "table":
		e.children = append(e.children, &elem{tag: "tr", id: g.newID(), children: []any{&elem{tag: "td"}}})
	case "tr":
		e.children = append(e.children, "foster")
	case "div", "li", "section":
		a := &elem{tag: "a", id: g.newID(), attrs: []string{`href="#"`}, children: []any{"link"}}
		a.children = append(a.children, &elem{tag: "a", children: []any{"inner"}})
		e.children = append(e.children, a)
	}
}

// mutate changes a page in a few random ways.
func (g *gen) mutate(root *elem) {
	for range g.IntN(4) + 1 {
		var all, parents []*elem
		root.walk(func(p, e *elem) { all, parents = append(all, e), append(parents, p) })
		if len(all) == 0 {
			g.fill(root, "flow", 0)
			continue
		}
		i := g.IntN(len(all))
		e, p := all[i], parents[i]
		switch g.IntN(12) {
		case 0, 1, 2: // text
			for j, c := range e.children {
				if _, ok := c.(string); ok {
					e.children[j] = g.text()
				}
			}
		case 3: // attributes
			e.attrs = slices.DeleteFunc(e.attrs, func(a string) bool { return !strings.Contains(a, "type=") && !strings.Contains(a, "value=") })
			e.attrs = append(e.attrs, g.attr())
		case 4, 5: // remove
			p.children = slices.DeleteFunc(p.children, func(c any) bool { return c == any(e) })
		case 6, 7: // insert a like one
			j := slices.Index(p.children, any(e))
			if c := g.like(e); c != nil {
				p.children = slices.Insert(p.children, j+g.IntN(2), any(c))
			}
		case 8, 9: // reorder
			g.Shuffle(len(p.children), func(a, b int) {
				if p.tag != "details" && p.tag != "table" {
					p.children[a], p.children[b] = p.children[b], p.children[a]
				}
			})
		case 10: // move to a like parent
			for k, q := range all {
				if q.tag == p.tag && q != p && parents[k] != e && !contains(e, q) {
					p.children = slices.DeleteFunc(p.children, func(c any) bool { return c == any(e) })
					q.children = append(q.children, e)
					break
				}
			}
		case 11: // empty, or another tag under the same id
			switch e.tag {
			case "span", "b", "i", "code":
				e.tag = g.pick("span", "b", "i", "code")
			case "ul", "tbody", "div", "p", "li":
				e.children = nil
			}
		}
	}
}

func contains(e, x *elem) bool {
	found := e == x
	e.walk(func(_, c *elem) { found = found || c == x })
	return found
}

// like makes another element that may stand beside e.
func (g *gen) like(e *elem) *elem {
	c := e.clone()
	fresh := func(e *elem) {
		if e.id != "" {
			e.id = g.newID()
		}
	}
	fresh(c)
	c.walk(func(_, e *elem) { fresh(e) })
	return c
}

// pair makes two renderings of one page.
func (g *gen) pair() (a, b *elem) {
	a = g.page()
	b = a.clone()
	g.mutate(b)
	return a, b
}

// hostilePair may hold the same id twice.
func (g *gen) hostilePair() (a, b *elem) {
	g.odd = true
	a, b = g.pair()
	if g.IntN(8) == 0 {
		var ids []string
		b.walk(func(_, e *elem) {
			if e.id != "" {
				ids = append(ids, e.id)
			}
		})
		b.walk(func(_, e *elem) {
			if len(ids) > 0 && g.IntN(6) == 0 {
				e.id = ids[g.IntN(len(ids))]
			}
		})
	}
	return a, b
}

// refilledPair has an element that gets many new children instead of those it had. What was or is in it may stand
// elsewhere on the other page.
func (g *gen) refilledPair() (a, b *elem) {
	a, b = g.pair()
	filled := func(page *elem, name string, n int) {
		e := &elem{tag: "div", id: "filled", attrs: []string{`title="` + name + `"`}[:g.IntN(2)]}
		for i := range n {
			e.children = append(e.children, &elem{tag: "div", id: name + strconv.Itoa(i), children: []any{g.text()}})
		}
		for i, c := range page.children {
			if c, ok := c.(*elem); ok && c.id != "" && n > 0 && g.IntN(3) == 0 {
				into := e
				if g.IntN(2) == 0 {
					into = e.children[g.IntN(n)].(*elem)
				}
				into.children, page.children[i] = append(into.children, c), g.text()
			}
		}
		page.children = append(page.children, e)
	}
	filled(a, "was", g.IntN(3))
	filled(b, "is", 9+g.IntN(3))
	return a, b
}
