package client

import (
	"context"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/views"
)

// Ignore returns the attribute of an element whose children a script makes: patches leave them alone. The element's own
// attributes follow the view; its script hears of it by attributeChangedCallback. What the view renders in the element is
// what a new one begins with. Give the element an id, so that it stays the same node through every patch and every move.
//
//	<sales-chart id="chart" data-unit={ Unit.Get(ctx) } { client.Ignore()... }></sales-chart>
//
// Regions, components and streams in it are not patched either. A select or a textarea has no use for it.
func Ignore() templ.OrderedAttributes { return attributes("sb-ignore", true) }

// Push binds the DOM event "push" of an element: its script sets the element's value and dispatches the event, and the
// value is the parameter of h. A number, string or bool is taken as a text, as of a field; a struct whose fields all have
// json tags, a slice or a map as JSON.
//
//	<sales-chart id="chart" { client.Push(ctx, Page.Selected)... }></sales-chart>
//
//	this.value = JSON.stringify({x: 1, y: 2})
//	this.dispatchEvent(new Event("push"))
//
// Each event is sent by itself, with the value of the moment, in order and after the events of the page before it; none is
// lost if they come faster than answers. One that is too large, nested too deep or of another shape is refused with a
// notice, and h does not run. Set the value before the event: an element that has none sends "undefined". In a form the
// element is no field, the form does not send its value. Push panics as [views.On] does.
func Push[V, P any](ctx context.Context, h func(V, *views.Socket, P) error) templ.OrderedAttributes {
	return On(ctx, views.Trigger{On: "push"}, h)
}

// On is [Push] for another DOM event that the element dispatches, or one that its children do and that bubbles. An
// element takes one binding; more of its events are bound with [views.AlsoOn], whose parameter is the element's value then,
// too. What those reply goes to the element that AlsoOn has made; see [Address].
//
//	<sales-chart id="chart" { client.On(ctx, views.Trigger{On: "chart:select"}, Page.Selected)... }></sales-chart>
//	@views.AlsoOn("chart", views.Trigger{On: "chart:zoom"}, Page.Zoomed)
func On[V, P any](ctx context.Context, t views.Trigger, h func(V, *views.Socket, P) error) templ.OrderedAttributes {
	// In a form htmx would send the form's fields alone. The element is none of them.
	return append(views.On(ctx, t, h), attributes("form", "", "hx-include", "this", "name", views.ValueField)...)
}

// Address returns the address of an event, for a script that sends it by itself: an element with several events whose
// replies it tells apart. The script passes the value under the name "sb-value".
// With hx-sync it comes behind the page's other events, also when the element has left the page; [Push] and [On] write that.
//
//	<sales-chart id="chart" zoom={ client.Address(ctx, Page.Zoomed) } hx-sync="main:queue all"></sales-chart>
//
//	htmx.ajax("POST", this.getAttribute("zoom"), {source: this, values: {"sb-value": JSON.stringify(range)}})
func Address[V, P any](ctx context.Context, h func(V, *views.Socket, P) error) string {
	for _, a := range views.OnClick(ctx, h) {
		if a.Key == "hx-post" {
			return a.Value.(string)
		}
	}
	panic("client: a binding has no hx-post")
}

// attributes makes a list of names and values.
func attributes(namesAndValues ...any) templ.OrderedAttributes {
	a := make(templ.OrderedAttributes, 0, len(namesAndValues)/2)
	for i := 0; i+1 < len(namesAndValues); i += 2 {
		a = append(a, templ.KV(namesAndValues[i].(string), namesAndValues[i+1]))
	}
	return a
}
