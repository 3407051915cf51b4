package views

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/patch"
)

// AlsoOn binds one more event to the element with the id, which has a binding of its own:
// an element takes one, since a browser drops attributes that are written twice. Place what
// it returns anywhere in the page where a <span> may stand. The rest is as with [On]:
//
//	<button id="reset" { views.OnClick(ctx, Page.Reset)... }>Reset</button>
//	@views.AlsoOn("reset", views.Trigger{On: "dblclick"}, Page.Add, 5)
//
// It panics when rendered if the trigger says From, if the event is submit, which belongs to
// the form itself, or if the id has white space, quotes, commas or any of &<> in it.
func AlsoOn[V, P any](id string, t Trigger, h func(V, *Socket, P) error, params ...P) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if t.From != "" || t.On == "submit" {
			panic(fmt.Sprintf("views: AlsoOn listens at the element %q alone, and not for submit", id))
		}
		selector, ok := patch.Selector(id)
		if !ok {
			panic(fmt.Sprintf("views: AlsoOn can't find an element by the id %q", id))
		}
		b := bind(ctx, h, params, t.typing())
		b.post = b.post.(string) + "&of=" + url.QueryEscape(id)
		b.include = selector
		b.trigger = t.specIn(ctx) + " from:#" + protocol.RootID + ` target:"` + selector + "," + selector + ` *"`
		if slices.Contains(staysPut, t.On) {
			b.trigger = t.specIn(ctx) + " from:#" + protocol.RootID + ` target:"` + selector + `" capture`
		}
		return hidden(b.attributes()).Render(ctx, w)
	})
}

// staysPut are the usual DOM events that do not bubble.
var staysPut = strings.Fields("focus blur mouseenter mouseleave pointerenter pointerleave toggle beforetoggle close cancel scroll scrollend load error invalid")
