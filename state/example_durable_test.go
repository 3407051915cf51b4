package state_test

import (
	"fmt"

	"github.com/sideband-go/sideband/state"
)

var (
	draft = state.NewKey[string]("draft")
	place = state.NewKey[int]("place")
)

// editor is a page, without its other methods.
type editor struct{}

// DurableKeys lists the keys that are durable in this page. In other pages they need not be.
func (editor) DurableKeys() []state.DurableKey { return []state.DurableKey{draft, place} }

// A page lists its durable keys.
func ExampleDurableKey() {
	fmt.Println(len(editor{}.DurableKeys()), "keys of the page are kept;", "by itself the key is durable:", draft.IsDurable())
	// Output: 2 keys of the page are kept; by itself the key is durable: false
}
