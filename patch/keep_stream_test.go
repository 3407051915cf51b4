package patch_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/patch"
)

// stream is a page with items that are rendered once: those that are as before are left to
// the page.
type stream struct {
	tree  patch.Tree
	items map[string]sentItem
}

type sentItem struct {
	html, tag   string
	from, count int32 // in the tree; no nodes: it does not know them
}

func isItem(e *elem) bool { return strings.HasPrefix(e.id, "s-") }

// writing is a rendering under way.
type writing struct {
	strings.Builder
	was   map[string]sentItem
	marks []patch.Mark
	items []placed
	skip  bool
}

type placed struct {
	id         string
	begin, end int // marks; the same for one that is kept
}

func (w *writing) mark(m patch.Mark) int {
	m.Off = w.Len()
	w.marks = append(w.marks, m)
	return len(w.marks) - 1
}

func (w *writing) write(e *elem) {
	if !isItem(e) {
		w.element(e)
		return
	}
	var full strings.Builder
	e.write(&full)
	if was, ok := w.was[e.id]; ok && was.html == full.String() {
		kind := patch.Keep
		if w.skip && was.count > 0 {
			kind = patch.Skip
		}
		at := w.mark(patch.Mark{Kind: kind, From: was.from, Count: was.count})
		if kind == patch.Keep {
			w.Write(patch.AppendStub(nil, was.tag, e.id))
		}
		w.items = append(w.items, placed{e.id, at, at})
		return
	}
	begin := w.mark(patch.Mark{Kind: patch.Begin})
	w.element(e)
	w.items = append(w.items, placed{e.id, begin, w.mark(patch.Mark{Kind: patch.End})})
}

func (w *writing) element(e *elem) {
	if !slices.ContainsFunc(e.children, func(c any) bool { _, ok := c.(*elem); return ok }) {
		e.write(&w.Builder)
		return
	}
	var start strings.Builder
	(&elem{tag: e.tag, id: e.id, attrs: e.attrs}).write(&start)
	w.WriteString(strings.TrimSuffix(start.String(), "</"+e.tag+">"))
	for i, c := range e.children {
		switch c := c.(type) {
		case *elem:
			if i > 0 && len(e.children) > 3 {
				w.WriteByte(' ')
			}
			w.write(c)
		case string:
			w.WriteString(c)
		}
	}
	w.WriteString("</" + e.tag + ">")
}

// show returns the operations that make the page show root.
func (s *stream) show(root *elem) (ops string, err error) {
	for _, skip := range []bool{true, false} {
		if ops, err = s.render(root, skip); !errors.Is(err, patch.ErrNeedAll) {
			return ops, err
		}
	}
	return "", err
}

func (s *stream) render(root *elem, skip bool) (ops string, err error) {
	w := &writing{was: s.items, skip: skip}
	for _, c := range root.children {
		switch c := c.(type) {
		case *elem:
			w.write(c)
		case string:
			w.WriteString(c)
		}
	}
	r, err := patch.Scan([]byte(w.String()), w.marks, &s.tree)
	if err != nil {
		return "", err
	}
	var b []byte
	if s.tree.Len() > 0 {
		if b, err = patch.Diff(nil, &s.tree, r, rootID); err != nil {
			return "", err
		}
	}
	now := map[string]sentItem{}
	for _, it := range w.items {
		m := &w.marks[it.begin]
		n := sentItem{from: m.Node}
		if it.begin == it.end {
			was := s.items[it.id]
			n.html, n.tag, n.count = was.html, was.tag, max(was.count, 1)
			for id, inner := range s.items { // what is kept in it
				if id != it.id && was.count > 0 && was.from < inner.from && inner.from < was.from+was.count {
					inner.from += n.from - was.from
					now[id] = inner
				}
			}
		} else {
			end := &w.marks[it.end]
			tag, id, ok := patch.FirstTag([]byte(w.String()[m.Off:end.Off]))
			if !ok || id != it.id || !end.Broken && !r.IsOne(m, end) {
				return "", fmt.Errorf("an item is not read as one element: %q %q %v", tag, id, ok)
			}
			n.tag, n.count = tag, end.Node-m.Node
		}
		if m.Broken || w.marks[it.end].Broken {
			n.from, n.count = 0, 0
		}
		now[it.id] = n
	}
	root.walk(func(_, e *elem) {
		if n, ok := now[e.id]; ok && isItem(e) {
			var full strings.Builder
			e.write(&full)
			n.html = full.String()
			now[e.id] = n
		}
	})
	s.tree.Commit(r)
	r.Release()
	s.items = now
	return string(b), nil
}

// withItems puts lists of items into a page.
func (g *gen) withItems(root *elem) *elem {
	n := 0
	for range g.IntN(2) + 1 {
		list := &elem{tag: "ul"}
		if g.IntN(3) > 0 {
			list.id = g.newID()
		}
		for range g.IntN(6) + 1 {
			it := &elem{tag: "li", id: fmt.Sprint("s-", n)}
			g.fill(it, g.pick("phrase", "text", "phrase", "flow"), 2)
			list.children = append(list.children, it)
			n++
		}
		around := list
		if g.IntN(3) == 0 {
			around = &elem{tag: "div", children: []any{list}}
		}
		root.children = slices.Insert(root.children, g.IntN(len(root.children)+1), any(around))
	}
	return root
}

// change mutates a page, its lists above all.
func (g *gen) change(root *elem) {
	var lists []*elem
	root.walk(func(p, e *elem) {
		if isItem(e) && !slices.Contains(lists, p) {
			lists = append(lists, p)
		}
	})
	for _, l := range lists {
		switch g.IntN(6) {
		case 0:
			l.children = append(l.children, g.item())
		case 1:
			l.children = slices.Insert(l.children, g.IntN(len(l.children)), any(g.item()))
		case 2:
			l.children = slices.Delete(l.children, 0, 1)
		case 3:
			l.attrs = []string{g.attr()}
		case 4: // what stands around it
			if l.id == "" {
				l.id = g.newID()
			}
		}
	}
	if g.IntN(2) == 0 {
		g.mutate(root)
	}
}

func (g *gen) item() *elem {
	g.ids++
	it := &elem{tag: "li", id: fmt.Sprint("s-n", g.ids)}
	g.fill(it, "phrase", 3)
	return it
}

// steps is one page as it changes, what is sent for it, and whether the trees knew all that
// is in the items.
func (g *gen) steps(t *testing.T, n int) (pages []*elem, ops []string, known bool) {
	t.Helper()
	root := g.withItems(g.page())
	var s stream
	known = true
	for i := range n {
		op, err := s.show(root)
		if err != nil {
			t.Fatalf("step %d: %v\nshow %s", i, err, root.html())
		}
		pages, ops = append(pages, root), append(ops, op)
		for _, it := range s.items {
			known = known && it.count > 0
		}
		root = root.clone()
		g.change(root)
	}
	return pages, ops, known
}
