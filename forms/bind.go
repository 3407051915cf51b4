package forms

import (
	"context"
	"fmt"
	"html"
	"io"
	"strconv"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/views"
)

// Names of the kit's own fields.
const (
	numberField = views.FormField // the form's name, a point, its number
	rowField    = "sb-row"        // what a button does with rows
	listField   = "sb-rows"       // the keys of the rows that the page shows
)

// Binding is a form that is bound to the events of a page. See [Bind].
type Binding struct {
	id     string
	attrs  templ.OrderedAttributes
	change templ.OrderedAttributes
	number string
	rows   string

	version     uint64 // of change, once it is asked for
	hasVersion  bool
	isVersioned bool
}

// Bind binds a form to events of the page, or of an enclosing component: submit takes the submits, and
// change the changes of the fields. One of them may be nil: without submit, as in a form that filters a
// list, a submit is a change of no field. Spread [Binding.Attrs] into the <form>, put [Binding.Hidden] into
// it, and render the fields with [Binding.Context]:
//
//	{{ b := forms.Bind(ctx, Form, Page.Save, Page.Change) }}
//	{{ ctx = b.Context(ctx) }}
//	<form { b.Attrs()... }>
//		@b.Hidden()
func Bind[V, T any](ctx context.Context, k *Key[T], submit func(V, *views.Socket, *Submission[T]) error, change func(V, *views.Socket, *Form[T]) error) *Binding {
	b := bindChange(ctx, k, change)
	if submit == nil && change != nil {
		b.attrs = append(b.attrs, views.OnSubmit(ctx, change)...)
		return b
	}
	b.attrs = append(b.attrs, views.OnSubmit(ctx, submit)...)
	if change == nil {
		k.Get(ctx).bindRows(views.OnClick(ctx, submit))
	}
	return b
}

// BindTo binds the fields of a form that the browser posts to an ordinary handler at an address: change
// takes the changes of the fields meanwhile, and what buttons of rows do. [Key.Decode] reads what the handler gets. Without
// change, buttons of rows post to the handler, too: it has to tell them from the one that saves, by name and value.
func BindTo[V, T any](ctx context.Context, k *Key[T], address string, change func(V, *views.Socket, *Form[T]) error) *Binding {
	b := bindChange(ctx, k, change)
	b.attrs = append(b.attrs, attr("method", "post"), attr("action", address))
	return b
}

func bindChange[V, T any](ctx context.Context, k *Key[T], change func(V, *views.Socket, *Form[T]) error) *Binding {
	f := k.Get(ctx)
	b := &Binding{id: f.id, number: k.name + "." + f.number, rows: f.formatRows(f.data())}
	b.attrs = templ.OrderedAttributes{attr("id", f.id), attr("novalidate", true)}
	if change == nil {
		f.bindRows(nil)
		return b
	}
	row := views.OnClick(ctx, change)
	for _, a := range row {
		if a.Key == "hx-post" {
			row = append(row, attr("formaction", a.Value))
			break
		}
	}
	f.bindRows(row)
	views.Recover(ctx, f.id, change)
	b.change = views.OnInput(ctx, change)
	for i, a := range b.change {
		if a.Key == "hx-trigger" {
			b.change[i].Value = fmt.Sprint(a.Value) + leftUnchanged
		}
	}
	return b
}

// leftUnchanged sends the first time that a field is left without a change: what was changed has just been sent.
const leftUnchanged = ", blur once target::not(:user-valid):not(:user-invalid)"

// Attrs returns the attributes of the <form>. Errors are the form's own: it has novalidate.
func (b *Binding) Attrs() templ.OrderedAttributes { return b.attrs }

// Hidden is what a form has in it that is not seen: which form it is, what makes it work without
// JavaScript, and a first button, which a browser presses for Enter.
func (b *Binding) Hidden() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		const off = `" autocomplete="off"/>` // else Firefox keeps them when the page is reloaded
		text := `<input type="hidden" name="` + numberField + `" value="` + html.EscapeString(b.number) + off
		if b.rows != "" {
			text += `<input type="hidden" name="` + listField + `" value="` + html.EscapeString(b.rows) + off
		}
		text += `<button type="submit" hidden></button>`
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
		return views.TicketField().Render(ctx, w)
	})
}

type bindingKey struct{}

// Context returns the context for the fields of the form.
func (b *Binding) Context(ctx context.Context) context.Context {
	return context.WithValue(ctx, bindingKey{}, b)
}

// bindingOf returns the binding of a form; nil outside of it.
func bindingOf(ctx context.Context, id string) *Binding {
	if b, ok := ctx.Value(bindingKey{}).(*Binding); ok && b.id == id {
		return b
	}
	return nil
}

// changeBinding returns the binding of the fields of a form; none outside of it.
func changeBinding(ctx context.Context, id string) templ.OrderedAttributes {
	if b := bindingOf(ctx, id); b != nil {
		return b.change
	}
	return nil
}

// attr is an attribute.
func attr(name string, value any) templ.KeyValue[string, any] { return templ.KV(name, value) }

func itoa(i int) string { return strconv.Itoa(i) }
