package render

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"

	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/patch"
)

// pass is one rendering under way: of the whole view, or of one region.
type pass struct {
	tree       *Tree
	buf        *buffer
	marks      []patch.Mark
	tracker    scope.Tracker
	changes    *scope.Changes // since the last rendering; nil if there was none
	skip       bool           // unchanged items may be left out
	reread     bool           // what is read may answer otherwise, since a component around is new or has moved
	duplicate  bool           // a list holds the same item twice
	wantsForms bool           // forms is filled
	served     bool           // for a page that is being served: browsers without JavaScript may read it
	retrying   bool           // an enclosing component is rendered for the second time
	root       *region        // the region that is rendered alone, as last shown; nil: the whole view
	region     *region        // being rendered
	item       *building      // the list whose item is being rendered
	spare      *List          // for the next list
	found      []*region      // new ones, in document order
	carried    []carried
	shown      []*Component // in order
	streams    []*streamed
	later      []*region               // components in items that are left out, in which something is out of date
	forms      []Form                  // to be recovered
	itemFrom   int                     // where the HTML of the stream's item begins that is being rendered
	itemID     string                  // the id that its element has to have; "" outside of items
	broken     error                   // why the region can't show its component
	depth      int                     // of nested components
	texts      int                     // of bindings so far
	attributes int                     // the same, maxRoom at most
	room       templ.OrderedAttributes // for the next ones
	round      uint32

	// The last source that a template read from, cached.
	sourceOwner *Component
	sourceScope *scope.Scope
	source      *scope.Source

	// Memory of lists that mostly have one element.
	one   [1]*region
	draft [1]draft
}

// renderAll renders the whole view; with changes, it leaves out what is unchanged.
func (t *Tree) renderAll(changes *scope.Changes, served bool) (p draft, err error) {
	for range maxRetries {
		if p, err = t.renderOnce(changes, served); changes != nil || !errors.Is(err, errForgot) {
			break
		}
	}
	return p, err
}

// maxRetries is how often a rendering restarts because streams have dropped items.
const maxRetries = 8

func (t *Tree) renderOnce(changes *scope.Changes, served bool) (draft, error) {
	t.round++
	// A new templ context, so that once-blocks are rendered again.
	ctx := templ.InitializeContext(&renderContext{context.Background(), t.root})
	page := &region{body: t.root.kind.Render(t.root.value), ctx: ctx, component: t.root, before: t.page}
	p := t.newPass(page, changes)
	p.served = served
	if err := t.run(p, page); err != nil {
		p.release()
		return draft{}, err
	}
	t.disarm(p.buf.b)
	scanned, err := patch.Scan(p.buf.b, p.marks, &t.shown)
	if err == nil {
		scanned.PostTo(t.address, protocol.Stamp(t.nonce))
		err = p.checkStreams(scanned)
	}
	if err != nil {
		p.release()
		return draft{}, err
	}
	return draft{pass: p, scanned: scanned}, nil
}

// renderRegion renders one region alone, in the context of the last whole rendering. Without changes,
// it leaves out nothing, and what has moved there is known to have gone from elsewhere. With broken, it
// renders the placeholder of its component.
func (t *Tree) renderRegion(r *region, changes *scope.Changes, broken error) (draft, error) {
	again := &region{name: r.name, body: r.body, component: r.component, ctx: withFreshOnce(r.ctx), outer: r.outer, before: r, inItem: r.inItem, isItem: r.isItem}
	p := t.newPass(again, changes)
	if p.broken = broken; changes != nil {
		p.root = r
	}
	if r.isItem {
		p.itemID = t.shown.ID(r.place.Start)
	}
	if err := t.run(p, again); err != nil {
		p.drop()
		return draft{}, err
	}
	t.disarm(p.buf.b)
	scanned, err := patch.ScanRegion(p.buf.b, p.marks, &t.shown, r.place)
	if err == nil {
		scanned.PostTo(t.address, protocol.Stamp(t.nonce))
		if err = p.checkStreams(scanned); err == nil && r.inItem && !scanned.IsElement(p.itemID) {
			err = patch.ErrNeedAll
		}
	}
	if err != nil {
		p.drop()
		return draft{}, err
	}
	return draft{p, scanned, r, *r.place}, nil
}

// drop gives a rendering up, as if it had met no component.
func (p *pass) drop() {
	p.unnote(checkpoint{})
	p.release()
}

func (t *Tree) newPass(r *region, changes *scope.Changes) *pass {
	t.regions++
	b := buffers.Get().(*buffer)
	p := &pass{
		tree: t, buf: b, marks: b.marks, region: r, one: [1]*region{r},
		changes: changes, skip: changes != nil && !r.before.isWhole(), round: t.round,
		wantsForms: t.wantsForms,
	}
	p.found = p.one[:]
	return p
}

func (t *Tree) run(p *pass, r *region) (err error) {
	t.pass.Store(p)
	defer t.pass.CompareAndSwap(p, nil)
	render := func(body templ.Component) error {
		outer := p.tracker.Mark()
		p.expectReads(r)
		err := body.Render(r.ctx, p.buf)
		r.reads = p.tracker.Since(outer)
		return err
	}
	if r.component != nil && r.component != t.root {
		p.note(r.component)
		if p.broken != nil {
			err = p.fail(r.component, p.broken, render)
		} else {
			err = p.attempt(r.component, p.buf, render)
		}
		r.body = content{r.component}
	} else if err = t.guard.Call(func() error { return render(r.body) }); err != nil && !t.isOver(err) {
		// The component that it belongs to is remounted.
		if c := r.outer.owner(); c != nil && c != t.root {
			t.guard.Report(fmt.Errorf("%s: %w", c.Name(), err))
			c.Fail()
			err = patch.ErrNeedAll
		}
	}
	if err == nil && p.duplicate {
		err = patch.ErrNeedAll
	}
	return err
}

// expectReads makes room for as many reads as the region had before.
func (p *pass) expectReads(r *region) {
	if r.before != nil {
		p.tracker.Expect(len(r.before.reads))
	}
}

// sourceOf returns the source from which the templates of a component read.
func (p *pass) sourceOf(c *Component) *scope.Source {
	if p.sourceOwner != c || p.sourceScope != c.scope {
		p.sourceOwner, p.sourceScope, p.source = c, c.scope, p.tracker.Source(c.scope)
	}
	p.tree.readsOutside = p.tree.readsOutside || !p.region.isIn(c)
	return p.source
}

// buffer is the memory of a pass.
type buffer struct {
	b     []byte
	marks []patch.Mark
	ints  []int32 // in use
	ops   []byte
	texts []any // of bindings, in order; strings
	// attributes is how many of bindings the rendering before had, maxRoom at most.
	attributes int

	// Of a rendering of a stream's items.
	edits    []edit
	arriving arriving
}

// numbers returns an empty list with room for n.
func (b *buffer) numbers(n int) []int32 {
	at := len(b.ints)
	b.ints = slices.Grow(b.ints, n)[:at+n]
	return b.ints[at : at : at+n]
}

func (b *buffer) Write(p []byte) (int, error) {
	b.b = append(b.b, p...)
	return len(p), nil
}

var buffers = sync.Pool{New: func() any { return new(buffer) }}

// maxPooled keeps the buffer of a rare huge page out of the pool.
const maxPooled = 4 << 20

// release returns the buffer to the pool.
func (p *pass) release() {
	b := p.buf
	b.attributes = p.attributes
	if cap(b.b) <= maxPooled && cap(b.ops) <= maxPooled {
		clear(p.marks)
		b.b, b.marks, b.ints = b.b[:0], p.marks[:0], b.ints[:0]
		buffers.Put(b)
	}
}

// passOf returns the rendering under way if w is its buffer. Otherwise it returns nil: the position
// of what is rendered is unknown, and nothing can be left out or noted.
func passOf(ctx context.Context, w io.Writer) *pass {
	p := ComponentOf(ctx).tree.pass.Load()
	if p == nil || p.item != nil || !p.flush(w) {
		return nil
	}
	return p
}

// flush flushes templ's own buffer, so that offsets are right.
func (p *pass) flush(w io.Writer) bool {
	if w == io.Writer(p.buf) {
		return true
	}
	tb, ok := w.(*templruntime.Buffer)
	return ok && tb.Underlying == io.Writer(p.buf) && tb.Flush() == nil
}

func (p *pass) mark(k patch.MarkKind) *patch.Mark {
	p.marks = append(p.marks, patch.Mark{Off: len(p.buf.b), Kind: k})
	return &p.marks[len(p.marks)-1]
}
