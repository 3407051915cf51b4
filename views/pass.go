package views

import (
	"context"
	"io"
	"sync"

	templruntime "github.com/a-h/templ/runtime"

	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/state"
)

// pass is one rendering under way: of the whole view, or of one region.
type pass struct {
	buf     *buffer
	marks   []patch.Mark
	tracker *state.Tracker
	source  *state.Source
	changes *state.Changes // since the last rendering; nil if there was none
	skip    bool           // items that are as before may be left out
	inItem  bool
	twice   bool      // a list holds the same item twice
	region  *region   // being rendered
	found   []*region // in document order
	old     []*region // those of the last rendering, for what they remember
}

// buffer is what a pass renders into.
type buffer struct{ b []byte }

func (b *buffer) Write(p []byte) (int, error) {
	b.b = append(b.b, p...)
	return len(p), nil
}

var buffers = sync.Pool{New: func() any { return new(buffer) }}

// maxPooled keeps a rare huge page from being held for ever.
const maxPooled = 4 << 20

func release(b *buffer) {
	if cap(b.b) <= maxPooled {
		b.b = b.b[:0]
		buffers.Put(b)
	}
}

// renderContext is what templates see of a view. It is no event's context: it has
// no deadline and no request's values.
type renderContext struct {
	context.Context
	in *Instance
}

type instanceKey struct{}

func (c *renderContext) Value(key any) any {
	switch key.(type) {
	case state.SourceKey:
		if c.in.pass == nil {
			return nil
		}
		return c.in.pass.source
	case instanceKey:
		return c.in
	}
	return c.Context.Value(key)
}

func instanceOf(ctx context.Context) *Instance {
	in, _ := ctx.Value(instanceKey{}).(*Instance)
	if in == nil {
		panic("views: no view in this context: use ctx as a template of the page gets it")
	}
	return in
}

// passOf is the rendering under way if w is its buffer; else what is rendered ends
// up somewhere unknown, and nothing can be left out or noted.
func passOf(ctx context.Context, w io.Writer) *pass {
	p := instanceOf(ctx).pass
	if p == nil || p.inItem || !p.flush(w) {
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
