// want: in call to handlers\.View, type Page of Page\{\} does not match views\.View\[Q\]

package page

import (
	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/views"
)

type Page struct{}

func (Page) Mount(*views.Socket) error { return nil }
func (Page) Render() templ.Component   { return templ.NopComponent }

var _ = handlers.View(handlers.New(handlers.Config{}), Page{})
