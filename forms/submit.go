package forms

import (
	"context"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/views"
)

// submitAttrs are the attributes of a button that submits. The kit's stylesheet shows data-busy in place of the
// text while htmx marks the form.
func submitAttrs(busy string) templ.OrderedAttributes {
	a := templ.OrderedAttributes{templ.KV[string, any]("type", "submit")}
	if busy != "" {
		a = append(a, templ.KV[string, any]("class", "sb-submit"), templ.KV[string, any]("data-busy", busy))
	}
	return a
}

func bindOptional[V, T any](ctx context.Context, k *Key[T], submit func(V, *views.Socket, *Submission[T]) error, change func(V, *views.Socket, *Form[T]) error) *Binding {
	if change == nil {
		return Bind(ctx, k, submit)
	}
	return Bind(ctx, k, submit, change)
}
