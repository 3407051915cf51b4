package views

import (
	"context"
	"fmt"

	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/patch"
)

// FormField is the name of a hidden field that tells which form has posted it: by the form's id, also
// with a point and more behind it. A form that is recovered has one if buttons in it change what its
// fields are, so that recovery does not undo what such a button has just done.
const FormField = protocol.FormField

// Recover has a form recovered: call it where the form with the id is rendered. If the view is
// remounted, or nobody knows for another reason what the page shows, the page first sends the event h
// with all that the user has filled in, once for each form, and is brought up to date afterwards. The
// parameter of h takes the form's fields, as that of a change does.
//
// A later call for the same id replaces an earlier one. A view recovers up to 32 forms. Recover panics
// for an id that htmx can't find.
func Recover[V, P any](ctx context.Context, id string, h func(V, *Socket, P) error) {
	if _, ok := patch.Selector(id); !ok {
		panic(fmt.Sprintf("views: no form with the id %.40q can be recovered: htmx does not find it", id))
	}
	render.RecoverForm(ctx, id, "", func() string { return bind(ctx, h, nil, false).post.(string) })
}

// HeldField is the field with which a control says that it is there. See [RecoverFiles].
const HeldField = protocol.HeldField

// RecoverFiles is [Recover] for a control for files, of which the page sends no file: h gets the control's id in
// [HeldField], a value for each file that the control holds, under the control's name, and what else the selector include
// finds in the page. Package uploads uses it; pages have no need to. It counts among the 32 forms.
func RecoverFiles[V, P any](ctx context.Context, id, include string, h func(V, *Socket, P) error) {
	selector, ok := patch.Selector(id)
	if !ok {
		panic(fmt.Sprintf("views: no control with the id %.40q can be recovered: htmx does not find it", id))
	}
	render.RecoverForm(ctx, id, selector+","+include, func() string { return bind(ctx, h, nil, false).post.(string) })
}

// DoNotRecover has a form not recovered, although an earlier call of [Recover] says so.
func DoNotRecover(ctx context.Context, id string) { render.RecoverForm(ctx, id, "", nil) }
