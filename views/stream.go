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
			s := &slots[T]{(*scope.Stream[T])(st).Items(ctx), item}
			return render.Items{Slots: s, Ref: s.items.Ref, IDs: s.items.IDs(), Broken: s.items.Broken()}
		})
	})
}

// slots are the items of a stream, with what renders one.
type slots[T any] struct {
	items  scope.StreamItems[T]
	render func(T) templ.Component
}

// DOMID is part of render.Slots.
func (s *slots[T]) DOMID(i int) string { return s.items.DOMID(i) }

// Waits is part of render.Slots.
func (s *slots[T]) Waits(i int) bool { return s.items.Item(i) != nil }

// Item is part of render.Slots.
func (s *slots[T]) Item(i int) templ.Component {
	if it := s.items.Item(i); it != nil {
		return s.render(*it)
	}
	return nil
}
