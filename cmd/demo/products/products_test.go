package products_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sideband-go/sideband/cmd/demo/products"
	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/cmd/demo/users"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
)

// counted are products that note what they are asked for.
type counted struct {
	products.Goods
	mu     sync.Mutex
	asked  []string
	failed error // of List
}

func (c *counted) err(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed = err
}

func (c *counted) note(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, fmt.Sprintf(format, args...))
}

func (c *counted) List(ctx context.Context, q products.Query, limit, offset int) ([]products.Product, error) {
	c.note("%q %s %s %d/%d", q.Search, q.Category, q.Sort, offset/q.Size+1, q.Size)
	c.mu.Lock()
	err := c.failed
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return c.Goods.List(ctx, q, limit, offset)
}

func (c *counted) Get(ctx context.Context, id int64) (products.Product, error) {
	c.note("get %d", id)
	return c.Goods.Get(ctx, id)
}

// were fails the test unless exactly this was asked for since the last call.
func (c *counted) were(t *testing.T, want ...string) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Equal(c.asked, want) {
		t.Errorf("asked for %q, want %q", c.asked, want)
	}
	c.asked = nil
}

func serve(t *testing.T) (*livetest.Site, *counted, http.Handler) {
	t.Helper()
	people, err := users.Open(t.Context(), filepath.Join(t.TempDir(), "demo.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { people.Close() })
	store, err := products.NewStore(t.Context(), people.DB())
	if err != nil {
		t.Fatal(err)
	}
	goods := &counted{Goods: store}
	program := func() http.Handler {
		return site.Routes(handlers.New(site.Config(handlers.Config{
			Logger:   slog.New(slog.DiscardHandler),
			Security: handlers.Security{Secrets: [][]byte{[]byte(strings.Repeat("s", 32))}},
		})), &site.Data{Users: people, Products: goods})
	}
	return livetest.Serve(t, program()), goods, program()
}

// Case 252. Each address is asked for once: when the page is opened, by a link, while the user types, by Back, and after a restart.
func TestAnAddressIsAskedForOnce(t *testing.T) {
	w, goods, next := serve(t)
	page := w.Open("/products")
	goods.were(t, `"" all name 1/20`)
	page.Find("#next").Click()
	page.ExpectPatched("/products?page=2")
	goods.were(t, `"" all name 2/20`)
	page.Find("#sort-price").Click()
	page.Find("#sort-price").Click()
	goods.were(t, `"" all price 1/20`, `"" all -price 1/20`)
	page.Find("#category-toys").Click()
	goods.were(t, `"" toys -price 1/20`)
	page.Find("#size-50").Click()
	goods.were(t, `"" toys -price 1/50`)
	page.Find("#size-50").Click() // where it is
	goods.were(t)
	page.Back()
	page.ExpectPatched("/products?category=toys&sort=-price")
	goods.were(t, `"" toys -price 1/20`)
	page.Field("Search").Fill("steel drum")
	page.ExpectPatched("/products?q=steel+drum&category=toys&sort=-price")
	page.Expect("#found", "20 products")
	goods.were(t, `"steel drum" toys -price 1/20`)
	w.Restart(next)
	page.Settle()
	goods.were(t, `"steel drum" toys -price 1/20`)
	page.Expect("#found", "20 products")
	page.Find("#sort-price").Click()
	page.ExpectPatched("/products?q=steel+drum&category=toys&sort=price")
	goods.were(t, `"steel drum" toys price 1/20`)
}

// Case 506. What is typed while the server is away is looked for as soon as it is back, and what it knows already is not.
func TestASearchThatIsTypedWhileTheServerIsAway(t *testing.T) {
	w, _, next := serve(t)
	page, other := w.Open("/products"), w.Open("/products?q=drum&page=2")
	page.Field("Search").Fill("kett")
	page.ExpectPatched("/products?q=kett")
	page.Cut()
	page.Field("Search").Type("walnut kettle")
	page.Settle() // that it is sent, and does not arrive
	w.Restart(next)
	page.Restore()
	page.ExpectPatched("/products?q=walnut+kettle")
	page.Expect("#found", "20 products")
	other.Settle()
	if at := other.Path(); at != "/products?q=drum&page=2" {
		t.Errorf("a search that was not changed leads to %s", at)
	}
}

// The list is not asked for again for what is over it.
func TestDetailsAskForOneProduct(t *testing.T) {
	w, goods, next := serve(t)
	page := w.Open("/products?q=noble+steel+drum")
	id := strings.TrimPrefix(page.Find("#products tr").Attr("id"), "product-")
	goods.were(t, `"noble steel drum" all name 1/20`)
	page.Link("Details of Noble steel drum").Click()
	page.ExpectPatched("/products/" + id + "?q=noble+steel+drum")
	page.Expect("#details-name", "Noble steel drum")
	goods.were(t, "get "+id)
	w.Restart(next)
	page.Settle()
	page.Expect("#details-name", "Noble steel drum")
	goods.were(t, `"noble steel drum" all name 1/20`, "get "+id)
	page.Find("#close").Click()
	page.ExpectPatched("/products?q=noble+steel+drum")
	page.ExpectNone("#details")
	goods.were(t)
	page.Back()
	page.Expect("#details-name", "Noble steel drum")
	goods.were(t, "get "+id)
}

// Case 253. A page beyond the end is the last one, at its own address: who opens it is redirected, which asks at each of the two
// addresses.
func TestAPageBeyondTheEnd(t *testing.T) {
	w, goods, _ := serve(t)
	for _, c := range []struct {
		address, leads, found string
		asked                 []string
	}{
		{"/products?q=kettle&page=10", "/products?q=kettle&page=10", "181 to 200 of 200 products", []string{`"kettle" all name 10/20`}},
		{"/products?q=kettle&page=700", "/products?q=kettle&page=10", "181 to 200 of 200 products", []string{`"kettle" all name 10/20`, `"kettle" all name 10/20`}},
		{"/products?q=kettle&page=700&live=keep", "/products?q=kettle&page=10&live=keep", "181 to 200 of 200 products", []string{`"kettle" all name 10/20`, `"kettle" all name 10/20`}},
		{"/products?q=nothing&page=3", "/products?q=nothing", "No product is like that.", []string{`"nothing" all name 1/20`, `"nothing" all name 1/20`}},
		{"/products?page=-1", "/products?page=-1", "1 to 20 of 10000 products", []string{`"" all name 1/20`}},
		{"/products?page=99999999999999999999", "/products?page=99999999999999999999", "1 to 20 of 10000 products", []string{`"" all name 1/20`}},
		{"/products?page=abc", "/products?page=abc", "1 to 20 of 10000 products", []string{`"" all name 1/20`}},
		{"/products?page=2&page=3", "/products?page=2&page=3", "21 to 40 of 10000 products", []string{`"" all name 2/20`}},
		{"/products?sort=cents&size=7", "/products?sort=cents&size=7", "1 to 20 of 10000 products", []string{`"" all name 1/20`}},
	} {
		page := w.Open(c.address)
		page.Expect("#found", c.found)
		if at := page.Path(); at != c.leads {
			t.Errorf("%s leads to %s, want %s", c.address, at, c.leads)
		}
		goods.were(t, c.asked...)
		page.Close()
	}
}

func TestASearchThatFindsNothing(t *testing.T) {
	w, _, _ := serve(t)
	page := w.Open("/products?sort=price&size=50")
	page.Field("Search").Fill("100 % _ \\ <b>")
	page.Expect("#found", "No product is like that.")
	page.ExpectNone("#products")
	page.Link("Show all products").Click()
	page.ExpectPatched("/products?sort=price&size=50")
	page.Expect("#found", "1 to 50 of 10000 products")
	page.Field("Search").ExpectValue("")
}

// A new price reaches the list and the details of all who see the product.
func TestPricesArePushed(t *testing.T) {
	w, goods, _ := serve(t)
	list := w.Open("/products?q=noble+steel+drum")
	id := strings.TrimPrefix(list.Find("#products tr").Attr("id"), "product-")
	before := list.Find("#product-" + id + " td").Nth(1).Text()
	other := w.Open("/products/" + id)
	other.Expect("#details-price", before)
	goods.were(t, `"noble steel drum" all name 1/20`, `"" all name 1/20`, "get "+id)
	other.Button("10 % dearer").Click()
	other.Settle()
	after := other.Find("#details-price").Text()
	if after == before {
		t.Fatalf("the price is still %s", before)
	}
	list.Wait("#product-"+id+" td:nth-of-type(2)", after)
	list.Await()
	other.Await()
	goods.mu.Lock()
	defer goods.mu.Unlock()
	slices.Sort(goods.asked) // they were asked for at the same time
	if want := []string{`"" all name 1/20`, `"noble steel drum" all name 1/20`, "get " + id}; !slices.Equal(goods.asked, want) {
		t.Errorf("asked for %q, want %q", goods.asked, want)
	}
}

// Case 347. The list follows what others add, change and delete: at once, or where the rows are.
func TestTheListIsLive(t *testing.T) {
	w, goods, _ := serve(t)
	atOnce, steady, other := w.Open("/products"), w.Open("/products?live=keep"), w.Open("/products?q=a+new+product")
	first := atOnce.Find("#products th").Nth(0).Text()
	expect := func(p *livetest.Page, n int, want string) {
		t.Helper()
		p.Wait(fmt.Sprintf("#products tr:nth-of-type(%d) th", n), want)
	}
	other.Expect("#found", "No product is like that.")
	other.Button("Add a product").Click()
	expect(other, 1, "A new product 10001")
	expect(atOnce, 1, "A new product 10001")
	atOnce.Expect("#found", "1 to 20 of 10001 products")
	steady.Wait("#new", "1 new")
	expect(steady, 1, first)
	steady.Find("#new").Click()
	expect(steady, 1, "A new product 10001")
	steady.ExpectNone("#new")

	other.Button("Delete A new product 10001").Click()
	expect(atOnce, 1, first)
	other.Wait("#found", "No product is like that.")
	steady.Wait("#products del", "A new product 10001")
	steady.ExpectNone("#delete-10001")
	steady.Expect("#new", "1 new") // which has moved here from page 2
	steady.Button("Add a product").Click()
	steady.Wait("#delete-10001", "Delete") // it has the number of the one that was deleted: that is back
	steady.ExpectNone("#new")
	goods.err(errors.New("the disk is gone"))
	if _, err := goods.Goods.Reprice(t.Context(), 10001, 10); err != nil {
		t.Fatal(err)
	}
	steady.Link("Details of " + first).Click()
	steady.Button("10 % dearer").Click()
	for _, p := range []*livetest.Page{atOnce, steady} {
		p.Wait("#stale", "The list may not be up to date.")
	}
	goods.err(nil)
	for _, p := range []*livetest.Page{atOnce, steady} {
		p.WaitFor("the list to be up to date", func() bool { return p.Find("#stale").Count() == 0 })
	}
}

// Who adds a product without JavaScript sees it in the answer.
func TestAProductIsAddedWithoutScripts(t *testing.T) {
	w, _, _ := serve(t)
	page := w.Person().WithoutScripts().Open("/products?category=toys")
	page.Button("Add a product").Click()
	page.Expect("#products tr:nth-of-type(1) th", "A new product 10001")
	page.Expect("#found", "1 to 20 of 2001 products")
	page.Button("Delete A new product 10001").Click()
	page.Expect("#found", "1 to 20 of 2000 products")
}

// There is an end to adding.
func TestTooManyProducts(t *testing.T) {
	w, goods, _ := serve(t)
	for range 500 {
		if _, err := goods.Insert(t.Context(), "One more", "toys", 100); err != nil {
			t.Fatal(err)
		}
	}
	page := w.Open("/products")
	page.Button("Add a product").Click()
	page.Expect("#found", "1 to 20 of 10500 products")
	page.Expect("[role=alert]", "There are too many products: delete some. ×")
}

func TestProductsAreFoundWithoutScripts(t *testing.T) {
	w, goods, _ := serve(t)
	page := w.Person().WithoutScripts().Open("/products?sort=price")
	goods.were(t, `"" all price 1/20`)
	page.Field("Search").Fill("noble steel drum")
	page.Button("Go").Click()
	page.Expect("#found", "1 product")
	goods.were(t, `"noble steel drum" all price 1/20`)
	page.Link("Details of Noble steel drum").Click()
	page.Expect("#details-name", "Noble steel drum")
	page.Find("#close").Click()
	page.ExpectNone("#details")
	page.Expect("#found", "1 product")
}
