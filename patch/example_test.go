package patch_test

import (
	"fmt"

	"github.com/sideband-go/sideband/patch"
)

// The first rendering makes the tree, each later one operations and the next tree.
func Example() {
	var tree patch.Tree
	first, err := patch.Scan([]byte(`<h1 id="count">Count: 0</h1><p>Click it.</p>`), nil, nil)
	if err != nil {
		panic(err)
	}
	tree.Commit(first)

	second, err := patch.Scan([]byte(`<h1 id="count">Count: 1</h1><p>Click it.</p>`), nil, &tree)
	if err != nil {
		panic(err)
	}
	ops, err := patch.Diff(nil, &tree, second, "view")
	if err != nil {
		panic(err)
	}
	tree.Commit(second)
	fmt.Printf("%s\n", ops)
	// Output: <hx-partial id="count" hx-swap="textContent">Count: 1</hx-partial>
}

// What a user has chosen stays in a control though its HTML has not changed: it is
// replaced if the server says otherwise.
func ExampleScanned_AppendForced() {
	view, err := patch.Scan([]byte(`<input id="agree" name="agree" type="checkbox">`), nil, nil)
	if err != nil {
		panic(err)
	}
	ops, _ := view.AppendForced(nil, "view", patch.Posted{Source: "agree", Fields: map[string][]string{"agree": {"on"}}})
	fmt.Printf("%s\n", ops)
	// Output: <hx-partial id="agree" hx-swap="outerHTML"><input id="agree" name="agree" type="checkbox"></hx-partial>
}
