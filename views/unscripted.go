package views

import (
	"bytes"
	"context"
	"html"
	"io"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/render"
)

// Button binds a click of a <button>, as [OnClick] does, that works in browsers without JavaScript, too:
//
//	<button { views.Button(ctx, Page.Add, 1)... }>Add</button>
//
// It posts nothing but its parameter, also in a form. A button that is to post the fields of its form
// is a submit button of the form; see [OnSubmit].
func Button[V, P any](ctx context.Context, h func(V, *Socket, P) error, params ...P) templ.OrderedAttributes {
	b := bind(ctx, h, params, false)
	b.tree.NoteButton()
	a := append(b.room(2), templ.KV[string, any]("form", protocol.FormID), templ.KV("formaction", b.post))
	if ctx.Value(noScriptKey{}) != nil { // where htmx never looks
		return a
	}
	return b.appendTo(a)
}

type noScriptKey struct{}

// NoScript renders the content between its braces for browsers without JavaScript, in a <noscript>:
//
//	@views.NoScript() {
//		<button { views.Button(ctx, Item.Toggle, !item.Done)... }>Done</button>
//	}
//
// The page that is served has it; patches, which such browsers never get, leave it out. It takes no
// components: their state would end with the next patch.
func NoScript() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		content := templ.GetChildren(ctx)
		return noScript(ctx, w, func(b *bytes.Buffer) error {
			return content.Render(context.WithValue(templ.ClearChildren(ctx), noScriptKey{}, true), b)
		})
	})
}

// noScript renders a <noscript> for a page that is being served, into a buffer of its own: nothing in it
// can be patched.
func noScript(ctx context.Context, w io.Writer, content func(b *bytes.Buffer) error) error {
	if !render.IsServed(ctx) {
		return nil
	}
	var b bytes.Buffer
	b.WriteString("<noscript>")
	if err := content(&b); err != nil {
		return err
	}
	b.WriteString("</noscript>")
	_, err := w.Write(b.Bytes())
	return err
}

// TicketField renders what a form needs so that browsers without JavaScript can post it. Place it
// anywhere in a form with [OnSubmit]:
//
//	<form { views.OnSubmit(ctx, Page.Save)... }>
//		@views.TicketField()
//		<input id="name" name="name"/>
//		<button>Save</button>
//	</form>
func TicketField() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return noScript(ctx, w, func(b *bytes.Buffer) error {
			writeTicketField(ctx, b)
			return nil
		})
	})
}

func writeTicketField(ctx context.Context, b *bytes.Buffer) {
	t := render.ComponentOf(ctx).Tree()
	t.NoteTicketField()
	b.Write(protocol.AppendTicketField(b.AvailableBuffer(), protocol.ViewText(t.ViewID)))
}

// Fallback makes a field with [OnChange] or [OnInput], which is the content between its braces, work in
// browsers without JavaScript, too: there it stands in a form whose button, with the label, sends what
// the field holds to h.
//
//	@views.Fallback("Go", Page.SetStep) {
//		<input id="step" name="step" value={ Step.Get(ctx) } { views.OnChange(ctx, Page.SetStep)... }/>
//	}
//
// It is no place for fields of a form: HTML has no forms in forms.
func Fallback[V, P any](label string, h func(V, *Socket, P) error, params ...P) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		field := templ.GetChildren(ctx)
		ctx = templ.ClearChildren(ctx)
		action := html.EscapeString(bind(ctx, h, params, false).post.(string))
		for _, text := range [...]string{`<form class="sb-fallback" method="post" action="`, action, `">`} {
			if _, err := io.WriteString(w, text); err != nil {
				return err
			}
		}
		if err := field.Render(ctx, w); err != nil {
			return err
		}
		if err := noScript(ctx, w, func(b *bytes.Buffer) error {
			writeTicketField(ctx, b)
			b.WriteString("<button>" + html.EscapeString(label) + "</button>")
			return nil
		}); err != nil {
			return err
		}
		// With JavaScript this is the form's default button: Enter changes the field, and submits nothing.
		_, err := io.WriteString(w, `<button disabled hidden></button></form>`)
		return err
	})
}
