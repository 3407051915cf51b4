// Package site puts the demo's pages together: the layout around them and the routes
// to them.
package site

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/cmd/demo/account"
	"github.com/sideband-go/sideband/cmd/demo/assets"
	"github.com/sideband-go/sideband/cmd/demo/chat"
	"github.com/sideband-go/sideband/cmd/demo/checkout"
	"github.com/sideband-go/sideband/cmd/demo/clock"
	"github.com/sideband-go/sideband/cmd/demo/commands"
	"github.com/sideband-go/sideband/cmd/demo/components"
	"github.com/sideband-go/sideband/cmd/demo/counter"
	"github.com/sideband-go/sideband/cmd/demo/files"
	"github.com/sideband-go/sideband/cmd/demo/index"
	"github.com/sideband-go/sideband/cmd/demo/interop"
	"github.com/sideband-go/sideband/cmd/demo/jobs"
	"github.com/sideband-go/sideband/cmd/demo/logs"
	"github.com/sideband-go/sideband/cmd/demo/products"
	"github.com/sideband-go/sideband/cmd/demo/table"
	"github.com/sideband-go/sideband/cmd/demo/todos"
	"github.com/sideband-go/sideband/cmd/demo/users"
	"github.com/sideband-go/sideband/examples/auth"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/ratelimit"
	"github.com/sideband-go/sideband/views"
)

// Config returns c with what the demo's pages need: their layout, the suffix of their
// titles, who has signed in, and a policy that lets Pico draw the icons which it keeps
// in data addresses.
func Config(c handlers.Config) handlers.Config {
	c.Layout = layout
	c.TitleSuffix = " · Sideband"
	c.Identity = auth.Identity
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
	all := chi.NewRouter()
	r := all.With(kit.Middleware)
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
	r.Handle("/jobs", handlers.View(kit, jobs.Page{Reports: ratelimit.New(5, time.Minute, ratelimit.BySession)}))
	r.Handle("/checkout", handlers.View(kit, checkout.Page{}))
	shop := products.New(data.Products, bus)
	r.Handle(products.Path, handlers.View(kit, shop))
	r.Handle(products.DetailsPath, handlers.View(kit, shop).Action(products.Show))
	kit.Script(interop.Scripts, interop.Script)
	r.Handle("/client", handlers.View(kit, interop.Page{Slow: 700 * time.Millisecond}))
	directory := users.NewDirectory(data.Users, bus)
	r.Handle(users.Path, handlers.View(kit, users.Page{Directory: directory}))
	r.Handle(users.NewPath, handlers.View(kit, users.New{Directory: directory}))
	r.Handle(users.EditPath, handlers.View(kit, users.Edit{Directory: directory}))
	outbox := account.NewOutbox(bus)
	signIn := auth.New(auth.Config{Kit: kit, Accounts: data.Accounts, Mailer: outbox, Sent: account.MailPath, Limits: data.SignIn})
	r.Group(func(r chi.Router) {
		r.Use(signIn.Load)
		signIn.Routes(r)
		r.Handle(account.MailPath, handlers.View(kit, account.MailPage{Outbox: outbox}))
		r.With(kit.Hooks(auth.Require)).Handle(account.Path, handlers.View(kit, account.Page{}))
	})
	r.Handle(files.Path, handlers.View(kit, files.Page{Folder: data.Files}))
	r.Get(files.Path+"/stored/{id}", data.Files.ServeHTTP)
	r.NotFound(handlers.View(kit, missing{}).ServeHTTP)
	withCommands(all, data.Commands, bus)
	return all
}

// withCommands adds the page with commands, which has a kit of its own: they are on or off for all pages of a kit.
func withCommands(r chi.Router, kit *handlers.Kit, bus *pubsub.Bus) {
	if kit == nil {
		kit = handlers.New(Config(handlers.Config{Commands: true, Logger: slog.New(slog.DiscardHandler)}))
	}
	r.With(kit.Middleware).Handle(commands.Path, handlers.View(kit, commands.New(bus)))
}

// missing is the page of all addresses that have none: its error page has the layout.
type missing struct{}

func (missing) Mount(*views.Socket, views.NoParams) error { return views.ErrNotFound }

func (missing) Render() templ.Component { return templ.NopComponent }
