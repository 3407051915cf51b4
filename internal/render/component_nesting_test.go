package render_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/internal/viewtest/parts"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var nestSpec = state.NewKey[string]("nesting")

type nestNode struct {
	kind byte
	id   string
	kids []*nestNode
}

func (n *nestNode) String() string {
	var b strings.Builder
	b.WriteByte(n.kind)
	b.WriteString(n.id)
	b.WriteByte('(')
	for _, k := range n.kids {
		b.WriteString(k.String())
	}
	b.WriteByte(')')
	return b.String()
}

func nestParse(s string) (*nestNode, string) {
	i := strings.IndexByte(s, '(')
	n := &nestNode{kind: s[0], id: s[1:i]}
	s = s[i+1:]
	for s[0] != ')' {
		var k *nestNode
		k, s = nestParse(s)
		n.kids = append(n.kids, k)
	}
	return n, s[1:]
}

// nested is a component that shows what its spec says.
type nested struct{ Spec string }

func (c nested) Mount(s *views.Socket) error { parts.N.Set(s, 0); return nil }
func (c nested) Update(s *views.Socket, _ nested) error {
	if c.Spec[0] == 'u' {
		parts.Secret.Set(s, "u"+strconv.Itoa(len(c.Spec)))
	}
	return nil
}

func (c nested) Inc(s *views.Socket, by int) error {
	parts.N.Update(s, func(n int) int { return n + by })
	return nil
}

type nestBox struct{ Label string }

func (b nestBox) Mount(s *views.Socket) error { parts.Secret.Set(s, "box"); return nil }
func (b nestBox) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		children := templ.GetChildren(ctx)
		ctx = templ.ClearChildren(ctx)
		return html(`<section id="`+views.ID(ctx)+`">`, parts.Secret.Get, children, `</section>`).Render(ctx, w)
	})
}

func nestLive(n *nestNode) templ.Component { return views.Component(n.id, nested{n.String()}) }

func nestRow(spec string) templ.Component {
	n, _ := nestParse(spec)
	return nestLive(n)
}

func nestKids(n *nestNode) templ.Component {
	var list []any
	for _, k := range n.kids {
		list = append(list, nestLive(k))
	}
	return html(list...)
}

func with(c, children templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return c.Render(templ.WithChildren(templ.InitializeContext(ctx), children), w)
	})
}

func nestList(n *nestNode) templ.Component {
	var specs []string
	for _, k := range n.kids {
		specs = append(specs, k.String())
	}
	return views.Each(specs, func(s string) string { return s }, nestRow)
}

func (c nested) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		n, _ := nestParse(c.Spec)
		v := parts.N.Get(ctx)
		own := fmt.Sprintf("<b>%s %d</b>", n.id, v)
		id := views.ID(ctx)
		var body templ.Component
		switch n.kind {
		case 'l':
			body = html(`<div id="`+id+`">`+own+`<div id="`+id+`-l">`, nestList(n), `</div></div>`)
		case 'L': // a list without an element of its own
			body = html(nestList(n), `<p id="`+id+`">`+own+`</p>`)
		case 'r':
			body = html(`<div id="`+id+`">`+own, with(views.Region("r"), html(`<i id="`+id+`-i">`, parts.Title.Get, `</i>`, nestKids(n))), `</div>`)
		case 'x':
			body = html(own, nestKids(n))
		case 'n':
			body = nestKids(n)
		case 'm':
			body = html(`<p id="`+id+`-1">`+own+`</p>`, nestKids(n), `<p id="`+id+`-2">`+strings.Repeat(`<i id="`+id+`-3">x</i>`, v%2)+`</p>`)
		case 's':
			body = html(`<div id="`+id+`">`, with(views.Component(id+"box", nestBox{}), nestKids(n)), own, `</div>`)
		case 'o':
			body = html(`<p id="`+id+`">`+own+`<div id="`+id+`-d">`, nestKids(n), `</div></p>`)
		case 'b':
			var b bytes.Buffer
			if err := nestKids(n).Render(ctx, &b); err != nil {
				return err
			}
			body = html(`<div id="`+id+`">`+own, b.String(), `</div>`)
		case 'g':
			body = html(`<svg id="`+id+`"><g id="`+id+`-g">`, nestKids(n), `</g></svg>`)
		case 'f':
			body = html(`<div id="`+id+`">`+own, nestKids(n), func(context.Context) string {
				if v == 3 {
					panic("f")
				}
				return ""
			}, `</div>`)
		case 'k':
			body = html(`<div id="`+id+`">`, parts.Secret.Get, parts.Title.Get, nestKids(n), `</div>`)
		default:
			body = html(`<div id="`+id+`">`+own, nestKids(n), `</div>`)
		}
		return body.Render(ctx, w)
	})
}

func nestPage(ctx context.Context, w io.Writer) error {
	n, _ := nestParse(nestSpec.Get(ctx))
	heard := parts.Heard.Get(ctx)
	half := len(n.kids) / 2
	a, b := &nestNode{kids: n.kids[:half]}, &nestNode{kids: n.kids[half:]}
	return html(`<h1 id="title">`, parts.Title.Get, `</h1><div id="list">`, nestList(a), `</div>`,
		with(views.Region("r"), html(`<div id="reg">`, nestKids(b), `</div>`)), `<p id="heard">`+heard+`</p>`).Render(ctx, w)
}

func (n *nestNode) all(list []*nestNode) []*nestNode {
	list = append(list, n)
	for _, k := range n.kids {
		list = k.all(list)
	}
	return list
}

func (n *nestNode) without(x *nestNode) {
	var kids []*nestNode
	for _, k := range n.kids {
		if k != x {
			kids = append(kids, k)
			k.without(x)
		}
	}
	n.kids = kids
}

// TestNestedComponentsShowWhatAWholeRenderingDoes is a random test of components in one
// another, with lists, regions, slots, foreign writers, text alone, nothing at all, HTML
// that parsers rearrange, failures, moves and changes of kind. SIDEBAND_SEEDS sets how many
// pages.
func TestNestedComponentsShowWhatAWholeRenderingDoes(t *testing.T) {
	seeds := 100
	if n, err := strconv.Atoi(os.Getenv("SIDEBAND_SEEDS")); err == nil {
		seeds = n
	}
	for seed := range seeds {
		nestAtRandom(t, uint64(seed), "ddlLrxnmsobgfuk")
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func nestAtRandom(t *testing.T, seed uint64, kinds string) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 9))
	show := func() templ.Component { return templ.ComponentFunc(nestPage) }
	root := &nestNode{kind: 'P'}
	next := 0
	add := func() {
		nodes := root.all(nil)
		at := nodes[r.IntN(len(nodes))]
		next++
		k := &nestNode{kind: kinds[r.IntN(len(kinds))], id: fmt.Sprint("n", next)}
		i := r.IntN(len(at.kids) + 1)
		at.kids = append(at.kids[:i:i], append([]*nestNode{k}, at.kids[i:]...)...)
	}
	for range 6 {
		add()
	}
	in, said := viewtest.NewReporting(t, viewtest.Define(parts.Page{Show: show}))
	twin, _ := viewtest.NewReporting(t, viewtest.Define(parts.Page{Show: show}))
	both := func(f func(in *viewtest.View)) { f(in); f(twin) }
	apply := func() {
		spec := root.String()
		both(func(in *viewtest.View) {
			in.Set(func(s *views.Socket) { nestSpec.Set(s, spec); parts.Secret.Set(s, "page") })
		})
	}
	apply()
	doc := document(t, in.Page())
	twin.Page()
	var log []string
	for range 20 {
		nodes := root.all(nil)[1:]
		switch kind := r.IntN(10); {
		case kind < 4 && len(nodes) > 0:
			x := nodes[r.IntN(len(nodes))]
			by := 1 + r.IntN(3)
			log = append(log, fmt.Sprint("inc ", x.id, " ", by))
			both(func(in *viewtest.View) { _ = in.Post("Inc", "render_test.nested."+x.id, fmt.Sprint(by)) })
		case kind < 5:
			title := fmt.Sprint("t", r.IntN(3))
			log = append(log, title)
			both(func(in *viewtest.View) { in.Set(func(s *views.Socket) { parts.Title.Set(s, title) }) })
		case kind < 6:
			heard := fmt.Sprint("h", r.IntN(3))
			log = append(log, heard)
			both(func(in *viewtest.View) { in.Set(func(s *views.Socket) { parts.Heard.Set(s, heard) }) })
		case kind < 7 || len(nodes) == 0:
			add()
		case kind < 8:
			root.without(nodes[r.IntN(len(nodes))])
		case kind < 9:
			nodes[r.IntN(len(nodes))].kind = kinds[r.IntN(len(kinds))]
		default: // move
			x := nodes[r.IntN(len(nodes))]
			root.without(x)
			rest := root.all(nil)
			at := rest[r.IntN(len(rest))]
			i := r.IntN(len(at.kids) + 1)
			at.kids = append(at.kids[:i:i], append([]*nestNode{x}, at.kids[i:]...)...)
		}
		apply()
		log = append(log, root.String())
		if r.IntN(5) == 0 {
			continue
		}
		res, err := in.Render(nil)
		if err != nil {
			t.Fatalf("%v\nafter %q", err, log)
		}
		if err := doc.Apply(string(res.Ops)); err != nil {
			t.Fatalf("%v: %s", err, res.Ops)
		}
		whole := document(t, twin.Page())
		if got, want := shown(doc), shown(whole); got != want {
			t.Fatalf("after %s\nshows %s\nnot   %s\nops %s\nsaid %.200q", strings.Join(log, "\n"), got, want, res.Ops, *said)
		}
		in.Settle()
		twin.Settle()
		if again := in.Patch(); again != "" {
			t.Fatalf("after %q: a second rendering sends %s", log, again)
		}
	}
}
