package render

import (
	"context"
	"errors"
	"fmt"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/patch"
)

// part is a rendering that has been read and compared, ready to be committed.
type part struct {
	pass    *pass
	scanned *patch.Scanned
	old     *region     // nil: the whole view
	where   patch.Place // of old, when this was scanned
}

// release gives back what the rendering took.
func (p part) release() {
	p.scanned.Release()
	p.pass.release()
}

// Rendering is the outcome of Render.
type Rendering struct {
	// Ops is what the browser is to do, for the data of one message; empty if nothing has changed.
	Ops []byte
	// Warnings are about HTML that costs more than it needs.
	Warnings []patch.Warning
}

// Page renders the whole view for a page that shows nothing yet.
func (t *Tree) Page() (html []byte, warnings []patch.Warning, err error) {
	err = t.whole(func(p part) error {
		html = append(html, p.pass.buf.b...)
		warnings = p.scanned.Warnings()
		return nil
	})
	if err == nil {
		t.shownTitle = t.title
	}
	return html, warnings, err
}

// Whole renders the whole view and returns the operation that morphs a page that
// shows any rendering of it. posted is as in Render.
func (t *Tree) Whole(posted *patch.Posted) (r Rendering, err error) {
	var shown []*streamed
	err = t.whole(func(p part) error {
		r.Ops = patch.AppendMorph(nil, protocol.RootID, p.pass.buf.b)
		if posted != nil && !p.scanned.Keeps(posted.Source) {
			p.scanned.Told(posted)
		}
		if !posted.AsksForAll() {
			r.Ops = p.scanned.AppendBound(r.Ops, &t.shown, protocol.RootID)
		}
		r.Ops = t.appendForced(r.Ops, p, posted)
		shown = p.pass.streams
		r.Warnings = p.scanned.Warnings()
		return nil
	})
	if err != nil {
		return Rendering{}, fmt.Errorf("render %s: %w", t.root.name, err)
	}
	forget(shown)
	t.shownTitle = ""
	r.Ops = t.appendTitle(r.Ops)
	return r, err
}

func (t *Tree) whole(use func(part) error) error {
	err := t.guard.Call(func() error {
		p, err := t.renderAll(nil)
		if err != nil {
			return err
		}
		defer p.release()
		if err := use(p); err != nil {
			return err
		}
		t.commit([]part{p})
		return nil
	})
	if err != nil {
		t.failed(err)
	}
	return err
}

// forget has streams forget what was rendered of them: the page is going to show it.
func forget(streams []*streamed) {
	for _, s := range streams {
		s.sent()
	}
}

// Render renders what is out of date and returns the operations for a page that
// shows the last rendering. posted, if not nil, is what the page's controls show
// instead; those that differ from what they are to show are sent again. On an error
// the view shows what it showed.
func (t *Tree) Render(posted *patch.Posted) (r Rendering, err error) {
	err = t.guard.Call(func() error {
		r, err = t.render(posted)
		return err
	})
	if err != nil {
		t.failed(err)
		return Rendering{}, fmt.Errorf("render %s: %w", t.root.name, err)
	}
	r.Ops = t.appendTitle(r.Ops)
	return r, nil
}

func (t *Tree) appendTitle(ops []byte) []byte {
	if t.title != t.shownTitle {
		t.shownTitle = t.title
		ops = patch.AppendTitle(ops, t.FullTitle())
	}
	return ops
}

// FullTitle is the page's title with the kit's prefix and suffix.
func (t *Tree) FullTitle() string {
	if t.title == "" {
		return ""
	}
	return t.TitlePrefix + t.title + t.TitleSuffix
}

func (t *Tree) render(posted *patch.Posted) (r Rendering, err error) {
	if posted == nil && !t.IsDirty() {
		return r, nil
	}
	var parts []part
	defer func() {
		for _, p := range parts {
			p.release()
		}
	}()
	if parts, r.Ops, err = t.renderStale(posted); errors.Is(err, patch.ErrNeedAll) {
		for _, p := range parts {
			p.release()
		}
		if parts, r.Ops, err = t.renderPage(nil, posted); err == nil {
			r.Ops = t.appendForced(r.Ops, parts[0], posted)
		}
	}
	if err != nil {
		return Rendering{}, err
	}
	for _, p := range parts {
		r.Warnings = append(r.Warnings, p.scanned.Warnings()...)
	}
	t.commit(parts)
	for _, p := range parts {
		forget(p.pass.streams)
	}
	return r, nil
}

// appendForced appends what sets the posted controls right, which are in the rendering of the whole view.
func (t *Tree) appendForced(ops []byte, p part, posted *patch.Posted) []byte {
	if posted.AsksForAll() {
		return append(p.scanned.AppendBound(ops, &t.shown, protocol.RootID), protocol.Corrected...)
	}
	if posted != nil && !p.scanned.Keeps(posted.Source) {
		ops, _ = p.scanned.AppendForced(ops, protocol.RootID, *posted)
	}
	return ops
}

// renderStale renders what is out of date, and where the posted controls are. It returns
// ErrNeedAll if the whole view has to be rendered.
func (t *Tree) renderStale(posted *patch.Posted) (parts []part, ops []byte, err error) {
	if t.page == nil {
		return nil, nil, patch.ErrNeedAll
	}
	changes := &scope.Changes{}
	stale := t.assess(changes)
	corrects := posted != nil && !posted.Typing
	if corrects {
		if !t.holdsControls(posted.Source) {
			return nil, nil, patch.ErrNeedAll
		}
		stale = t.page.outermost(nil)
	}
	if t.page.stale {
		parts, ops, err = t.renderPage(changes, posted)
	} else {
		parts, ops, err = t.renderRegions(stale, changes, posted)
	}
	if err != nil || !corrects {
		return parts, ops, err
	}
	for _, p := range parts {
		if ops, ok := p.scanned.AppendForced(ops, protocol.RootID, *posted); ok {
			return parts, ops, nil
		}
	}
	return parts, nil, patch.ErrNeedAll
}

// holdsControls has the component rendered in which the source of an event stands. It
// reports whether all that the event has posted may be found there.
func (t *Tree) holdsControls(source string) bool {
	at, ok := t.shown.Find(source)
	if !ok {
		return false
	}
	r, inner := t.page, t.page
	for inner != nil {
		r, inner = inner, nil
		r.holding = true
		t.flagged = append(t.flagged, r)
		r.children(func(i *region) {
			if i.place != nil && i.place.Start <= at && at < i.place.End {
				inner = i
			}
		})
	}
	r.stale, r.whole = true, true
	return r.part != nil && r != t.page && !r.place.InForm()
}

// usualOps is room for the operations of a small change.
const usualOps = 128

// renderPage renders the whole view and compares it with what was shown. With changes, it
// leaves out what is as before.
func (t *Tree) renderPage(changes *scope.Changes, posted *patch.Posted) ([]part, []byte, error) {
	p, err := t.renderAll(changes)
	if err != nil {
		return nil, nil, err
	}
	p.scanned.Told(posted)
	ops, err := patch.Diff(make([]byte, 0, usualOps), &t.shown, p.scanned, protocol.RootID)
	return []part{p}, ops, err
}

// renderRegions renders regions that are out of date, of which none is in another.
func (t *Tree) renderRegions(stale []*region, changes *scope.Changes, posted *patch.Posted) (parts []part, ops []byte, err error) {
	t.round++
	for _, r := range stale {
		if r.place == nil {
			return parts, nil, patch.ErrNeedAll
		}
		p, err := t.renderRegion(r, changes)
		if err != nil {
			return parts, nil, err
		}
		parts = append(parts, p)
		p.scanned.Told(posted)
		if ops, err = patch.DiffRegion(ops, &t.shown, p.scanned, r.place, protocol.RootID); err != nil {
			return parts, nil, err
		}
	}
	return parts, ops, nil
}

// renderAll renders the whole view; with changes, it leaves out what is as before.
func (t *Tree) renderAll(changes *scope.Changes) (p part, err error) {
	for range maxAgain {
		if p, err = t.renderOnce(changes); changes != nil || !errors.Is(err, errForgot) {
			break
		}
	}
	return p, err
}

// maxAgain is how often a rendering begins anew because streams forget items.
const maxAgain = 8

func (t *Tree) renderOnce(changes *scope.Changes) (part, error) {
	t.round++
	// A new templ context: what is rendered once in a page is rendered once more.
	ctx := templ.InitializeContext(&renderContext{context.Background(), t.root})
	page := &region{body: t.root.kind.Render(t.root.value), ctx: ctx, part: t.root, before: t.page}
	p := t.newPass(page, changes)
	if err := t.run(p, page); err != nil {
		p.release()
		return part{}, err
	}
	scanned, err := patch.Scan(p.buf.b, p.marks, &t.shown)
	if err == nil {
		scanned.PostTo(t.address)
		err = p.checkStreams(scanned)
	}
	if err != nil {
		p.release()
		return part{}, err
	}
	return part{pass: p, scanned: scanned}, nil
}

// renderRegion renders one region alone, in the context of the last whole rendering.
func (t *Tree) renderRegion(r *region, changes *scope.Changes) (part, error) {
	again := &region{name: r.name, body: r.body, part: r.part, ctx: onceMore(r.ctx), outer: r.outer, before: r}
	p := t.newPass(again, changes)
	p.root = r
	if err := t.run(p, again); err != nil {
		p.release()
		return part{}, err
	}
	scanned, err := patch.ScanRegion(p.buf.b, p.marks, &t.shown, r.place)
	if err == nil {
		scanned.PostTo(t.address)
		err = p.checkStreams(scanned)
	}
	if err != nil {
		p.release()
		return part{}, err
	}
	return part{p, scanned, r, *r.place}, nil
}

func (t *Tree) newPass(r *region, changes *scope.Changes) *pass {
	b := buffers.Get().(*buffer)
	return &pass{
		tree: t, buf: b, marks: b.marks, region: r, found: []*region{r},
		changes: changes, skip: changes != nil && !r.before.isWhole(), round: t.round,
	}
}

func (t *Tree) run(p *pass, r *region) (err error) {
	t.pass.Store(p)
	defer t.pass.CompareAndSwap(p, nil)
	render := func(body templ.Component) error {
		outer := p.tracker.Mark()
		err := body.Render(r.ctx, p.buf)
		r.reads = p.tracker.Since(outer)
		return err
	}
	if r.part != nil && r.part != t.root {
		p.place(r.part)
		err = p.attempt(r.part, p.buf, render)
		r.body = templ.ComponentFunc(r.part.render)
	} else if err = t.guard.Call(func() error { return render(r.body) }); err != nil && !t.isOver(err) {
		// If it belongs to a component, that is mounted afresh.
		if c := r.outer.owner(); c != nil && c != t.root {
			t.guard.Report(fmt.Errorf("%s: %w", c.name, err))
			c.Fail()
			err = patch.ErrNeedAll
		}
	}
	if err == nil && p.twice {
		err = patch.ErrNeedAll
	}
	return err
}
