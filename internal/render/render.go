package render

import (
	"bytes"
	"errors"
	"fmt"
	"sync"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/patch"
)

// beginRender tells the host that a rendering begins.
func (t *Tree) beginRender() {
	t.regions = 0
	if t.Host != nil {
		t.Host.BeginRender()
	}
}

// endRender tells the host what was rendered.
func (t *Tree) endRender(bytes int, whole bool, err error) {
	if t.Host != nil && !errors.Is(err, fault.ErrAbandoned) {
		t.Host.EndRender(Rendered{Bytes: bytes, Regions: t.regions, Whole: whole}, err)
	}
}

// Page renders the whole view for a page that is being served.
func (t *Tree) Page() (html []byte, warnings []patch.Warning, err error) {
	t.beginRender()
	defer func() { t.endRender(len(html), true, err) }()
	first := t.page == nil
	t.wantsForms = false
	err = t.whole(nil, true, func(drafts []draft, _ []byte) error {
		html = append(html, drafts[0].pass.buf.b...)
		warnings = drafts[0].scanned.Warnings()
		return nil
	})
	if err == nil {
		t.shownTitle, t.unsent = t.title, t.unsent || first
	}
	return html, warnings, err
}

// Whole renders the whole view and returns the operation that morphs a page that shows any rendering of it. posted is as in Render.
func (t *Tree) Whole(posted *patch.Posted) (Rendering, error) { return t.Recovered(posted, nil) }

// Recovered is Whole for a page that has told of its forms, the newest last: what their fields show that the view says
// the same of is left alone.
func (t *Tree) Recovered(posted *patch.Posted, forms []patch.Posted) (Rendering, error) {
	return t.wholeOr(posted, nil, forms, false)
}

// Unsure is Whole for a page that shows the last rendering or an earlier one. told is what the event has
// posted, whether or not its controls are to show what the view says; nil: nothing.
func (t *Tree) Unsure(posted, told *patch.Posted) (Rendering, error) {
	return t.wholeOr(posted, told, nil, false)
}

// FormsOrWhole is Whole, unless there are forms to be recovered: then it lists them, and what the
// page shows has not changed.
func (t *Tree) FormsOrWhole(posted *patch.Posted) (r Rendering, err error) {
	return t.wholeOr(posted, nil, nil, true)
}

func (t *Tree) wholeOr(posted, told *patch.Posted, forms []patch.Posted, formsFirst bool) (r Rendering, err error) {
	t.beginRender()
	defer func() { t.endRender(len(r.Ops), true, err) }()
	var shown []*streamed
	first := t.page == nil
	t.wantsForms = formsFirst
	err = t.whole(posted, false, func(drafts []draft, kept []byte) error {
		p := drafts[0]
		if r.Forms = p.pass.recoverable(); formsFirst && len(r.Forms) > 0 {
			if first {
				return nil // the components are there from now on, for their events
			}
			return errForms
		}
		old := &t.shown
		if t.unsent {
			old = &patch.Tree{}
		}
		switch {
		case told != nil:
			r.Ops = p.scanned.Unsure(old, *told).AppendMorph(nil, protocol.RootID, p.pass.buf.b)
		case len(forms) > 0:
			r.Ops = p.scanned.Recovered(forms).AppendMorph(nil, protocol.RootID, p.pass.buf.b)
		default:
			r.Ops = patch.AppendMorph(nil, protocol.RootID, p.pass.buf.b)
		}
		if posted != nil && !p.scanned.Keeps(posted.Source) {
			p.scanned.SetPosted(posted)
		}
		if !posted.AsksForAll() {
			r.Ops = p.scanned.AppendBound(r.Ops, old, protocol.RootID)
		}
		r.Ops = t.appendForced(append(r.Ops, kept...), drafts, posted, old)
		for _, p := range drafts {
			shown = append(shown, p.pass.streams...)
			r.Warnings = append(r.Warnings, p.scanned.Warnings()...)
		}
		return nil
	})
	switch {
	case errors.Is(err, errForms):
		return r, nil
	case err != nil:
		return Rendering{}, fmt.Errorf("render %s: %w", t.name, err)
	case len(r.Forms) > 0:
		t.unsent = true
		return r, nil
	}
	t.forget(shown)
	t.shownTitle, t.unsent = "", false
	t.disarmOpens(r.Ops)
	r.Ops = t.appendTitle(r.Ops)
	return r, err
}

// whole renders the whole view. use gets the drafts, that of the view first, and the operations for what
// is out of date in items that the page is to keep.
func (t *Tree) whole(posted *patch.Posted, served bool, use func(drafts []draft, kept []byte) error) error {
	err := t.guard.Call(func() error {
		if t.page != nil {
			t.assess(&scope.Changes{})
		}
		p, err := t.renderAll(nil, served)
		if err != nil {
			return err
		}
		drafts, kept, err := t.renderKept(p.list(), nil, nil, posted)
		defer release(drafts)
		if err != nil {
			return err
		}
		if err := use(drafts, kept); err != nil {
			return err
		}
		t.commit(drafts)
		return nil
	})
	if err != nil {
		t.failed(err)
	}
	return err
}

// Render renders what is out of date and returns the operations for a page that shows the last
// rendering. posted, if not nil, is what the page's controls show; Render corrects those that differ
// from what the view says. If it fails, the last rendering stays what the page shows.
func (t *Tree) Render(posted *patch.Posted) (r Rendering, err error) {
	t.wantsForms = false
	begun := false
	err = t.guard.Call(func() error {
		if begun = posted != nil || t.IsDirty(); begun {
			t.beginRender()
			r, err = t.render(posted)
		}
		return err
	})
	if begun {
		t.endRender(len(r.First)+len(r.Ops), false, err)
	}
	if err != nil {
		t.failed(err)
		return Rendering{}, fmt.Errorf("render %s: %w", t.name, err)
	}
	t.disarmOpens(r.First, r.Ops)
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

// FullTitle returns the page's title with the kit's prefix and suffix.
func (t *Tree) FullTitle() string {
	if t.title == "" {
		return ""
	}
	return t.TitlePrefix + t.title + t.TitleSuffix
}

var changesPool = sync.Pool{New: func() any { return new(scope.Changes) }}

func (t *Tree) render(posted *patch.Posted) (r Rendering, err error) {
	changes := changesPool.Get().(*scope.Changes)
	defer func() {
		changes.Reset()
		changesPool.Put(changes)
	}()
	var stale []*region
	if t.page != nil {
		if stale = t.assess(changes); posted == nil {
			if r, done, err := t.renderItems(stale, changes); done || err != nil {
				return r, err
			}
		}
	}
	var drafts []draft
	defer func() { release(drafts) }()
	if drafts, r.Ops, err = t.renderStale(stale, changes, posted); errors.Is(err, patch.ErrNeedAll) {
		release(drafts)
		if drafts, r.Ops, err = t.renderPage(nil, posted); err == nil {
			r.Ops = t.appendForced(r.Ops, drafts, posted, &t.shown)
		}
	}
	if err != nil {
		return Rendering{}, err
	}
	if len(drafts) > 0 {
		// The first draft's memory is used again; what is sent is retained, and has no room to spare.
		drafts[0].pass.buf.ops, r.Ops = r.Ops, bytes.Clone(r.Ops)
	}
	for _, p := range drafts {
		r.First = append(r.First, p.scanned.First()...)
		r.Warnings = append(r.Warnings, p.scanned.Warnings()...)
	}
	t.commit(drafts)
	for _, p := range drafts {
		t.forget(p.pass.streams)
	}
	return r, nil
}

// appendForced appends the operations that correct the posted controls in a rendering of the whole
// view, or in the items that it keeps. old is what the page shows.
func (t *Tree) appendForced(ops []byte, drafts []draft, posted *patch.Posted, old *patch.Tree) []byte {
	p := drafts[0]
	if posted.AsksForAll() {
		return append(p.scanned.AppendBound(ops, old, protocol.RootID), protocol.Corrected...)
	}
	if posted == nil {
		return ops
	}
	if !p.scanned.Keeps(posted.Source) {
		ops, _ = p.scanned.AppendForced(ops, protocol.RootID, *posted)
		return ops
	}
	for _, p := range drafts[1:] {
		if forced, ok := p.scanned.AppendForced(ops, protocol.RootID, *posted); ok {
			return forced
		}
	}
	return ops
}

// renderStale renders what is out of date, and the region of the posted controls. It returns
// ErrNeedAll if the whole view has to be rendered.
func (t *Tree) renderStale(stale []*region, changes *scope.Changes, posted *patch.Posted) (drafts []draft, ops []byte, err error) {
	if t.page == nil {
		return nil, nil, patch.ErrNeedAll
	}
	corrects := posted != nil && !posted.Typing
	if corrects {
		if !t.markControls(posted.Source) {
			return nil, nil, patch.ErrNeedAll
		}
		stale = t.page.outermost(nil)
	}
	if t.page.stale {
		drafts, ops, err = t.renderPage(changes, posted)
	} else {
		drafts, ops, err = t.renderRegions(stale, changes, posted)
	}
	if err != nil || !corrects {
		return drafts, ops, err
	}
	for _, p := range drafts {
		if ops, ok := p.scanned.AppendForced(ops, protocol.RootID, *posted); ok {
			return drafts, ops, nil
		}
	}
	return drafts, nil, patch.ErrNeedAll
}

// markControls marks the region that contains the source of an event as out of date. It reports
// whether all controls that the event has posted may be found there.
func (t *Tree) markControls(source string) bool {
	at, ok := t.shown.Find(source)
	if !ok {
		return false
	}
	r, inner := t.page, t.page
	for inner != nil {
		r, inner = inner, nil
		r.containsStale = true
		t.flagged = append(t.flagged, r)
		r.children(func(i *region) {
			if i.place != nil && i.place.Start <= at && at < i.place.End {
				inner = i
			}
		})
	}
	r.stale, r.whole = true, true
	return r.component != nil && r != t.page && !r.place.InForm()
}

// renderPage renders the whole view and compares it with what was shown. With changes, it leaves out
// what is unchanged.
func (t *Tree) renderPage(changes *scope.Changes, posted *patch.Posted) ([]draft, []byte, error) {
	p, err := t.renderAll(changes, false)
	if err != nil {
		return nil, nil, err
	}
	p.scanned.SetPosted(posted)
	ops, err := patch.Diff(p.pass.buf.ops[:0], &t.shown, p.scanned, protocol.RootID)
	if err != nil {
		return p.list(), nil, err
	}
	return t.renderKept(p.list(), ops, changes, posted)
}

// renderRegions renders regions that are out of date and not nested.
func (t *Tree) renderRegions(stale []*region, changes *scope.Changes, posted *patch.Posted) (drafts []draft, ops []byte, err error) {
	t.round++
	for _, r := range stale {
		if r.place == nil {
			return drafts, nil, patch.ErrNeedAll
		}
		p, err := t.renderRegion(r, changes, nil)
		if err != nil {
			return drafts, nil, err
		}
		if len(drafts) == 0 {
			ops, drafts = p.pass.buf.ops[:0], p.list()
		} else {
			drafts = append(drafts, p)
		}
		p.scanned.SetPosted(posted)
		if ops, err = patch.DiffRegion(ops, &t.shown, p.scanned, r.place, protocol.RootID); err != nil {
			return drafts, nil, err
		}
	}
	return t.renderKept(drafts, ops, changes, posted)
}
