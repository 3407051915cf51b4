// want: Page does not implement views\.View\[views\.NoParams\] \(wrong type for method Mount\)

package page

import (
	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/views"
)

type Page struct{}

func (Page) Mount(*views.Socket) error { return nil }
func (Page) Render() templ.Component   { return templ.NopComponent }

var _ views.View[views.NoParams] = Page{}
