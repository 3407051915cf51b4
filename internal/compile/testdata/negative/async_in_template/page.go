// want: cannot use ctx .* as state\.Writer value in argument to total\.Start

package page

import (
	"context"

	"github.com/sideband-go/sideband/state"
)

var total = state.NewAsync[int]("total")

func render(ctx context.Context) {
	total.Start(ctx, func(context.Context) (int, error) { return 1, nil })
}
