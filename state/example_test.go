package state_test

import (
	"context"
	"fmt"

	"github.com/sideband-go/sideband/state"
)

var (
	Count  = state.NewKey[int]("count")
	Parity = state.Field(Count, func(n int) string { return []string{"even", "odd"}[n%2] })
)

// A callback sets keys through its socket, here s; what rendered before is out of date
// only if what it read would be another now.
func Example() {
	scope := state.NewScope("example", nil)
	update(scope, func(s *writer) { Count.Set(s, 1) })

	reads := reading(scope, func(ctx context.Context) { fmt.Println("rendered:", Parity.Get(ctx)) })
	scope.Rendered()

	update(scope, func(s *writer) { Count.Update(s, func(n int) int { return n + 2 }) })
	fmt.Println("3 is dirty:", (&state.Changes{}).Any(reads))

	update(scope, func(s *writer) { Count.Update(s, func(n int) int { return n + 1 }) })
	fmt.Println("4 is dirty:", (&state.Changes{}).Any(reads))
	// Output:
	// rendered: odd
	// 3 is dirty: false
	// 4 is dirty: true
}
