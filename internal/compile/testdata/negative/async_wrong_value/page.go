// want: cannot use func\(.*\(string, error\)\) as func\(ctx context\.Context\) \(int, error\) value in argument to total\.Start

package page

import (
	"context"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var total = state.NewAsync[int]("total")

func load(s *views.Socket) {
	total.Start(s, func(ctx context.Context) (string, error) { return "1", nil })
}
