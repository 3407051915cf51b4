package render

import (
	"context"
	"io"
	"slices"
	"sync"

	templruntime "github.com/a-h/templ/runtime"

	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/patch"
)

// pass is one rendering under way: of the whole view, or of one region.
type pass struct {
	tree    *Tree
	buf     *buffer
	marks   []patch.Mark
	tracker scope.Tracker
	changes *scope.Changes // since the last rendering; nil if there was none
	skip    bool           // items that are as before may be left out
	twice   bool           // a list holds the same item twice
	root    *region        // that is rendered alone, as it was; nil: the whole view
	region  *region        // being rendered
	item    *building      // whose item is being rendered
	found   []*region      // new ones, in document order
	carried []carried
	shown   []*Component // in order
	streams []*streamed
	again   bool // a component around is rendered for the second time
	depth   int  // of components in one another
	round   uint64

	// The last source that a template read from.
	of    *Component
	scope *scope.Scope
	from  *scope.Source
}

// sourceOf is where the templates of a component read.
func (p *pass) sourceOf(c *Component) *scope.Source {
	if p.of != c || p.scope != c.scope {
		p.of, p.scope, p.from = c, c.scope, p.tracker.Source(c.scope)
	}
	p.tree.far = p.tree.far || !p.region.isIn(c)
	return p.from
}

// buffer is what a pass renders into, and other memory that it needs no longer than that.
type buffer struct {
	b     []byte
	marks []patch.Mark
	ints  []int32 // in use
}

// numbers is an empty list with room for n.
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

// maxPooled keeps a rare huge page from being held for ever.
const maxPooled = 4 << 20

// release gives back what the pass rendered into.
func (p *pass) release() {
	b := p.buf
	if cap(b.b) <= maxPooled {
		clear(p.marks)
		b.b, b.marks, b.ints = b.b[:0], p.marks[:0], b.ints[:0]
		buffers.Put(b)
	}
}

// passOf is the rendering under way if w is its buffer; else what is rendered ends
// up somewhere unknown, and nothing can be left out or noted.
func passOf(ctx context.Context, w io.Writer) *pass {
	p := ComponentOf(ctx).tree.pass.Load()
	if p == nil || p.item != nil || !p.flush(w) {
		return nil
	}
	return p
}

// flush brings what templ holds back into the buffer, so that offsets are true.
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
