package views

import (
	"context"
	"errors"
	"fmt"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/state"
)

// RootID is the id of the element around a view's content.
const RootID = "sb-view"

// part is a rendering that has been read and compared, ready to be committed.
type part struct {
	pass    *pass
	scanned *patch.Scanned
	region  *region // nil: the whole view
}

// release gives back what the rendering took.
func (p part) release() {
	p.scanned.Release()
	release(p.pass.buf)
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
	in.shownTitle = in.title
	return html, warnings, err
}

// Whole renders the whole view and returns the operation that morphs a page that
// shows any rendering of it. posted is as in Render.
func (in *Instance) Whole(posted *Posted) (r Rendering, err error) {
	err = in.whole(func(p part) error {
		r.Ops = patch.AppendMorph(nil, RootID, p.pass.buf.b)
		if posted != nil {
			r.Ops = patch.AppendForced(r.Ops, p.pass.buf.b, *posted)
		}
		r.Warnings = p.scanned.Warnings()
		return nil
	})
	if err != nil {
		return Rendering{}, fmt.Errorf("render %s: %w", in.def.Name(), err)
	}
	in.shownTitle = ""
	r.Ops = in.appendTitle(r.Ops)
	return r, err
}

func (in *Instance) whole(use func(part) error) error {
	return protect(func() error {
		p, err := in.renderAll(false)
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
}

// Render renders what is out of date and returns the operations for a page that
// shows the last rendering. posted, if not nil, is what the page's controls show
// instead; those that differ from what they are to show are sent again. On an error
// the view shows what it showed.
func (in *Instance) Render(posted *Posted) (r Rendering, err error) {
	err = protect(func() error {
		r, err = in.render(posted)
		return err
	})
	if err != nil {
		in.pass = nil
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
	var parts []part
	defer func() {
		for _, p := range parts {
			p.release()
		}
	}()
	changes := &state.Changes{}
	switch {
	case posted == nil && !in.scope.Dirty():
		return r, nil
	case posted == nil && !in.page.dirty(changes):
		parts, r.Ops, err = in.renderRegions(changes)
	default:
		err = patch.ErrNeedAll
		if posted == nil {
			parts, r.Ops, err = in.renderPage(true)
		}
	}
	if errors.Is(err, patch.ErrNeedAll) {
		for _, p := range parts {
			p.release()
		}
		parts, r.Ops, err = in.renderPage(false)
	}
	if err != nil {
		return Rendering{}, err
	}
	for _, p := range parts {
		r.Warnings = append(r.Warnings, p.scanned.Warnings()...)
	}
	if posted != nil {
		r.Ops = patch.AppendForced(r.Ops, parts[0].pass.buf.b, *posted)
	}
	in.commit(parts)
	return r, nil
}

// usualOps is room for the operations of a small change.
const usualOps = 128

// renderPage renders the whole view and compares it with what was shown.
func (in *Instance) renderPage(skip bool) ([]part, []byte, error) {
	p, err := in.renderAll(skip)
	if err != nil {
		return nil, nil, err
	}
	ops, err := patch.Diff(make([]byte, 0, usualOps), &in.tree, p.scanned, RootID)
	return []part{p}, ops, err
}

// renderRegions renders the outermost regions that are out of date.
func (in *Instance) renderRegions(changes *state.Changes) (parts []part, ops []byte, err error) {
	for _, r := range in.regions[1:] {
		if inside(r, parts) || !r.dirty(changes) {
			continue
		}
		if r.place == nil {
			return parts, nil, patch.ErrNeedAll
		}
		p, err := in.renderRegion(r, changes)
		if err != nil {
			return parts, nil, err
		}
		parts = append(parts, p)
		if ops, err = patch.DiffRegion(ops, &in.tree, p.scanned, r.place, RootID); err != nil {
			return parts, nil, err
		}
	}
	return parts, ops, nil
}

func inside(r *region, parts []part) bool {
	for ; r != nil; r = r.outer {
		for _, p := range parts {
			if p.region == r {
				return true
			}
		}
	}
	return false
}

// renderAll renders the whole view, leaving out items that are as before if skip.
func (in *Instance) renderAll(skip bool) (part, error) {
	// A new templ context: what is rendered once in a page is rendered once more.
	ctx := templ.InitializeContext(&renderContext{context.Background(), in})
	page := &region{body: in.def.view.(renderer).Render(), ctx: ctx}
	p := in.newPass(page)
	if in.page != nil {
		p.old, p.changes, p.skip = in.regions, &state.Changes{}, skip
		page.before = in.page
	}
	if err := in.run(p, page); err != nil {
		release(p.buf)
		return part{}, err
	}
	scanned, err := patch.Scan(p.buf.b, p.marks, &in.tree)
	if err != nil {
		release(p.buf)
		return part{}, err
	}
	return part{p, scanned, nil}, nil
}

// renderRegion renders one region alone, in the context of the last whole rendering.
func (in *Instance) renderRegion(r *region, changes *state.Changes) (part, error) {
	again := &region{name: r.name, body: r.body, ctx: onceMore(r.ctx), outer: r.outer, before: r, place: r.place}
	p := in.newPass(again)
	p.old, p.changes, p.skip = in.within(r), changes, true
	if err := in.run(p, again); err != nil {
		release(p.buf)
		return part{}, err
	}
	scanned, err := patch.ScanRegion(p.buf.b, p.marks, &in.tree, r.place)
	if err != nil {
		release(p.buf)
		return part{}, err
	}
	return part{p, scanned, r}, nil
}

func (in *Instance) newPass(r *region) *pass {
	t := &state.Tracker{}
	return &pass{buf: buffers.Get().(*buffer), tracker: t, source: t.Source(in.scope), region: r, found: []*region{r}}
}

func (in *Instance) run(p *pass, r *region) error {
	in.pass = p
	defer func() { in.pass = nil }()
	outer := p.tracker.Mark()
	err := r.body.Render(r.ctx, p.buf)
	r.reads = p.tracker.Since(outer)
	if err == nil && p.twice {
		err = patch.ErrNeedAll
	}
	return err
}

// commit makes what was rendered what is shown.
func (in *Instance) commit(parts []part) {
	for _, p := range parts {
		p.pass.settle()
		if p.region == nil {
			in.tree.Commit(p.scanned)
			in.page, in.regions = p.pass.found[0], p.pass.found
			continue
		}
		place := *p.region.place
		shift := in.tree.CommitRegion(p.scanned, place)
		in.replaceRegion(p.region, p.pass.found, shift)
	}
	in.tree.Compact()
	in.scope.Rendered()
}
