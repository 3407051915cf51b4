// Package site puts the demo's pages together: the layout around them and the routes
// to them.
package site

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/cmd/demo/account"
	"github.com/sideband-go/sideband/cmd/demo/assets"
	"github.com/sideband-go/sideband/cmd/demo/chat"
	"github.com/sideband-go/sideband/cmd/demo/clock"
	"github.com/sideband-go/sideband/cmd/demo/components"
	"github.com/sideband-go/sideband/cmd/demo/counter"
	"github.com/sideband-go/sideband/cmd/demo/index"
	"github.com/sideband-go/sideband/cmd/demo/jobs"
	"github.com/sideband-go/sideband/cmd/demo/logs"
	"github.com/sideband-go/sideband/cmd/demo/products"
	"github.com/sideband-go/sideband/cmd/demo/table"
	"github.com/sideband-go/sideband/cmd/demo/todos"
	"github.com/sideband-go/sideband/cmd/demo/users"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/views"
)

// Config returns c with what the demo's pages need: their layout, the suffix of their
// titles, who has signed in, and a policy that lets Pico draw the icons which it keeps
// in data addresses.
func Config(c handlers.Config) handlers.Config {
	c.Layout = layout
	c.TitleSuffix = " · Sideband"
	c.Identity = func(r *http.Request) string { return account.Name(r.Context()) }
	c.Security.ContentSecurityPolicy = handlers.Policy("img-src data:")
	return c
}

// assetsPath is where the stylesheets are.
const assetsPath = "/assets"

func asset(name string) string { return assetsPath + "/" + assets.Files.Path(name) }

// Routes returns the whole site, for a kit that was made with [Config]. Data may be nil, see there.
func Routes(kit *handlers.Kit, data *Data) http.Handler {
	if data == nil {
		data = &Data{}
	}
	bus := &pubsub.Bus{}
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Mount(assetsPath, http.StripPrefix(assetsPath, assets.Files.Handler()))
	r.Handle("/", handlers.View(kit, views.Static("Demo", index.Content(entries()))))
	r.Handle("/counter", handlers.View(kit, counter.Page{}))
	r.Handle("/table", handlers.View(kit, table.Page{}))
	r.Handle("/clock", handlers.View(kit, clock.Page{}))
	r.Handle("/components", handlers.View(kit, components.Page{}))
	r.Handle("/todos", handlers.View(kit, todos.Page{}))
	rooms := http.NewServeMux() // which decodes a slash in a room's name; chi leaves such a path escaped
	rooms.Handle("/chat/{room}", chat.Known(handlers.View(kit, chat.New(bus))))
	r.Handle("/chat/{room}", rooms)
	r.Handle("/logs", handlers.View(kit, logs.Page{}))
	r.Handle("/jobs", handlers.View(kit, jobs.Page{}))
	shop := products.New(data.Products, bus)
	r.Handle(products.Path, handlers.View(kit, shop))
	r.Handle(products.DetailsPath, handlers.View(kit, shop))
	directory := users.NewDirectory(data.Users, bus)
	r.Handle(users.Path, handlers.View(kit, users.Page{Directory: directory}))
	r.Handle(users.NewPath, handlers.View(kit, users.New{Directory: directory}))
	r.Handle(users.EditPath, handlers.View(kit, users.Edit{Directory: directory}))
	desk := account.Desk{Sessions: kit.Sessions(), Flash: kit.Flash}
	r.With(desk.Require).Handle(account.Path, handlers.View(kit, account.Page{}))
	r.Get(account.SignInPath, handlers.View(kit, views.Static("Sign in", account.SignInForm())).ServeHTTP)
	r.Post(account.SignInPath, desk.SignIn)
	r.Post(account.SignOutPath, desk.SignOut)
	r.NotFound(handlers.View(kit, missing{}).ServeHTTP)
	return r
}

// missing is the page of all addresses that have none: its error page has the layout.
type missing struct{}

func (missing) Mount(*views.Socket, views.NoParams) error { return views.ErrNotFound }

func (missing) Render() templ.Component { return templ.NopComponent }
