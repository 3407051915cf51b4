package livetest_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/sideband-go/sideband/internal/faketest"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/livetest/internal/catalog"
	"github.com/sideband-go/sideband/views"
)

func openCatalog(t testing.TB, path string) *livetest.Page {
	t.Helper()
	page := livetest.Open(t, catalogSite(), path)
	page.TakeVisits()
	return page
}

// visits are the visits of a page, as text.
func visits(page *livetest.Page) string {
	var all []string
	for _, v := range page.TakeVisits() {
		all = append(all, fmt.Sprint(v.Kind, " ", v.Cause, " ", v.Path, " ", v.Status))
	}
	return strings.Join(all, ", ")
}

func TestPatchLinksChangeThePageInPlace(t *testing.T) {
	t.Parallel()
	page := openCatalog(t, "/products")
	page.Field("Note").Type("kept")
	page.Link("Next").Click()
	page.ExpectPatched("/products?page=2")
	page.Expect("#shown", `Product 0, "", page 2`)
	expect(t, "the title", page.Title(), "Products, page 2")
	expect(t, "the current link", page.Find("[aria-current]").Text(), "Page 2")
	expect(t, "the focus", page.Focused(), `<a href="/products?page=3" id="next">`)
	page.Field("Note").ExpectValue("kept")
	page.Button("Order").Click()
	page.Link("Page 2").Click() // where it is
	page.Link("Page 3").Click()
	page.Link("Last").Click()
	page.ExpectPatched("/products?page=1000")
	page.Back() // over what was replaced
	page.ExpectPatched("/products?page=2")
	page.Expect("#shown", `Product 0, "", page 2`)
	page.Back()
	page.Forward()
	page.Forward()
	page.ExpectPatched("/products?page=1000")
	page.Expect("#shown", `Product 0, "", page 1000`)
	page.Expect("#orders", "1")
	page.Link("End").Click()
	expect(t, "the path", page.Path(), "/products?page=1000#foot")
	expect(t, "the visits", visits(page), "patch followed /products?page=2 204, patch followed /products?page=3 204, replace followed /products?page=1000 204, "+
		"patch restored /products?page=2 204, patch restored /products 204, patch restored /products?page=2 204, patch restored /products?page=1000 204")
}

// A view patches its address in events, by messages, in HandleParams, and to another path.
func TestViewsPatchTheirAddress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		page := openCatalog(t, "/products")
		page.Button("Page 4").Click()
		page.ExpectPatched("/products?page=4")
		page.Button("Coffee").Click()
		page.ExpectPatched("/products/5")
		page.Expect("#shown", `Product 5, "", page 1`)
		page.Button("Order").Click() // whose event goes to the new path
		page.Button("Page 6, later").Click()
		page.Wait("#shown", `Product 5, "", page 6`)
		page.ExpectPatched("/products/5?page=6")
		page.Field("Search").Type("red & blue")
		page.ExpectPatched("/products/5?q=red+%26+blue")
		page.Link("Tea").Click()
		page.Expect("#shown", `Product 7, "", page 2`)
		page.Field("Search").ExpectValue("")
		if err := views.Send(page.View(), catalog.Page.Turn, 3); err != nil { // from outside
			t.Fatal(err)
		}
		page.ExpectPatched("/products/7?page=3")
		expect(t, "the visits", visits(page), "patch patched /products?page=4 204, patch patched /products/5 204, "+
			"patch patched /products/5?page=6 204, replace patched /products/5?q=red+%26+blue 204, patch followed /products/7?page=2 204, patch patched /products/7?page=3 204")
		for _, shown := range []string{`Product 7, "", page 2`, `Product 5, "red & blue", page 1`, `Product 5, "", page 1`, `Product 0, "", page 4`, `Product 0, "", page 1`} {
			page.Back()
			page.Expect("#shown", shown)
		}
		page.Expect("#orders", "1")
		page.Field("Search").ExpectValue("")
		page.Link("Thirteen").Click() // whose HandleParams patches on
		page.ExpectPatched("/products?page=14")
		page.Expect("#shown", `Product 0, "", page 14`)
	})
}

func TestAPatchThatFailsLeavesThePageWhereItIs(t *testing.T) {
	t.Parallel()
	page := openCatalog(t, "/products?page=2")
	page.Skip(livetest.Failures)
	page.Link("Five hundred").Click()
	expect(t, "the path", page.Path(), "/products?page=2")
	page.Expect("#shown", `Product 0, "", page 2`)
	expect(t, "the notice", page.Notice(), "There is no such page.")
	expect(t, "the visits", visits(page), "")
}

// Patched addresses and loaded pages are one history.
func TestBackFromAnotherPageIntoAPatchedOne(t *testing.T) {
	t.Parallel()
	page := openCatalog(t, "/products")
	page.Link("Page 2").Click()
	page.Link("Page 3").Click()
	page.Link("Help").Click() // a patch to another page loads it
	page.Expect("h1", "Help")
	page.Back()
	page.Expect("#shown", `Product 0, "", page 3`)
	page.Back()
	page.ExpectPatched("/products?page=2")
	page.Expect("#shown", `Product 0, "", page 2`)
	page.Reload()
	page.Forward()
	page.ExpectPatched("/products?page=3")
	page.Expect("#shown", `Product 0, "", page 3`)
	page.Link("Plain help").Click()
	page.Back()
	page.Button("Leave").Click()
	expect(t, "the visits", visits(page), "patch followed /products?page=2 204, patch followed /products?page=3 204, load redirect /help 200, load restored /products?page=3 200, "+
		"patch restored /products?page=2 204, load reloaded /products?page=2 200, patch restored /products?page=3 204, "+
		"load followed /help 200, load restored /products?page=3 200, load redirect /help 200")
}

// Whoever goes back and forward quickly ends where the address says.
func TestQuickStepsBackAndForward(t *testing.T) {
	t.Parallel()
	page := openCatalog(t, "/products")
	for range 4 {
		page.Link("Next").Click()
	}
	quick := page.AtOnce()
	for _, step := range []func(){quick.Back, quick.Back, quick.Forward, quick.Back, quick.Back} {
		step()
	}
	page.ExpectPatched("/products?page=2")
	page.Expect("#shown", `Product 0, "", page 2`)
}

// An event that waits for a patch to another path is sent to that.
func TestAnEventBehindAPatch(t *testing.T) {
	t.Parallel()
	page := openCatalog(t, "/products")
	quick := page.AtOnce()
	quick.Find("#tea").Click()
	quick.Find("#order").Click()
	page.ExpectPatched("/products/7?page=2")
	page.Expect("#orders", "1")
}

// After a restart the view is mounted where the page is, by its connection or by what comes first.
func TestARestartAfterPatches(t *testing.T) {
	t.Parallel()
	page := openCatalog(t, "/products")
	page.Link("Next").Click()
	page.Link("Tea").Click()
	page.Link("Page 3").Click()
	page.Site().Restart(catalogSite())
	page.Expect("#shown", `Product 7, "", page 3`)
	page.Expect("#remounted", "true")
	expect(t, "the path", page.Path(), "/products/7?page=3")
	page.Link("Next").Click()
	page.ExpectPatched("/products/7?page=4")
	page.CutConnection()
	page.Link("Next").Click() // the answer brings it
	page.Expect("#shown", `Product 7, "", page 5`)
	page.Site().Restart(catalogSite())
	page.Button("Order").Click()
	page.Expect("#orders", "1")
	page.Restore()
	page.Expect("#shown", `Product 7, "", page 5`)
	page.Back()
	page.Back()
	page.Back()
	page.ExpectPatched("/products/7?page=2")
	for _, v := range page.TakeVisits() {
		if v.Kind == "load" {
			t.Errorf("a page was loaded: %v", v)
		}
	}
}

// While nothing gets through, a patch link does nothing, and the address stays.
func TestAPatchThatDoesNotArrive(t *testing.T) {
	t.Parallel()
	page := openCatalog(t, "/products")
	page.Link("Next").Click()
	page.Cut()
	page.Link("Next").Click()
	expect(t, "the path", page.Path(), "/products?page=2")
	page.Restore()
	page.Expect("#shown", `Product 0, "", page 2`)
	page.Link("Next").Click()
	page.ExpectPatched("/products?page=3")
}

func TestPatchLinksWithoutScripts(t *testing.T) {
	t.Parallel()
	page := livetest.Serve(t, catalogSite()).Person().WithoutScripts().Open("/products")
	page.TakeVisits()
	page.Link("Next").Click()
	page.Expect("#shown", `Product 0, "", page 2`)
	page.Link("Tea").Click()
	page.Expect("#shown", `Product 7, "", page 2`)
	page.Link("Thirteen").Click()
	expect(t, "the path", page.Path(), "/products/7?page=14")
	page.Back()
	page.Expect("#shown", `Product 7, "", page 2`)
	expect(t, "the visits", visits(page), "load followed /products?page=2 200, load followed /products/7?page=2 200, load followed /products/7?page=14 200, load restored /products/7?page=2 200")
}

// ExpectPatched says where the page is instead, and how it has come there.
func TestExpectPatchedFails(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		act            func(*livetest.Page)
		expected, said string
	}{
		{func(*livetest.Page) {}, "/products", "livetest: /products: the page was loaded (opened), and not patched"},
		{func(p *livetest.Page) { p.Link("Next").Click() }, "/products", "livetest: the address is\n\t/products?page=2\nand not\n\t/products"},
		{func(p *livetest.Page) { p.Link("Next").Click(); p.Back(); p.Reload() }, "/products", "livetest: /products: the page was loaded (reloaded), and not patched"},
		{
			func(p *livetest.Page) { p.Link("Next").Click(); p.Link("End").Click() }, "/products?page=2#foot",
			"livetest: /products?page=2#foot: the page has come there by a link to a place in it, and was not patched",
		},
	} {
		said := faketest.Run(func(t testing.TB) {
			page := openCatalog(t, "/products")
			c.act(page)
			page.ExpectPatched(c.expected)
		})
		if strings.TrimSpace(said) != c.said {
			t.Errorf("said\n%s\nand not\n%s", said, c.said)
		}
	}
}

// Case 255. Links and callbacks show another page in the document that is there; what does not fit is loaded.
func TestAnotherPageIsShownInTheDocument(t *testing.T) {
	t.Parallel()
	page := openCatalog(t, "/products")
	page.Button("Order").Click()
	page.Link("Page 2").Click()
	first := page.View()
	page.Link("Help, here").Click()
	page.Expect("h1", "Help")
	expect(t, "the title", page.Title(), "Help")
	if page.View() == first || !page.Live() {
		t.Error("the page has no view of its own")
	}
	if err := views.Send(first, catalog.Page.Turn, 3); err == nil {
		t.Error("the view that was left lives on")
	}
	page.Link("Tea, here").Click()
	page.Expect("#shown", `Product 7, "", page 1`)
	page.Expect("#orders", "0")
	page.Link("Page 2, from the top").Click()
	page.ExpectPatched("/products/7?page=2")
	expect(t, "the visits", visits(page), "patch followed /products?page=2 204, navigate followed /help 200, navigate followed /products/7#foot 200, patch followed /products/7?page=2 200")
	page.Back()
	page.Expect("#shown", `Product 7, "", page 1`)
	page.Back()
	page.Expect("h1", "Help")
	page.Back()
	page.Expect("#shown", `Product 0, "", page 2`)
	expect(t, "the visits", visits(page), "patch restored /products/7#foot 204, navigate restored /help 200, navigate restored /products?page=2 200")
	page.Button("Walk").Click()
	page.Expect("h1", "Help")
	page.ExpectFlash(views.FlashInfo, "Welcome.")
	page.Back()
	page.Button("Walk on").Click()
	page.ExpectFlash(views.FlashInfo, "Welcome.")
	page.Expect("#shown", `Product 5, "", page 1`)
	page.Back()
	for _, v := range page.TakeVisits() {
		if v.Path == "/products/5" && strings.Join(v.Redirects, " ") != "/products/5" {
			t.Errorf("the redirects are %q", v.Redirects)
		}
		if v.Kind != "navigate" && v.Cause != "restored" { // the page of product 5 is one of products, too
			t.Errorf("%+v", v)
		}
	}
	page.Button("Walk out").Click()
	expect(t, "the visits", visits(page), "load redirect /none 404")
}
