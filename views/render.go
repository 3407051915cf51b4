package views

import (
	"context"
	"errors"
	"fmt"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/patch"
)

// RootID is the id of the element around a view's content.
const RootID = "sb-view"

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

// Posted is what the browser said of its controls when it sent an event.
type Posted = patch.Posted

// Rendering is the outcome of Render.
type Rendering struct {
	// Ops is what the browser is to do, for the data of one message; empty if nothing has changed.
	Ops []byte
	// Warnings are about HTML that costs more than it needs.
	Warnings []patch.Warning
}

// Page renders the whole view for a page that shows nothing yet.
func (in *Instance) Page() (html []byte, warnings []patch.Warning, err error) {
	err = in.whole(func(p part) error {
		html = append(html, p.pass.buf.b...)
		warnings = p.scanned.Warnings()
		return nil
	})
	if err == nil {
		in.shownTitle = in.title
	}
	return html, warnings, err
}

// Whole renders the whole view and returns the operation that morphs a page that
// shows any rendering of it. posted is as in Render.
func (in *Instance) Whole(posted *Posted) (r Rendering, err error) {
	var shown []*streamed
	err = in.whole(func(p part) error {
		r.Ops = patch.AppendMorph(nil, RootID, p.pass.buf.b)
		if posted != nil && !p.scanned.Keeps(posted.Source) {
			p.scanned.Told(posted)
		}
		if !posted.AsksForAll() {
			r.Ops = p.scanned.AppendBound(r.Ops, &in.tree, RootID)
		}
		r.Ops = in.appendForced(r.Ops, p, posted)
		shown = p.pass.streams
		r.Warnings = p.scanned.Warnings()
		return nil
	})
	if err != nil {
		return Rendering{}, fmt.Errorf("render %s: %w", in.def.Name(), err)
	}
	forget(shown)
	in.shownTitle = ""
	r.Ops = in.appendTitle(r.Ops)
	return r, err
}

func (in *Instance) whole(use func(part) error) error {
	err := in.host.protect(func() error {
		p, err := in.renderAll(nil)
		if err != nil {
			return err
		}
		defer p.release()
		if err := use(p); err != nil {
			return err
		}
		in.commit([]part{p})
		return nil
	})
	if err != nil {
		in.failed(err)
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
func (in *Instance) Render(posted *Posted) (r Rendering, err error) {
	err = in.host.protect(func() error {
		r, err = in.render(posted)
		return err
	})
	if err != nil {
		in.failed(err)
		return Rendering{}, fmt.Errorf("render %s: %w", in.def.Name(), err)
	}
	r.Ops = in.appendTitle(r.Ops)
	return r, nil
}

func (in *Instance) appendTitle(ops []byte) []byte {
	if in.title != in.shownTitle {
		in.shownTitle = in.title
		ops = patch.AppendTitle(ops, in.FullTitle())
	}
	return ops
}

// FullTitle is the page's title with the kit's prefix and suffix.
func (in *Instance) FullTitle() string {
	if in.title == "" {
		return ""
	}
	return in.host.TitlePrefix + in.title + in.host.TitleSuffix
}

func (in *Instance) render(posted *Posted) (r Rendering, err error) {
	if posted == nil && !in.Dirty() {
		return r, nil
	}
	var parts []part
	defer func() {
		for _, p := range parts {
			p.release()
		}
	}()
	if parts, r.Ops, err = in.renderStale(posted); errors.Is(err, patch.ErrNeedAll) {
		for _, p := range parts {
			p.release()
		}
		if parts, r.Ops, err = in.renderPage(nil, posted); err == nil {
			r.Ops = in.appendForced(r.Ops, parts[0], posted)
		}
	}
	if err != nil {
		return Rendering{}, err
	}
	for _, p := range parts {
		r.Warnings = append(r.Warnings, p.scanned.Warnings()...)
	}
	in.commit(parts)
	for _, p := range parts {
		forget(p.pass.streams)
	}
	return r, nil
}

// corrected marks the notice of an event that did not arrive: the page has asked for its controls since.
const corrected = `<hx-partial id="` + FailedID + `" hx-swap="afterbegin"><b hidden></b></hx-partial>`

// appendForced appends what sets the posted controls right, which are in the rendering of the whole view.
func (in *Instance) appendForced(ops []byte, p part, posted *Posted) []byte {
	if posted.AsksForAll() {
		return append(p.scanned.AppendBound(ops, &in.tree, RootID), corrected...)
	}
	if posted != nil && !p.scanned.Keeps(posted.Source) {
		ops, _ = p.scanned.AppendForced(ops, RootID, *posted)
	}
	return ops
}

// renderStale renders what is out of date, and where the posted controls are. It returns
// ErrNeedAll if the whole view has to be rendered.
func (in *Instance) renderStale(posted *Posted) (parts []part, ops []byte, err error) {
	if in.page == nil {
		return nil, nil, patch.ErrNeedAll
	}
	changes := &scope.Changes{}
	stale := in.assess(changes)
	corrects := posted != nil && !posted.Typing
	if corrects {
		if !in.holdsControls(posted.Source) {
			return nil, nil, patch.ErrNeedAll
		}
		stale = in.page.outermost(nil)
	}
	if in.page.stale {
		parts, ops, err = in.renderPage(changes, posted)
	} else {
		parts, ops, err = in.renderRegions(stale, changes, posted)
	}
	if err != nil || !corrects {
		return parts, ops, err
	}
	for _, p := range parts {
		if ops, ok := p.scanned.AppendForced(ops, RootID, *posted); ok {
			return parts, ops, nil
		}
	}
	return parts, nil, patch.ErrNeedAll
}

// holdsControls has the component rendered in which the source of an event stands. It
// reports whether all that the event has posted may be found there.
func (in *Instance) holdsControls(source string) bool {
	at, ok := in.tree.Find(source)
	if !ok {
		return false
	}
	r, inner := in.page, in.page
	for inner != nil {
		r, inner = inner, nil
		r.holding = true
		in.flagged = append(in.flagged, r)
		r.children(func(i *region) {
			if i.place != nil && i.place.Start <= at && at < i.place.End {
				inner = i
			}
		})
	}
	r.stale, r.whole = true, true
	return r.part != nil && r != in.page && !r.place.InForm()
}

// usualOps is room for the operations of a small change.
const usualOps = 128

// renderPage renders the whole view and compares it with what was shown. With changes, it
// leaves out what is as before.
func (in *Instance) renderPage(changes *scope.Changes, posted *Posted) ([]part, []byte, error) {
	p, err := in.renderAll(changes)
	if err != nil {
		return nil, nil, err
	}
	p.scanned.Told(posted)
	ops, err := patch.Diff(make([]byte, 0, usualOps), &in.tree, p.scanned, RootID)
	return []part{p}, ops, err
}

// renderRegions renders regions that are out of date, of which none is in another.
func (in *Instance) renderRegions(stale []*region, changes *scope.Changes, posted *Posted) (parts []part, ops []byte, err error) {
	in.round++
	for _, r := range stale {
		if r.place == nil {
			return parts, nil, patch.ErrNeedAll
		}
		p, err := in.renderRegion(r, changes)
		if err != nil {
			return parts, nil, err
		}
		parts = append(parts, p)
		p.scanned.Told(posted)
		if ops, err = patch.DiffRegion(ops, &in.tree, p.scanned, r.place, RootID); err != nil {
			return parts, nil, err
		}
	}
	return parts, ops, nil
}

// renderAll renders the whole view; with changes, it leaves out what is as before.
func (in *Instance) renderAll(changes *scope.Changes) (p part, err error) {
	for range maxAgain {
		if p, err = in.renderOnce(changes); changes != nil || !errors.Is(err, errForgot) {
			break
		}
	}
	return p, err
}

// maxAgain is how often a rendering begins anew because streams forget items.
const maxAgain = 8

func (in *Instance) renderOnce(changes *scope.Changes) (part, error) {
	in.round++
	// A new templ context: what is rendered once in a page is rendered once more.
	ctx := templ.InitializeContext(&renderContext{context.Background(), in.root})
	page := &region{body: in.def.view.(renderer).Render(), ctx: ctx, part: in.root, before: in.page}
	p := in.newPass(page, changes)
	if err := in.run(p, page); err != nil {
		p.release()
		return part{}, err
	}
	scanned, err := patch.Scan(p.buf.b, p.marks, &in.tree)
	if err == nil {
		scanned.PostTo(in.address)
		err = p.checkStreams(scanned)
	}
	if err != nil {
		p.release()
		return part{}, err
	}
	return part{pass: p, scanned: scanned}, nil
}

// renderRegion renders one region alone, in the context of the last whole rendering.
func (in *Instance) renderRegion(r *region, changes *scope.Changes) (part, error) {
	again := &region{name: r.name, body: r.body, part: r.part, ctx: onceMore(r.ctx), outer: r.outer, before: r}
	p := in.newPass(again, changes)
	p.root = r
	if err := in.run(p, again); err != nil {
		p.release()
		return part{}, err
	}
	scanned, err := patch.ScanRegion(p.buf.b, p.marks, &in.tree, r.place)
	if err == nil {
		scanned.PostTo(in.address)
		err = p.checkStreams(scanned)
	}
	if err != nil {
		p.release()
		return part{}, err
	}
	return part{p, scanned, r, *r.place}, nil
}

func (in *Instance) newPass(r *region, changes *scope.Changes) *pass {
	b := buffers.Get().(*buffer)
	return &pass{
		in: in, buf: b, marks: b.marks, region: r, found: []*region{r},
		changes: changes, skip: changes != nil && !r.before.isWhole(), round: in.round,
	}
}

func (in *Instance) run(p *pass, r *region) (err error) {
	in.pass.Store(p)
	defer in.pass.CompareAndSwap(p, nil)
	render := func(body templ.Component) error {
		outer := p.tracker.Mark()
		err := body.Render(r.ctx, p.buf)
		r.reads = p.tracker.Since(outer)
		return err
	}
	if r.part != nil && r.part != in.root {
		p.place(r.part)
		err = p.attempt(r.part, p.buf, render)
		r.body = templ.ComponentFunc(r.part.render)
	} else if err = in.host.protect(func() error { return render(r.body) }); err != nil && !in.isOver(err) {
		// If it belongs to a component, that is mounted afresh.
		if c := r.outer.owner(); c != nil && c != in.root {
			in.host.Report(fmt.Errorf("%s: %w", c.name, err))
			c.fail()
			err = patch.ErrNeedAll
		}
	}
	if err == nil && p.twice {
		err = patch.ErrNeedAll
	}
	return err
}
