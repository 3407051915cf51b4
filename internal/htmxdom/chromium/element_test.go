package chromium_test

import (
	"fmt"
	"strings"
)

// el is an element to be written.
type el struct {
	tag  string
	attr [][2]string
	kids []any // *el, or string for text, or comment
}

type comment string

func (e *el) write(b *strings.Builder) {
	b.WriteString("<" + e.tag)
	for _, a := range e.attr {
		fmt.Fprintf(b, ` %s="%s"`, a[0], strings.NewReplacer("&", "&amp;", `"`, "&quot;").Replace(a[1]))
	}
	b.WriteString(">")
	if e.tag == "input" {
		return
	}
	for _, k := range e.kids {
		write(b, k)
	}
	b.WriteString("</" + e.tag + ">")
}

func write(b *strings.Builder, node any) {
	switch n := node.(type) {
	case *el:
		n.write(b)
	case comment:
		b.WriteString("<!--" + string(n) + "-->")
	case string:
		b.WriteString(strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(n))
	}
}

func render(nodes ...any) string {
	var b strings.Builder
	for _, n := range nodes {
		write(&b, n)
	}
	return b.String()
}

func (e *el) get(name string) (string, bool) {
	for _, a := range e.attr {
		if a[0] == name {
			return a[1], true
		}
	}
	return "", false
}

func (e *el) set(name, value string) {
	for i := range e.attr {
		if e.attr[i][0] == name {
			e.attr[i][1] = value
			return
		}
	}
	e.attr = append(e.attr, [2]string{name, value})
}

func (e *el) drop(name string) {
	for i := range e.attr {
		if e.attr[i][0] == name {
			e.attr = append(e.attr[:i:i], e.attr[i+1:]...)
			return
		}
	}
}

func (e *el) clone() *el {
	c := &el{tag: e.tag, attr: append([][2]string(nil), e.attr...)}
	for _, k := range e.kids {
		if k, ok := k.(*el); ok {
			c.kids = append(c.kids, k.clone())
			continue
		}
		c.kids = append(c.kids, k)
	}
	return c
}

// all returns e and the elements below it.
func (e *el) all() []*el {
	out := []*el{e}
	for _, k := range e.kids {
		if k, ok := k.(*el); ok {
			out = append(out, k.all()...)
		}
	}
	return out
}
