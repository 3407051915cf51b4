package views

import (
	"context"
	"fmt"
	"io"
	"reflect"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/render"
)

// LiveComponent is a part of a page with keys of its own. Its fields are its props: what
// its parent renders it with. See [Component].
//
// Optional methods, found once for each type C:
//
//	Mount(s *Socket) error             once, when it is rendered for the first time
//	Update(s *Socket, before C) error  after Mount, with the zero C, and whenever its props
//	                                   have changed, with those before
//	Close(s *Socket)                   it has left the page, or the view ends
//
// Exported methods func(*Socket, P) error are its events, as those of pages are; others
// take messages. What its callbacks set is its own; reads look into its parent and
// the page, too.
type LiveComponent interface{ Render() templ.Component }

// Component renders a component. Its identity is its type and id: as long as it is
// rendered somewhere in the page, its keys live on, wherever that is. It ends with the first
// rendering that does not have it. Rendering the same one twice is an error.
//
// It is rendered again by itself when a key that it read has changed, and not with its
// parent if its props equal those before: props that hold references or slots
// always count as new. Content in the props, or between the braces, reads and sends as the
// parent; in a component that is given as a pointer, only content between the braces does.
//
// Give its outermost element the id [ID] returns, or none. A component that panics, or
// whose Mount or Update fails, is remounted; if that fails too, a line of text
// stands in its place until it is rendered with its parent again. The rest of the page goes on.
func Component(id string, c LiveComponent) templ.Component {
	if c == nil {
		panic(fmt.Sprintf("views: Component(%q) needs a component", id))
	}
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return render.ShowComponent(ctx, w, kindOf(reflect.TypeOf(c)), id, c)
	})
}

// Region is a part of the page that is rendered again by itself when a key it read
// has changed; the rest of the page is not. It adds no element. Put an element with
// an id inside it: if content of a region outside such elements changes, the
// enclosing element is sent whole. The name identifies the region among its siblings.
//
// Variables of the template around a region are those of the page's last
// rendering, which happens whenever a key that the page itself read has changed.
// Inside an item of Each a region has no effect; a component there has.
func Region(name string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error { return render.Region(ctx, w, name) })
}

// ID returns the id that the enclosing component is rendered with, "" in the page itself. The
// component's outermost element usually has it.
func ID(ctx context.Context) string { return render.ComponentOf(ctx).ID() }

type atKey struct{}

// At returns a context for bindings to the component that has the id, wherever
// it is rendered: @views.OnClick(views.At(ctx, "notice"), Notice.Hide).
func At(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, atKey{}, id)
}
