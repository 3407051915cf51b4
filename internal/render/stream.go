package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/state"
)

// Items is what a stream holds when a rendering reads it.
type Items struct {
	Slots
	Ref    scope.StreamRef
	IDs    []string
	Broken bool // items were lost, because too many waited
}

// Slots are the items of a stream by their indices.
type Slots interface {
	// DOMID returns the id of the i-th item's element.
	DOMID(i int) string
	// Waits reports whether the i-th item was not sent to the page.
	Waits(i int) bool
	// Item returns the i-th item; nil if it was sent to the page.
	Item(i int) templ.Component
}

// ShowStream renders the items of a stream that were not sent to the page. read reads the stream.
func ShowStream(ctx context.Context, w io.Writer, name string, read func(ctx context.Context) Items) error {
	p := passOf(ctx, w)
	if p == nil {
		return fmt.Errorf("views: the stream %q is rendered where its place in the page is unknown: render it in a template of the page, not in an item of Each and not into another writer", name)
	}
	outer := p.tracker.Mark()
	items := read(ctx)
	reads := p.tracker.Since(outer)
	b, err := p.newStream(items)
	if err != nil {
		return err
	}
	b.each.shape, b.owner, b.ctx, b.read = reads, ComponentOf(ctx), ctx, read
	if items.Broken {
		return fmt.Errorf("%w: more than %d items of the stream %q waited for it", fault.ErrRemount, state.MaxPending, name)
	}
	lost, err := b.render(ctx, w, 0, len(items.IDs))
	if err != nil {
		return err
	}
	p.flush(w)
	b.end = len(p.marks)
	if p.mark(patch.End).Region = true; lost == nil {
		return nil
	}
	items.Ref.Drop(func(i int) bool { return lost[i] })
	p.tree.guard.Report(fmt.Errorf("views: the page has not always shown the stream %q: %d of its items were sent before, and are gone", name, len(lost)))
	return errForgot
}

// render renders the items from one index to another. It returns those that the page does not have
// and that were dropped.
func (b *streaming) render(ctx context.Context, w io.Writer, from, to int) (lost map[int]bool, err error) {
	for i := from; i < to; i++ {
		id := b.now.IDs[i]
		if item := b.now.Item(i); item != nil {
			if err := b.show(ctx, w, b.now.DOMID(i), item); err != nil {
				return nil, fault.Quote(id, fmt.Errorf("views: an item of the stream %q: %w", b.ref.Name(), err))
			}
		} else if j := b.seek(id); j >= 0 {
			if err := b.keep(i, j); err != nil {
				return nil, err
			}
		} else {
			if lost == nil {
				lost = map[int]bool{}
			}
			lost[i] = true
		}
	}
	return lost, nil
}

// errForgot restarts the rendering: a stream has dropped items meanwhile.
var errForgot = fmt.Errorf("views: items of a stream are gone: %w", patch.ErrNeedAll)

// streaming is a stream being rendered.
type streaming struct {
	*streamed
	pass  *pass
	now   Items
	items building
	was   *streamed      // as last shown
	next  int            // likely index of the next item there
	index map[string]int // of its items by id, once the order has changed
}

func (p *pass) newStream(items Items) (*streaming, error) {
	ref, ids := items.Ref, items.IDs
	was := p.tree.streams[ref]
	if p.shows(ref) || was != nil && was.round == p.round {
		return nil, fmt.Errorf("%w: the stream %q: it can be rendered at one place only", errTwice, ref.Name())
	}
	if was != nil && !p.within(was.region) {
		return nil, patch.ErrNeedAll // it has moved
	}
	p.mark(patch.Begin)
	e := &each{from: p.buf.numbers(len(ids)), until: p.buf.numbers(len(ids)), first: len(p.marks), after: len(p.region.inside().inner)}
	s := &streamed{each: e, ref: ref, ids: ids, region: p.region, round: p.round}
	e.stream = s
	if was == nil {
		was = &streamed{each: &each{}}
	}
	e.was = was.each
	in := p.region.toParts()
	in.eaches = append(in.eaches, e)
	p.streams = append(p.streams, s)
	return &streaming{streamed: s, pass: p, now: items, items: building{each: e, skipTo: -1}, was: was}, nil
}

// shows reports whether the rendering has the stream already.
func (p *pass) shows(ref scope.StreamRef) bool {
	return slices.ContainsFunc(p.streams, func(s *streamed) bool { return s.ref == ref })
}

// within reports whether a region is in the part of the page that is being rendered.
func (p *pass) within(r *region) bool {
	for ; r != nil && p.root != nil; r = r.outer {
		if r == p.root {
			return true
		}
	}
	return p.root == nil
}

// seek returns the index of an item in what the page shows, or -1.
func (b *streaming) seek(id string) int {
	old := b.was.ids
	for j := b.next; j < len(old) && j < b.next+4; j++ {
		if old[j] == id {
			b.next = j + 1
			return j
		}
	}
	if b.index == nil {
		b.index = make(map[string]int, len(old))
		for j, id := range old {
			b.index[id] = j
		}
	}
	j, ok := b.index[id]
	if !ok {
		return -1
	}
	b.next = j + 1
	return j
}

var errOneElement = errors.New("it must be one element")

// show renders an item.
func (b *streaming) show(ctx context.Context, w io.Writer, domID string, item templ.Component) error {
	p := b.pass
	p.flush(w)
	b.items.begin(p)
	from := len(p.buf.b)
	outer, outerFrom, outerID := p.tracker.Mark(), p.itemFrom, p.itemID
	p.itemFrom, p.itemID = from, domID
	err := item.Render(ctx, w)
	p.itemFrom, p.itemID = outerFrom, outerID
	p.tracker.Since(outer)
	if err != nil {
		return err
	}
	p.flush(w)
	b.endItem()
	tag, has, ok := patch.FirstTag(p.buf.b[from:])
	if !ok || has != domID {
		return fault.Quote(domID, fmt.Errorf("%w with the id that DOMID gives", errOneElement))
	}
	if tag == b.tag {
		tag = b.tag // items share the memory
	}
	b.add(tag)
	b.waiting = true
	return nil
}

// inStream reports whether an item of a stream is being rendered, outside of its components.
func (p *pass) inStream() bool { return p.item != nil && p.item.stream != nil }

// atItem reports whether the element comes next that stands for an item of a stream.
func (p *pass) atItem() bool {
	return p.itemID != "" && len(bytes.TrimLeft(p.buf.b[p.itemFrom:], " \n\t\r\f")) == 0
}

func (b *streaming) endItem() {
	b.pass.item = nil
	b.each.until = append(b.each.until, int32(len(b.pass.marks)))
	b.pass.mark(patch.End)
	b.items.endRegions()
}

// keep leaves out the i-th item, which the page shows as its j-th, with the components in it.
func (b *streaming) keep(i, j int) error {
	tag := b.was.tagOf(j)
	b.skip(i, j, tag)
	b.add(tag)
	b.kept = true
	for _, r := range b.was.each.regionsOf(j) {
		if err := b.carry(r); err != nil {
			return err
		}
	}
	b.items.endRegions()
	return nil
}

func (b *streaming) skip(i, j int, tag string) {
	p := b.pass
	if b.was.each.neverSkip { // its element's place in the tree is unknown
		b.items.begin(p)
		p.mark(patch.Keep)
		p.buf.b = patch.AppendStub(p.buf.b, tag, b.now.DOMID(i))
		p.item = nil
		b.each.until = append(b.each.until, int32(len(p.marks)))
		p.mark(patch.End)
		return
	}
	at, n := b.was.each.place(j, &b.items.offsets)
	b.each.from, b.each.until = append(b.each.from, int32(j)), append(b.each.until, 0)
	last := len(p.marks) - 1
	switch {
	case !p.skip:
		m := p.mark(patch.Keep)
		m.From, m.Count = at, n
		p.buf.b = patch.AppendStub(p.buf.b, tag, b.now.DOMID(i))
	case b.items.skipTo == at && last >= 0 && p.marks[last].Kind == patch.Skip:
		p.marks[last].Count += n
	default:
		m := p.mark(patch.Skip)
		m.From, m.Count = at, n
	}
	b.items.skipTo = at + n
}

// carry takes over a component of an item that is left out. If something is out of date in it, it is
// rendered apart.
func (b *streaming) carry(r *region) error {
	p, c := b.pass, r.component
	last := len(p.marks) - 1
	p.marks[last].Region = true
	r.end = int32(last) // which tells what the region was in the rendering before
	b.items.addRegion(r)
	p.carried = append(p.carried, carried{r, p.region, last})
	if c.round == p.round {
		return fault.Quote(c.id, fmt.Errorf("%w: %s: it is in an item of the stream %q, too", errTwice, c.Name(), b.ref.Name()))
	}
	if parent := c.parent; parent == b.was.owner && parent != b.owner || c.scope.Parent() != parent.scope {
		if parent == b.was.owner {
			parent = b.owner
		}
		p.tree.move(c, parent)
		r.reread(p.tree)
	} else if p.reread {
		r.reread(p.tree)
	}
	if r.containsStale {
		r.stale = r.stale || p.changes == nil || slices.Contains(r.staleInside(), r)
		p.later = append(p.later, r)
	}
	p.noteFresh(r)
	return nil
}

// reread marks the region as out of date, with all that is in it.
func (r *region) reread(t *Tree) {
	r.stale, r.whole, r.containsStale = true, true, true
	t.flagged = append(t.flagged, r)
}

// noteFresh notes what is in a region that is taken over, but for what is rendered apart.
func (p *pass) noteFresh(r *region) {
	switch {
	case r.stale:
	case r.containsStale:
		p.noteAll(r)
		r.children(p.noteFresh)
	default:
		r.visit(p.noteAll)
	}
}

// checkStreams returns an error if an item was not rendered as one element, or has the same id as an
// item of another component's stream.
func (p *pass) checkStreams(scanned *patch.Scanned) error {
	var seen map[string]struct{} // names with ids
	for k, s := range p.streams {
		if seen != nil || slices.ContainsFunc(p.streams[k+1:], func(o *streamed) bool { return o.ref.Name() == s.ref.Name() }) {
			if seen == nil {
				seen = map[string]struct{}{}
			}
			for _, id := range s.ids {
				n := len(seen)
				if seen[s.ref.Name()+" "+id] = struct{}{}; len(seen) == n {
					return fault.Quote(id, fmt.Errorf("views: the stream %q: another component's has an item with the same id: make its id from the component's", s.ref.Name()))
				}
			}
		}
		for i, from := range s.each.from {
			if from >= 0 {
				continue
			}
			if begin, end := &p.marks[-from-1], &p.marks[s.each.until[i]]; !end.Broken && !scanned.IsOne(begin, end) {
				return fault.Quote(s.ids[i], fmt.Errorf("views: an item of the stream %q: %w, with nothing next to it", s.ref.Name(), errOneElement))
			}
			for _, r := range s.each.regionsOf(i) {
				if end := &p.marks[r.end]; !end.Broken && !scanned.IsOne(&patch.Mark{Node: end.Place.Start}, end) {
					return fault.Quote(s.ids[i], fmt.Errorf("views: %s in an item of the stream %q: %w with an id, with nothing next to it", r.label(), s.ref.Name(), errOneElement))
				}
			}
		}
	}
	return nil
}
