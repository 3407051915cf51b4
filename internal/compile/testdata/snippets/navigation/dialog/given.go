package snippets

import (
	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

type Ticket struct {
	Title string `form:"title" validate:"required"`
}

type Page struct{}

func (Page) Mount(*views.Socket, Query) error                { return nil }
func (Page) Change(*views.Socket, *forms.Form[Ticket]) error { return nil }
func (Page) Create(s *views.Socket, _ *forms.Submission[Ticket]) error {
	return Page{}.Leave(s, views.NoParams{})
}

var (
	kit   = handlers.New(handlers.Config{})
	Shown = state.NewKey[Query]("shown")
	Form  = forms.New[Ticket]("new")
)
