package e2e_test

import "testing"

// Case 500. Back with the focus in a field that was typed into leads back: what the browser sends of the field as it
// loses the focus is no search.
func TestBackFromAFieldThatWasTypedInto(t *testing.T) {
	t.Parallel()
	p := openProducts(t, "/products?size=50")
	list(t, p, "/products?size=50", "1 to 50 of 10000 products")
	p.Fill("#search-text", "walnut kettle")
	list(t, p, "/products?q=walnut+kettle&size=50", "20 products")
	p.Eval("history.back()", nil)
	list(t, p, "/products?size=50", "1 to 50 of 10000 products")
	p.WaitFor(`document.getElementById("search-text").value === ""`)
	list(t, p, "/products?size=50", "1 to 50 of 10000 products")
	p.Eval("history.forward()", nil)
	list(t, p, "/products?q=walnut+kettle&size=50", "20 products")
	stayed(t, p)
}

// Case 502. Two clicks on a patch link are one entry of the history.
func TestTwoClicksOnAPatchLink(t *testing.T) {
	t.Parallel()
	p := openProducts(t, "/products")
	list(t, p, "/products", "1 to 20 of 10000 products")
	var before, after int
	p.Eval("history.length", &before)
	p.Eval(`{ const a = document.getElementById("page-2"); a.click(); a.click() }`, nil)
	list(t, p, "/products?page=2", "21 to 40 of 10000 products")
	p.WaitFor(`!document.querySelector(".htmx-request")`)
	if p.Eval("history.length", &after); after != before+1 {
		t.Errorf("the history has grown from %d to %d", before, after)
	}
	p.Eval("history.back()", nil)
	list(t, p, "/products", "1 to 20 of 10000 products")
	stayed(t, p)
}

// Case 505. Two clicks on a link to another page are one entry of the history.
func TestTwoClicksOnALinkToAnotherPage(t *testing.T) {
	t.Parallel()
	p, s := openCatalog(t, "/catalog")
	at(t, p, s, "/catalog", `0 "" 1 name`)
	var before, after int
	p.Eval("history.length", &before)
	p.Eval(`{ const a = document.getElementById("controls"); a.click(); a.click() }`, nil)
	p.WaitFor(`location.pathname === "/controls" && document.title.startsWith("Controls")`)
	until(t, "the page is asked for twice", func() bool { return s.Net.Count(pageOf("/controls")) == 2 })
	live(t, p)
	p.WaitFor(`!document.querySelector(".htmx-request")`)
	if p.Eval("history.length", &after); after != before+1 {
		t.Errorf("the history has grown from %d to %d", before, after)
	}
	p.Click("#allowed")
	p.WaitText("#seen", "1")
	stayed(t, p)
}

// Case 504. Pages that redirect to each other stop, and say so.
func TestPagesThatRedirectInCirclesStop(t *testing.T) {
	t.Parallel()
	p, s := openCatalog(t, "/catalog")
	s.AllowFailures("again and again")
	p.Eval(`location.href = "/circle/there"`, nil)
	p.WaitFor(`document.getElementById("sb-notice")?.textContent.includes("in circles")`)
	live(t, p)
	if n := s.Net.Count(pageOf("/circle/there")) + s.Net.Count(pageOf("/circle/back")); n != 11 {
		t.Errorf("%d pages were asked for", n)
	}
}
