package client_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/client"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var Fruits = state.NewKey[[]string]("fruits").WithEqual(slices.Equal)

// Basket is a page. In a program its Render is written as a templ template:
//
//	<ul id="fruits">
//		for _, name := range Fruits.Get(ctx) {
//			<li id={ name } { client.Hideable()... }>
//				<button { client.Do(ctx, client.Confirm("Remove it?").Then(client.Send(ctx, Basket.Remove, name)))... } { client.Hides()... }>{ "Remove " + name }</button>
//			</li>
//		}
//	</ul>
//	<input id="search" { views.On(ctx, views.Trigger{On: "keydown", Keys: "Escape"}, Basket.Clear)... }/>
type Basket struct{}

func (Basket) Mount(s *views.Socket, _ views.NoParams) error {
	Fruits.Set(s, []string{"apple", "pear"})
	return nil
}

func (Basket) Remove(s *views.Socket, name string) error {
	Fruits.Update(s, func(l []string) []string {
		return slices.DeleteFunc(slices.Clone(l), func(f string) bool { return f == name })
	})
	return nil
}

func (Basket) Clear(s *views.Socket, _ views.NoParams) error {
	Fruits.Set(s, nil)
	return nil
}

func (Basket) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, `<ul id="fruits">`)
		for _, name := range Fruits.Get(ctx) {
			_, _ = fmt.Fprintf(w, `<li id=%q sb-hideable>`, name)
			remove := client.Confirm("Remove it?").Then(client.Send(ctx, Basket.Remove, name))
			if err := element(ctx, w, "button", "Remove "+name, client.Do(ctx, remove), client.Hides()); err != nil {
				return err
			}
			_, _ = io.WriteString(w, `</li>`)
		}
		_, _ = io.WriteString(w, `</ul>`)
		escape := views.On(ctx, views.Trigger{On: "keydown", Keys: "Escape Ctrl+x"}, Basket.Clear)
		return element(ctx, w, "div", "", templ.OrderedAttributes{templ.KV[string, any]("id", "search")}, escape)
	})
}

// commanded opens a page of a kit with commands, as the only one of a site.
func commanded[Q any](t testing.TB, page views.View[Q]) *livetest.Page {
	kit := handlers.New(handlers.Config{Commands: true, Logger: slog.New(slog.DiscardHandler)})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, page))
	return livetest.Open(t, r, "/")
}

// The user is asked, a row is hidden at once, and its event is sent. In a test the commands send what they send in a browser.
func ExampleDo() {
	example(func(t testing.TB) { // func TestBasket(t *testing.T) {
		page := commanded(t, Basket{})
		page.Button("Remove apple").Click()
		page.Expect("#fruits", "Remove pear")
		page.Find("#search").Key("Ctrl+x")
		page.Expect("#fruits", "")
		fmt.Println("both are gone")
	})
	// Output:
	// both are gone
}

// What commands need stands in the message of the panic.
func TestCommandsWithoutTheOption(t *testing.T) {
	for name, render := range map[string]func(context.Context){
		"Do":   func(ctx context.Context) { client.Do(ctx, client.Hide("#x")) },
		"Keys": func(ctx context.Context) { views.On(ctx, views.Trigger{On: "keydown", Keys: "Escape"}, without.Clear) },
	} {
		said := ""
		page := without{func(ctx context.Context) {
			defer func() { said = fmt.Sprint(recover()) }()
			render(ctx)
		}}
		open(t, page)
		if !slices.Contains([]string{
			"client: commands need Commands in handlers.Config, and a page of that kit",
			`views: the keys "Escape" of a trigger need commands: set Commands in handlers.Config`,
		}, said) {
			t.Errorf("%s: %s", name, said)
		}
	}
}

// without is a page of a kit that takes no commands.
type without struct{ render func(context.Context) }

func (without) Mount(*views.Socket, views.NoParams) error { return nil }

func (without) Clear(*views.Socket, views.NoParams) error { return nil }

func (p without) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, _ io.Writer) error {
		p.render(ctx)
		return nil
	})
}
