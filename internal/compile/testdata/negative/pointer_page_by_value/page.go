// want: invalid method expression Page\.Add \(needs pointer receiver \(\*Page\)\.Add\)

package page

import (
	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/views"
)

type Page struct{}

func (*Page) Mount(*views.Socket, views.NoParams) error { return nil }
func (*Page) Render() templ.Component                   { return templ.NopComponent }
func (*Page) Add(*views.Socket, int) error              { return nil }

var _ = handlers.View(handlers.New(handlers.Config{}), &Page{})

func send(s *views.Socket) error { return views.Send(s, Page.Add, 1) }
