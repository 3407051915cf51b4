package snippets

import (
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

type Page struct{}

func (Page) Mount(*views.Socket, views.NoParams) error { return nil }
func (Page) Help(*views.Socket, views.NoParams) error  { return nil }

var (
	About = state.NewKey[string]("about")
)

func init() { handlers.View(handlers.New(handlers.Config{}), Page{}) }
