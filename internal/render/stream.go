package render

import (
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

// Stream is the list of a stream, for a rendering.
type Stream struct {
	Ref    scope.StreamRef
	IDs    []string
	Broken bool // items were lost, because too many waited
	// DOMID returns the id of the i-th item's element.
	DOMID func(i int) string
	// Item returns the i-th item; nil if it was sent to the page.
	Item func(i int) templ.Component
}

// Render renders the items that were not sent to the page.
func (s Stream) Render(ctx context.Context, w io.Writer) error {
	p := passOf(ctx, w)
	if p == nil {
		return fmt.Errorf("views: the stream %q is rendered where its place in the page is unknown: render it in a template of the page, not in an item of Each and not into another writer", s.Ref.Name())
	}
	b, err := p.newStream(s.Ref, s.IDs)
	if err != nil {
		return err
	}
	if s.Broken {
		return fmt.Errorf("%w: more than %d items of the stream %q waited for it", fault.ErrRemount, state.MaxPending, s.Ref.Name())
	}
	var lost map[int]bool
	for i, id := range b.ids {
		if item := s.Item(i); item != nil {
			if err := b.show(ctx, w, i, s.DOMID(i), item); err != nil {
				return fmt.Errorf("views: the item %.80q of the stream %q: %w", id, s.Ref.Name(), err)
			}
		} else if j := b.seek(id); j >= 0 {
			b.keep(i, j, func() string { return s.DOMID(i) })
		} else {
			if lost == nil {
				lost = map[int]bool{}
			}
			lost[i] = true
		}
	}
	if lost == nil {
		return nil
	}
	s.Ref.Drop(func(i int) bool { return lost[i] })
	p.tree.guard.Report(fmt.Errorf("views: the page has not always shown the stream %q: %d of its items were sent before, and are gone", s.Ref.Name(), len(lost)))
	return errForgot
}

// errForgot restarts the rendering: a stream has dropped items meanwhile.
var errForgot = fmt.Errorf("views: items of a stream are gone: %w", patch.ErrNeedAll)

// streaming is a stream being rendered.
type streaming struct {
	*streamed
	pass  *pass
	items building
	was   *streamed      // as last shown
	next  int            // likely index of the next item there
	index map[string]int // of its items by id, once the order has changed
}

func (p *pass) newStream(ref scope.StreamRef, ids []string) (*streaming, error) {
	was := p.tree.streams[ref]
	if p.shows(ref) || was != nil && was.round == p.round {
		return nil, fmt.Errorf("%w: the stream %q: it can be rendered at one place only", errTwice, ref.Name())
	}
	if was != nil && !p.within(was.region) {
		return nil, patch.ErrNeedAll // it has moved
	}
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
	return &streaming{streamed: s, pass: p, items: building{each: e, skipTo: -1}, was: was}, nil
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

// show renders the i-th item.
func (b *streaming) show(ctx context.Context, w io.Writer, i int, domID string, item templ.Component) error {
	p := b.pass
	p.flush(w)
	b.items.begin(p)
	from := len(p.buf.b)
	outer := p.tracker.Mark()
	err := item.Render(ctx, w)
	p.tracker.Since(outer)
	if err != nil {
		return err
	}
	p.flush(w)
	b.endItem()
	tag, has, ok := patch.FirstTag(p.buf.b[from:])
	if !ok || has != domID {
		return fmt.Errorf("%w with the id %q, which DOMID gives", errOneElement, domID)
	}
	if tag == b.tag {
		tag = b.tag // items share the memory
	}
	b.add(i, tag)
	b.waiting = true
	return nil
}

func (b *streaming) endItem() {
	b.pass.item = nil
	b.each.until = append(b.each.until, int32(len(b.pass.marks)))
	b.pass.mark(patch.End)
}

// keep leaves out the i-th item, which the page shows as its j-th.
func (b *streaming) keep(i, j int, domID func() string) {
	p := b.pass
	tag := b.was.tagOf(j)
	b.add(i, tag)
	b.kept = true
	if b.was.each.neverSkip { // its element's place in the tree is unknown
		b.items.begin(p)
		p.mark(patch.Keep)
		p.buf.b = patch.AppendStub(p.buf.b, tag, domID())
		b.endItem()
		return
	}
	at, n := b.was.each.place(j, &b.items.offsets)
	b.each.from, b.each.until = append(b.each.from, int32(j)), append(b.each.until, 0)
	last := len(p.marks) - 1
	switch {
	case !p.skip:
		m := p.mark(patch.Keep)
		m.From, m.Count = at, n
		p.buf.b = patch.AppendStub(p.buf.b, tag, domID())
	case b.items.skipTo == at && last >= 0 && p.marks[last].Kind == patch.Skip:
		p.marks[last].Count += n
	default:
		m := p.mark(patch.Skip)
		m.From, m.Count = at, n
	}
	b.items.skipTo = at + n
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
					return fmt.Errorf("views: the stream %q: another component's has an item %.80q, too: make its id from the component's", s.ref.Name(), id)
				}
			}
		}
		for i, from := range s.each.from {
			if from >= 0 {
				continue
			}
			if begin, end := &p.marks[-from-1], &p.marks[s.each.until[i]]; !end.Broken && !scanned.IsOne(begin, end) {
				return fmt.Errorf("views: the item %.80q of the stream %q: %w, with nothing next to it", s.ids[i], s.ref.Name(), errOneElement)
			}
		}
	}
	return nil
}
