package e2e_test

import (
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
)

// Case 348. Two tabs of one list: one shows changes at once, the other leaves its rows where they are. The demo is the test's own, since
// other tests count its products.
func TestAListFollowsWhatOtherTabsDo(t *testing.T) {
	t.Parallel()
	shop := &program{data: "shop.db"}
	t.Cleanup(func() {
		if err := shop.end(); err != nil {
			t.Error(err)
		}
	})
	p := browser.Open(t, shop.at(t, "/products")).Within(patience)
	live(t, p)
	stay(p)
	steady := p.NewTab(shop.at(t, "/products?live=keep"))
	live(t, steady)
	stay(steady)
	first := "#products tr:nth-of-type(1) th"
	was := steady.Text(first)
	steady.Eval(`document.querySelector("#products tr").marked = true`, nil)

	// A product comes, is changed, and goes.
	p.Front()
	p.Click("#add")
	p.WaitText(first, "A new product 10001")
	p.WaitText("#found", "1 to 20 of 10001 products")
	focused(t, p, "#add")
	steady.Front()
	steady.WaitText("#new", "1 new")
	steady.WaitText(first, was)
	steady.Click("#new")
	steady.WaitText(first, "A new product 10001")
	steady.WaitCount("#new", 0)
	steady.WaitFor(`document.querySelector("#products tr:nth-of-type(2)").marked`) // the row is the same node, one place down

	p.Front()
	p.Click("#product-10001 a")
	p.WaitText("#details-name", "A new product 10001")
	p.ClickText("button", "10 % dearer")
	p.WaitText("#product-10001 td:nth-of-type(2)", "21.94")
	p.WaitText("#details-price", "21.94")
	p.Click("#close")
	p.WaitCount("#details", 0)
	steady.Front()
	steady.WaitText("#product-10001 td:nth-of-type(2)", "21.94")

	p.Front()
	p.Click("#delete-10001")
	p.WaitCount("#product-10001", 0)
	p.WaitText("#found", "1 to 20 of 10000 products")
	steady.Front()
	steady.WaitText("#product-10001 del", "A new product 10001")
	steady.WaitCount("#delete-10001", 0)
	steady.Click("#page-2")
	steady.WaitFor(`location.search.includes("page=2")`)
	steady.WaitText("#found", "21 to 40 of 10000 products")
	steady.WaitCount("#products del", 0)
	stayed(t, steady)
	stayed(t, p)
}
