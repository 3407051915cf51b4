package snippets

import (
	"database/sql"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"
	_ "modernc.org/sqlite"

	"github.com/sideband-go/sideband/examples/auth"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/views"
)

var (
	db     *sql.DB
	mailer auth.Mailer
	r      chi.Router
	kit    *handlers.Kit
	a      *auth.Auth
)

// Payments is a sensitive page.
type Payments struct{}

func (Payments) Mount(*views.Socket, views.NoParams) error { return nil }

func (Payments) Render() templ.Component { return templ.NopComponent }
