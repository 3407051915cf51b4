package snippets

import (
	"github.com/a-h/templ"
	"github.com/alexedwards/scs/v2"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
)

type Page struct{ Sessions *scs.SessionManager }

func (Page) Render() templ.Component { return templ.NopComponent }

func check(name, _ string) (string, bool) { return name, true }

var (
	User     = state.NewKey[string]("user")
	kit      = handlers.New(handlers.Config{})
	sessions = kit.Sessions()
	router   = chi.NewRouter()
)
