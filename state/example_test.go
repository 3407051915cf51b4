package state_test

import (
	"context"
	"fmt"

	"github.com/sideband-go/sideband/state"
)

var (
	Count = state.NewKey[int]("count")
	Step  = state.NewKey[int]("step")
)

// Mount sets each key that the page uses. It gets the page's socket, s.
func Mount(s state.Writer) {
	state.Assign(s, Count.To(0), Step.To(2))
}

// Add is an event of the page.
func Add(s state.Writer) {
	step := Step.Get(s)
	Count.Update(s, func(n int) int { return n + step })
}

// Counter is what a template does with its ctx: <p>{ Count.Get(ctx) }</p>.
func Counter(ctx context.Context) string {
	return fmt.Sprint("<p>", Count.Get(ctx), "</p>")
}

// A page sets keys in Mount and in the callbacks of its events, through its socket, and
// reads them in its templates.
func Example() {
	page := open(Mount, Counter)
	page.call(Add)
	page.call(Add)
	// Output:
	// <p>0</p>
	// <p>2</p>
	// <p>4</p>
}
