package state_test

import (
	"context"
	"fmt"

	"github.com/sideband-go/sideband/state"
)

var (
	Price  = state.NewKey[int]("price")
	Amount = state.NewKey[int]("amount")
	Budget = state.NewKey[int]("budget")

	TooMuch = state.Derive("too much", func(ctx context.Context) bool {
		return Price.Get(ctx)*Amount.Get(ctx) > Budget.Get(ctx)
	})
)

func Order(s state.Writer) {
	state.Assign(s, Price.To(30), Amount.To(1), Budget.To(100))
}

func More(s state.Writer) { Amount.Update(s, func(n int) int { return n + 1 }) }

func Warning(ctx context.Context) string {
	return fmt.Sprint("too much: ", TooMuch.Get(ctx))
}

// A region that reads a derived value is rendered again only when that value changes: here
// at the fourth piece, not at the second and third.
func ExampleDerive() {
	page := open(Order, Warning)
	page.call(More)
	page.call(More)
	page.call(More)
	// Output:
	// too much: false
	// too much: true
}
