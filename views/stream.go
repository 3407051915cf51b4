package views

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/state"
)

// Stream shows the items of a stream, in an element with an id that holds nothing else. Each
// item is rendered once; from then on the page has its element, and the view no more than
// its id. So item renders one element with the id that the stream's DOMID gives, and keys
// that it reads do not render it again: [state.Stream.Update] does.
//
// Components in an item live on, and are rendered again by themselves, until the item has gone.
// Each is one element with an id, that of the item if it is all of the item.
//
// A stream is rendered at one place in the page, and not in an item of Each. While it is not
// rendered, its new items wait; those that the page had are gone, and the stream drops them when it
// is rendered again.
func Stream[T any](st *state.Stream[T], item func(T) templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return render.ShowStream(ctx, w, st.Name(), func(ctx context.Context) render.Items {
			items := (*scope.Stream[T])(st).Items(ctx)
			return render.Items{
				Ref: items.Ref, IDs: items.IDs(), Broken: items.Broken(), DOMID: items.DOMID,
				Waits: func(i int) bool { return items.Item(i) != nil },
				Item: func(i int) templ.Component {
					if it := items.Item(i); it != nil {
						return item(*it)
					}
					return nil
				},
			}
		})
	})
}
