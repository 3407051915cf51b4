package snippets

import (
	"context"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
)

type Page struct{ Store Store }

type Store struct{}

func (Store) Add(context.Context, *Sales, int) error { return nil }

func (Page) Render() templ.Component                { return templ.NopComponent }
func (Page) export(context.Context) (string, error) { return "", nil }

type Sales struct{ Total int }

func loading() templ.Component     { return templ.NopComponent }
func failed(error) templ.Component { return templ.NopComponent }
func table(Sales) templ.Component  { return templ.NopComponent }

var (
	Busy = state.NewKey[bool]("busy")
)

func init() { handlers.View(handlers.New(handlers.Config{}), Page{}) }
