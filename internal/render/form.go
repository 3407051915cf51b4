package render

import (
	"context"
	"errors"
	"slices"
)

// Form is a form that is recovered when nobody knows what the page shows: an event tells the view what
// the user has filled in, before the page is morphed.
type Form struct {
	ID      string
	Post    string // the address of the event
	Include string // "" of a form; else a control has the id, and this selects what its event posts
}

// MaxForms is how many forms of a view are recovered.
const MaxForms = 32

// RecoverForm notes how the form with the id is recovered, while it is rendered: by the event at the
// address that post returns or, if that is nil, not at all. Of several notes for one form the last
// counts. include is as in Form.
func RecoverForm(ctx context.Context, id, include string, post func() string) {
	t := ComponentOf(ctx).tree
	p := t.pass.Load()
	if p == nil {
		panic("views: Recover outside of a rendering")
	}
	t.hasForms = true
	if !p.wantsForms {
		return
	}
	f := Form{ID: id, Include: include}
	if post != nil {
		f.Post = post()
	}
	p.forms = append(p.forms, f)
}

// HasForms reports whether a rendering has met a form to be recovered.
func (t *Tree) HasForms() bool { return t.hasForms }

// errForms ends a rendering of the whole view whose forms have to be recovered first.
var errForms = errors.New("views: forms are recovered first")

// recoverable returns the forms of the pass that are to be recovered.
func (p *pass) recoverable() (list []Form) {
	for i, f := range p.forms {
		later := func(o Form) bool { return o.ID == f.ID }
		if f.Post != "" && len(list) < MaxForms && !slices.ContainsFunc(p.forms[i+1:], later) {
			list = append(list, f)
		}
	}
	return list
}
