package livetest_test

import (
	"fmt"
	"testing"

	"github.com/sideband-go/sideband/livetest"
)

// A patch link changes the page in place, and Back walks over it.
func ExamplePage_ExpectPatched() {
	example(func(t testing.TB) {
		page := livetest.Open(t, catalogSite(), "/products")
		page.TakeVisits()
		page.Link("Next").Click()
		page.ExpectPatched("/products?page=2")
		page.Back()
		page.ExpectPatched("/products")
		for _, v := range page.TakeVisits() {
			fmt.Println(v.Kind, v.Cause, v.Path)
		}
		page.Link("Plain help").Click()
		page.ExpectPatched("/help")
	})
	// Output:
	// patch followed /products?page=2
	// patch restored /products
	// livetest: /help: the page was loaded (followed), and not patched
}
