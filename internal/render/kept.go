package render

import (
	"errors"
	"fmt"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/patch"
)

// An item of a stream that was sent can't be rendered again, but the components in it can: what is out
// of date in them is rendered apart from what is around the items, and committed with it.

// renderKept renders what is out of date in items that the drafts leave out, and adds it to the drafts
// and the operations. With changes, it returns ErrNeedAll if that can't be patched alone; without, it
// replaces the elements of components.
func (t *Tree) renderKept(drafts []draft, ops []byte, changes *scope.Changes, posted *patch.Posted) ([]draft, []byte, error) {
	for k := 0; k < len(drafts); k++ {
		around := drafts[k]
		for _, item := range around.pass.later {
			if err := t.canRenderApart(item, around); err != nil {
				return drafts, nil, err
			}
			stale := []*region{item}
			if !item.stale {
				stale = item.staleInside()
			}
			for _, r := range stale {
				p, more, err := t.renderApart(r, ops, changes, posted)
				if p.scanned != nil {
					drafts = append(drafts, p)
				}
				if err != nil {
					return drafts, nil, err
				}
				ops = more
			}
		}
	}
	return drafts, ops, nil
}

// canRenderApart returns an error if a component in an item that a draft leaves out can't be rendered apart from it:
// the view is remounted then, since the item is gone.
func (t *Tree) canRenderApart(item *region, around draft) error {
	broken := item.place == nil
	for _, i := range around.pass.carried {
		broken = broken || i.region == item && around.pass.marks[i.mark].Broken
	}
	if broken || around.scanned.Repeats(&t.shown, item.place) {
		return fmt.Errorf("%w: %s is in an item of a stream, and stands in HTML that browsers rearrange, or has an element that moves out of it", fault.ErrRemount, item.component.Name())
	}
	return nil
}

func (t *Tree) renderApart(r *region, ops []byte, changes *scope.Changes, posted *patch.Posted) (p draft, _ []byte, err error) {
	if r.place == nil {
		return p, nil, patch.ErrNeedAll
	}
	if c := r.component; c != nil && c.round == t.round {
		return p, nil, fault.Quote(c.id, fmt.Errorf("%w: %s: it is in an item of a stream, too", errTwice, c.Name()))
	}
	for range maxRetries {
		if p, err = t.renderRegion(r, changes, nil); changes != nil || !errors.Is(err, errForgot) {
			break
		}
	}
	if changes == nil && errors.Is(err, patch.ErrNeedAll) {
		c := r.component
		broken := fault.Quote(c.id, fmt.Errorf("views: %s: %w with an id, that of the item if it is all of the item, because it stands in an item of a stream", c.Name(), errOneElement))
		t.guard.Report(broken)
		c.reset()
		p, err = t.renderRegion(r, nil, broken)
	}
	if err != nil {
		return draft{}, nil, err
	}
	p.scanned.SetPosted(posted)
	more, err := patch.DiffRegion(ops, &t.shown, p.scanned, r.place, protocol.RootID)
	if changes == nil && errors.Is(err, patch.ErrNeedAll) {
		return p, patch.AppendReplace(ops, t.shown.ID(r.place.Start), p.pass.buf.b), nil
	}
	return p, more, err
}
