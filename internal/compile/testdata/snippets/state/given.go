package snippets

import (
	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

type Item struct {
	ID, Price int
	Name      string
}

type Shop struct{}

// Page has durable keys.
type Page struct{}

var secrets [][]byte

var Selected = state.NewKey[int]("selected")

var (
	kit = handlers.New(handlers.Config{})
	r   = chi.NewRouter()
)

// Editor is a page with a draft.
type Editor struct{}

func (Editor) Mount(*views.Socket, views.NoParams) error { return nil }

func (Editor) Render() templ.Component { return templ.NopComponent }
