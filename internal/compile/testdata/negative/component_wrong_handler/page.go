// want: cannot use "twice" .* as int value in argument to views\.OnClick

package page

import (
	"context"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/views"
)

type likes struct{}

func (likes) Render() templ.Component { return templ.NopComponent }

func (likes) Like(s *views.Socket, times int) error { return nil }

func render(ctx context.Context) templ.OrderedAttributes {
	return views.OnClick(ctx, likes.Like, "twice")
}
