package state_test

import (
	"context"
	"fmt"

	"github.com/sideband-go/sideband/state"
)

var Sales = state.NewAsync[int]("sales")

func Load(s state.Writer) {
	Sales.Start(s, func(ctx context.Context) (int, error) {
		return 42, nil // of a slow query, which ends with ctx
	})
}

func Report(ctx context.Context) string {
	switch r := Sales.Get(ctx); {
	case r.Loading:
		return "loading …"
	case r.Err != nil:
		return "no sales: " + r.Err.Error()
	default:
		return fmt.Sprintf("%d sold", r.Value)
	}
}

// A callback starts a function in the background. What the function returns becomes the
// key's value.
func ExampleAsync() {
	page := open(Load, Report)
	page.await()
	// Output:
	// loading …
	// 42 sold
}
