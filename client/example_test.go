package client_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"testing"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/client"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/faketest"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// example runs what stands in a test otherwise, and prints what it fails with.
func example(f func(t testing.TB)) { fmt.Print(faketest.Run(f)) }

// open opens a page, as the only one of a site.
func open[Q any](t testing.TB, page views.View[Q]) *livetest.Page {
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, page))
	return livetest.Open(t, r, "/")
}

// element writes an element with attributes and a text.
func element(ctx context.Context, w io.Writer, name, text string, attributes ...templ.OrderedAttributes) error {
	if _, err := io.WriteString(w, "<"+name); err != nil {
		return err
	}
	for _, a := range attributes {
		if err := templruntime.RenderAttributes(ctx, w, w, name, a); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, ">%s</%s>", templ.EscapeString(text), name)
	return err
}

// Place is what the map's script sends.
type Place struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

var Chosen = state.NewKey[Place]("chosen")

// Trip is a page. In a program its Render is written as a templ template:
//
//	templ (Trip) Render() {
//		<world-map id="map" { client.Ignore()... } { client.Push(ctx, Trip.Choose)... }></world-map>
//		<p id="chosen">{ fmt.Sprint(Chosen.Get(ctx)) }</p>
//	}
type Trip struct{}

func (Trip) Mount(s *views.Socket, _ views.NoParams) error {
	Chosen.Set(s, Place{})
	return s.PushEvent("map:places", []Place{{38.7, -9.1}, {52.5, 13.4}})
}

// Choose takes what the map's script has pushed, and replies.
func (Trip) Choose(s *views.Socket, p Place) error {
	if p.Lat > 90 {
		return views.Error(http.StatusBadRequest, "There is no such place.")
	}
	Chosen.Set(s, p)
	return s.Reply("taken")
}

func (Trip) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		id := templ.OrderedAttributes{templ.KV[string, any]("id", "map")}
		if err := element(ctx, w, "world-map", "", id, client.Ignore(), client.Push(ctx, Trip.Choose)); err != nil {
			return err
		}
		_, err := fmt.Fprintf(w, `<p id="chosen">%v</p>`, Chosen.Get(ctx))
		return err
	})
}

// An element of the application's own sends what happens to it, gets an answer, and hears what the server pushes. In the
// browser its script is
//
//	customElements.define("world-map", class extends HTMLElement {
//		connectedCallback() {
//			this.addEventListener("sb:reply", e => console.log(JSON.parse(e.detail.data)))
//			document.addEventListener("map:places", e => this.show(JSON.parse(e.detail.data)))
//		}
//
//		choose(lat, lon) {
//			this.value = JSON.stringify({lat, lon})
//			this.dispatchEvent(new Event("push"))
//		}
//	})
func ExamplePush() {
	example(func(t testing.TB) { // func TestTrip(t *testing.T) {
		page := open(t, Trip{})
		fmt.Println(page.TakeEvents())
		page.Find("#map").Push("push", Place{48.2, 16.4})
		page.Expect("#chosen", "{48.2 16.4}")
		fmt.Println(page.TakeReplies())
	})
	// Output:
	// [{map:places [{"lat":38.7,"lon":-9.1},{"lat":52.5,"lon":13.4}]}]
	// [{sb:reply "taken"}]
}

// What needs no request is a few attributes.
func ExampleShowModal() {
	ctx := context.Background()
	_ = element(ctx, os.Stdout, "button", "Invite", client.ShowModal("invite"))
	fmt.Println()
	_ = element(ctx, os.Stdout, "dialog", "…", client.ClosedBy(client.Any))
	// Output:
	// <button command="show-modal" commandfor="invite">Invite</button>
	// <dialog closedby="any">…</dialog>
}

// A menu opens and closes without a request.
func ExamplePopover() {
	ctx := context.Background()
	_ = element(ctx, os.Stdout, "button", "Menu", client.TogglePopover("menu"))
	fmt.Println()
	_ = element(ctx, os.Stdout, "div", "…", client.Popover())
	// Output:
	// <button popovertarget="menu">Menu</button>
	// <div popover="auto">…</div>
}

// A label that changes while its event is under way.
func ExampleBusy() {
	label := templ.WithChildren(context.Background(), templ.Raw("Save"))
	_ = client.Busy("Saving…").Render(label, os.Stdout)
	// Output: <span class="sb-busy" data-busy="Saving…"><span>Save</span></span>
}

// A row that is hidden while the event of its button is under way.
func ExampleHideable() {
	ctx := context.Background()
	_ = element(ctx, os.Stdout, "li", "Milk", client.Hideable())
	fmt.Println()
	_ = element(ctx, os.Stdout, "button", "Delete", client.Hides())
	// Output:
	// <li sb-hideable>Milk</li>
	// <button hx-indicator="closest [sb-hideable],#sb-slow">Delete</button>
}
