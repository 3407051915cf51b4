package snippets

import (
	"context"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

type Orders struct{}

func (*Orders) Find(context.Context, int) (Details, error)         { return Details{}, nil }
func (*Orders) Ship(context.Context, int, string) (Details, error) { return Details{}, nil }
func (*Orders) Cancel(context.Context, int) error                  { return nil }
func (*Orders) Report(context.Context) (string, error)             { return "made", nil }

type Details struct {
	ID, Total     int
	Status, Owner string
	Lines         []Line
}

type Line struct {
	ID   int
	Name string
}

func (l Line) Key() int { return l.ID }

func (Order) CloseMenu(*views.Socket, views.NoParams) error { return nil }
func (Order) Look(*views.Socket, views.NoParams) error      { return nil }

var (
	Report = state.NewAsync[string]("report")
	User   = state.NewKey[string]("user")
	kit    = handlers.New(handlers.Config{})
	router = chi.NewRouter()
	orders *Orders
)
