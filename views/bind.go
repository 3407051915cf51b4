package views

import (
	"context"
	"fmt"
	"net/url"
	"reflect"
	"time"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/patch"
)

// Trigger says when a binding fires. The zero value of each field is usual.
type Trigger struct {
	// On is the DOM event: "focus", "keydown", "dblclick"; or "revealed" when the
	// element scrolls into view.
	On string
	// From is where to listen: "" the element itself, "window", "document",
	// "outside" for events anywhere but on the element (a click away), or a CSS selector.
	From string
	// Debounce waits until the event has not come again for so long.
	Debounce time.Duration
	// Throttle lets one event through in so long, and the last at its end.
	Throttle time.Duration
	// Once stops listening after the first event.
	Once bool
	// Keys are the keys that fire it, of "keydown" or "keyup", with spaces between them: "Escape", "ArrowUp ArrowDown",
	// "Ctrl+s". "" is any. See [Trigger.Spec].
	Keys string
	// Prevent keeps the browser from what it would do by itself: from scrolling for an arrow key, say.
	Prevent bool
}

// InputDebounce is how long OnInput waits for typing to pause.
const InputDebounce = 300 * time.Millisecond

// On binds an event to a DOM event; spread what it returns into an
// element. h is an exported method of the page or of a component, written Page.Method; the
// event goes to the nearest enclosing component of that type, else to the page; see [At] for
// another. The parameter is params[0], else what the control or its form posts: one field for a number,
// string or bool, any for a struct with form tags.
//
// It panics when rendered if h is no such method, or neither the page nor an enclosing component is of its type.
func On[V, P any](ctx context.Context, t Trigger, h func(V, *Socket, P) error, params ...P) templ.OrderedAttributes {
	b := bind(ctx, h, params, t.typing())
	b.trigger = t.specIn(ctx)
	return b.attributes()
}

// OnClick binds a click. It leaves the choice of the DOM event to htmx, for which
// it is the click on everything but forms and form fields.
func OnClick[V, P any](ctx context.Context, h func(V, *Socket, P) error, params ...P) templ.OrderedAttributes {
	return bind(ctx, h, params, false).attributes()
}

// OnChange binds the change of a form field: a choice made, or a text left or
// confirmed with Enter. Put it on fields, not on forms.
func OnChange[V, P any](ctx context.Context, h func(V, *Socket, P) error, params ...P) templ.OrderedAttributes {
	return On(ctx, Trigger{On: "change"}, h, params...)
}

// OnInput binds typing in a form field, [InputDebounce] after it pauses, and its
// change. While the user types the server does not replace the field's text; when the
// change brings the text that typing has already brought, the user has left the field,
// and it shows what the view says.
func OnInput[V, P any](ctx context.Context, h func(V, *Socket, P) error, params ...P) templ.OrderedAttributes {
	b := bind(ctx, h, params, true)
	b.trigger = Trigger{On: "input", Debounce: InputDebounce}.Spec() + ", change"
	return b.attributes()
}

// OnSubmit binds the submission of a form; put it on the form. The parameter is what its
// fields hold. With [TicketField] in it, browsers without JavaScript can submit the form, too.
func OnSubmit[V, P any](ctx context.Context, h func(V, *Socket, P) error, params ...P) templ.OrderedAttributes {
	b := bind(ctx, h, params, false)
	a := b.appendTo(append(b.room(2), templ.KV("action", b.post)))
	return append(a, templ.KV[string, any]("method", "post"))
}

// OnMethod is [On] for a component of a generic type, whose methods Go can't tell apart by
// their code: method is the name of an exported one. It panics when rendered if no enclosing
// component has an event of the name that takes a P.
func OnMethod[P any](ctx context.Context, t Trigger, method string, params ...P) templ.OrderedAttributes {
	for c := render.ComponentOf(ctx); c != nil; c = c.Parent() {
		if ev := eventsOf(c.Kind().Type)[method]; ev != nil && ev.method.Type().In(2) == reflect.TypeFor[P]() {
			b := newBinding(c.Tree(), "?event="+method, c.EventAddress(), params, t.typing())
			b.trigger = t.specIn(ctx)
			return b.attributes()
		}
	}
	panic(fmt.Sprintf("views: no enclosing component has an event %s that takes %v", method, reflect.TypeFor[P]()))
}

// binding is what is written into the element of an event.
type binding struct {
	tree                    *render.Tree
	post                    any // a string
	include, trigger, nonce string
}

// attributes lists what is there, in the order of the names.
func (b binding) attributes() templ.OrderedAttributes { return b.appendTo(b.room(0)) }

// room returns an empty list for the attributes and so many more.
func (b binding) room(more int) templ.OrderedAttributes {
	n := 2 + more
	for _, text := range [...]string{b.include, b.trigger, b.nonce} {
		if text != "" {
			n++
		}
	}
	return b.tree.Attributes(n)
}

func (b binding) appendTo(a templ.OrderedAttributes) templ.OrderedAttributes {
	if b.include != "" {
		a = append(a, templ.KV[string, any]("hx-include", b.include))
	}
	if b.nonce != "" {
		a = append(a, templ.KV[string, any](protocol.NonceAttribute, b.nonce))
	}
	a = append(a, templ.KV("hx-post", b.post), templ.KV[string, any]("hx-sync", patch.EventQueue))
	if b.trigger != "" {
		a = append(a, templ.KV("hx-trigger", b.tree.Text([]byte(b.trigger))))
	}
	return a
}

func bind[V, P any](ctx context.Context, h func(V, *Socket, P) error, params []P, typing bool) binding {
	name, in := wireNameOf(h), render.ComponentOf(ctx)
	to := ""
	if id, ok := ctx.Value(atKey{}).(string); ok {
		to = render.AddressOf(kindName(name.view), id)
	} else if c := in.Nearest(name.view); c != nil {
		to = c.EventAddress()
	} else {
		panic(fmt.Sprintf("views: no enclosing %v takes %s", name.view, funcName(h)))
	}
	return newBinding(in.Tree(), name.url, to, params, typing)
}

func newBinding[P any](t *render.Tree, event, to string, param []P, typing bool) binding {
	var room [128]byte // usually enough, so that the address alone needs memory
	u := append(append(room[:0], t.Address()...), event...)
	if to != "" {
		u = append(append(u, "&to="...), url.QueryEscape(to)...)
	}
	if typing {
		u = append(u, "&typing"...)
	}
	if len(param) > 0 {
		u = params.Append(u, param[0])
	}
	return binding{tree: t, post: t.Text(u), nonce: t.Nonce()}
}

// typing reports whether the user is in the middle of changing the field.
func (t Trigger) typing() bool {
	switch t.On {
	case "input", "keydown", "keyup", "beforeinput":
		return true
	}
	return false
}
