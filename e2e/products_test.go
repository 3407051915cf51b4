package e2e_test

import (
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
)

// openProducts opens the demo's products at an address.
func openProducts(t *testing.T, address string) *browser.Page {
	t.Helper()
	p := browser.Open(t, demo.at(t, address)).Within(patience)
	live(t, p)
	stay(p)
	return p
}

// list waits until the page is at an address and says what it lists.
func list(t *testing.T, p *browser.Page, address, found string) {
	t.Helper()
	p.WaitFor("location.href === " + quote(demo.at(t, address)))
	p.WaitText("#found", found)
}

func TestProductsAreSearchedSortedAndPagedByTheAddress(t *testing.T) {
	t.Parallel()
	p := openProducts(t, "/products")
	list(t, p, "/products", "1 to 20 of 10000 products")
	p.Fill("#search-text", "walnut kettle")
	list(t, p, "/products?q=walnut+kettle", "20 products")
	focused(t, p, "#search-text")
	p.Press("Enter")
	p.Click("#search-text")
	p.Fill("#search-text", "kettle")
	list(t, p, "/products?q=kettle", "1 to 20 of 200 products")
	p.Click("#sort-price")
	list(t, p, "/products?q=kettle&sort=price", "1 to 20 of 200 products")
	p.WaitFor(`document.querySelector("th:has(#sort-price)").ariaSort === "ascending"`)
	p.Click("#sort-price")
	list(t, p, "/products?q=kettle&sort=-price", "1 to 20 of 200 products")
	focused(t, p, "#sort-price")
	p.Click("#size-50")
	list(t, p, "/products?q=kettle&sort=-price&size=50", "1 to 50 of 200 products")
	p.Click("#next")
	list(t, p, "/products?q=kettle&sort=-price&size=50&page=2", "51 to 100 of 200 products")
	focused(t, p, "#next")
	p.WaitFor(`document.querySelector("main nav[aria-label^=Pages] [aria-current]").id === "page-2"`)
	p.Click("#category-toys")
	list(t, p, "/products?q=kettle&category=toys&sort=-price&size=50", "No product is like that.")
	p.Eval("history.back(); history.back(); history.back()", nil)
	list(t, p, "/products?q=kettle&sort=-price", "1 to 20 of 200 products")
	p.Eval("history.go(-3)", nil)
	list(t, p, "/products", "1 to 20 of 10000 products")
	p.WaitFor(`document.getElementById("search-text").value === ""`)
	p.Eval("history.forward()", nil)
	list(t, p, "/products?q=kettle", "1 to 20 of 200 products")
	p.WaitFor(`document.getElementById("search-text").value === "kettle"`)
	stayed(t, p)
}

func TestDetailsOfAProductHaveAnAddress(t *testing.T) {
	t.Parallel()
	p := openProducts(t, "/products?q=noble+steel+drum")
	var id string
	p.Eval(`document.querySelector("#products tr").id.slice(8)`, &id)
	from, to := "/products?q=noble+steel+drum", "/products/"+id+"?q=noble+steel+drum"
	behind := func(inert string) {
		t.Helper()
		p.WaitFor(`document.getElementById("behind").inert === ` + inert)
	}
	opens := func() {
		p.Click("#product-" + id + " a")
		p.WaitFor("location.href === " + quote(demo.at(t, to)))
		p.WaitText("#details-name", "Noble steel drum")
		p.WaitFor(`document.title.startsWith("Noble steel drum")`)
		focused(t, p, "#close")
		p.WaitCount("[autofocus]", 0) // it would take the focus again with each change around it
		behind("true")
		p.Press("Shift+Tab") // not into the list
		p.WaitFor(`document.activeElement.closest("#details") !== null`)
		p.Eval(`document.querySelectorAll("body > :not(.page) a, aside a").forEach(e => e.focus())`, nil) // nor elsewhere
		p.WaitFor(`document.activeElement.closest("#details") !== null`)
	}
	closed := func() {
		p.WaitFor("location.href === " + quote(demo.at(t, from)))
		p.WaitCount("#details", 0)
		behind("false")
		p.WaitFor(`document.activeElement.closest("tr")?.id === "product-` + id + `"`)
		p.WaitCount("[autofocus]", 0)
	}
	opens()
	p.Click("#close")
	closed()
	opens()
	p.Press("Escape")
	closed()
	opens()
	p.Eval("history.back()", nil)
	closed()
	stayed(t, p)
	opens()
	other := p.NewTab(demo.at(t, to))
	live(t, other)
	before := other.Text("#details-price")
	other.ClickText("button", "10 % dearer")
	other.WaitFor(`document.getElementById("details-price").textContent !== ` + quote(before))
	after := other.Text("#details-price")
	p.Front()
	p.WaitText("#details-price", after)
	p.WaitText("#product-"+id+" td:nth-of-type(2)", after)
}

func TestProductsAtAddressesThatAreMadeUp(t *testing.T) {
	t.Parallel()
	p := openProducts(t, "/products?page=700&q=kettle")
	list(t, p, "/products?q=kettle&page=10", "181 to 200 of 200 products")
	p.Click("#next") // which leads nowhere
	for _, page := range []string{"-1", "abc", "99999999999999999999"} {
		p.Goto(demo.at(t, "/products?page="+page))
		p.WaitText("#found", "1 to 20 of 10000 products")
	}
	p.AllowErrors("404")
	p.Goto(demo.at(t, "/products/10001"))
	p.WaitText("h1", "Not found")
}

func TestProductsWithoutScripts(t *testing.T) {
	t.Parallel()
	p := browser.Open(t, "")
	p.Scripts(false)
	p.Viewport(390, 800)
	p.Goto(demo.at(t, "/products?sort=price"))
	p.Fill("#search-text", "walnut kettle")
	p.ClickText("button", "Go")
	p.WaitText("#found", "20 products")
	p.Click("#products a")
	p.WaitCount("#details", 1)
	p.Click("#close")
	p.WaitCount("#details", 0)
	p.WaitText("#found", "20 products")
}

// Case 254. Two links at once: the address that the browser ends with is that of the content.
func TestTwoPatchLinksAtOnce(t *testing.T) {
	t.Parallel()
	p := openProducts(t, "/products?q=kettle")
	for _, c := range []struct{ first, second, address, found string }{
		{"next", "page-10", "/products?q=kettle&page=10", "181 to 200 of 200 products"},
		{"size-100", "sort-price", "/products?q=kettle&sort=price", "1 to 20 of 200 products"},
	} {
		listens(p)
		p.Eval(`document.getElementById(`+quote(c.first)+`).click(); document.getElementById(`+quote(c.second)+`).click()`, nil)
		list(t, p, c.address, c.found)
		p.Eval("location.reload()", nil)
		list(t, p, c.address, c.found)
		live(t, p)
	}
}
