package snippets

import (
	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

type Page struct{}

func (Page) Mount(*views.Socket, views.NoParams) error { return nil }
func (Page) Render() templ.Component                   { return templ.NopComponent }

var (
	Mail    = state.NewKey[bool]("mail")
	Size    = state.NewKey[string]("size")
	Colour  = state.NewKey[string]("colour")
	Things  = state.NewStream("things", func(t Thing) string { return t.Name })
	sizes   = []string{"small", "large"}
	colours = []string{"red", "blue"}
)

func init() { handlers.View(handlers.New(handlers.Config{}), Page{}) }
