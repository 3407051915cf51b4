package e2e_test

import (
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
)

// press clicks an element where it is, without scrolling to it.
func press(p *browser.Page, id string) {
	listens(p)
	p.Eval(`document.getElementById(`+quote(id)+`).click()`, nil)
}

// down scrolls down, and waits until the page is there.
func down(p *browser.Page) {
	p.Eval("scrollTo(0, 400)", nil)
	p.WaitFor("scrollY === 400")
}

// Case 261. Patches scroll to the top on wish: a link, an event's, a message's; the address before is where it was.
func TestPatchesScrollToTheTopOnWish(t *testing.T) {
	t.Parallel()
	p, s := openCatalog(t, "/catalog")
	var length int
	for _, c := range []struct{ id, address, shown string }{
		{"top", "/catalog?page=2", `0 "" 2 name`},
		{"to-top", "/catalog?page=3", `0 "" 3 name`},
		{"top-later", "/catalog?page=5", `0 "" 5 name`},
	} {
		p.Eval("history.length", &length)
		down(p)
		press(p, c.id)
		at(t, p, s, c.address, c.shown)
		p.WaitFor("scrollY === 0")
		down(p)
		press(p, c.id) // where it is
		p.WaitFor("scrollY === 0")
		at(t, p, s, c.address, c.shown)
		var now int
		if p.Eval("history.length", &now); now != length+1 {
			t.Errorf("%s: the history has grown from %d to %d", c.id, length, now)
		}
	}
	down(p)
	press(p, "top-quietly")
	at(t, p, s, "/catalog?page=9", `0 "" 9 name`)
	p.WaitFor("scrollY === 0")
	p.Eval("history.back()", nil)
	at(t, p, s, "/catalog?page=3", `0 "" 3 name`)
	p.WaitFor("scrollY === 400") // where it was when it was left
	press(p, "page-2")
	at(t, p, s, "/catalog?page=2", `0 "" 2 name`)
	p.WaitFor("scrollY === 400")
	stayed(t, p)
}

// Case 262. A patch whose address ends with #id scrolls to that element, as the link does without scripts.
func TestAPatchScrollsToTheElementThatItsAddressNames(t *testing.T) {
	t.Parallel()
	p, s := openCatalog(t, "/catalog")
	press(p, "foot-link")
	at(t, p, s, "/catalog?page=4#foot", `0 "" 4 name`)
	p.WaitFor(`Math.abs(document.getElementById("foot").getBoundingClientRect().top) < 2`)
	stayed(t, p)
}

// Case 263. A heading that comes with a patch takes the focus, if it asks for it.
func TestAHeadingThatComesWithAPatchTakesTheFocus(t *testing.T) {
	t.Parallel()
	p, s := openCatalog(t, "/catalog")
	p.Click("#other")
	at(t, p, s, "/catalog/7?page=2", `7 "" 2 name`)
	focused(t, p, "#item-7")
	p.Click("#page-3") // the heading is there already
	at(t, p, s, "/catalog/7?page=3", `7 "" 3 name`)
	focused(t, p, "#page-3")
	p.Click("#show")
	at(t, p, s, "/catalog/5", `5 "" 1 name`)
	focused(t, p, "#item-5")
	p.Eval("history.back()", nil)
	at(t, p, s, "/catalog/7?page=3", `7 "" 3 name`)
	focused(t, p, "#item-7")
	stayed(t, p)
}

// Case 264. An address that names an element is scrolled to in a page that is navigated to, by a link, an event and a
// message.
func TestANavigationScrollsToTheElementThatItsAddressNames(t *testing.T) {
	t.Parallel()
	p, s := openCatalog(t, "/catalog")
	for _, id := range []string{"signup", "to-place", "place-later"} {
		down(p)
		press(p, id)
		p.WaitFor(`location.pathname === "/signup" && location.hash === "#addresses"`)
		p.WaitFor(`(() => { const r = document.getElementById("addresses").getBoundingClientRect(); return scrollY !== 400 && r.bottom > 0 && r.top < innerHeight })()`)
		live(t, p)
		p.Eval("history.back()", nil)
		at(t, p, s, "/catalog", `0 "" 1 name`)
		live(t, p)
	}
	stayed(t, p)
}

// Case 265. A navigation is a view transition on wish, which does not move for people who prefer that.
func TestANavigationIsAViewTransitionOnWish(t *testing.T) {
	t.Parallel()
	p, s := openCatalog(t, "/catalog")
	p.Eval(`window.moved = []; document.start = document.startViewTransition; document.startViewTransition = f => {
		const v = document.start(f)
		v.ready.then(() => moved.push(document.getAnimations().filter(a => a.effect.pseudoElement?.startsWith("::view-transition")).length > 0))
		return v
	}, 0`, nil)
	blend := func() {
		p.Click("#blend")
		p.WaitFor(`location.pathname === "/controls" && document.title.startsWith("Controls")`)
		live(t, p)
	}
	blend()
	p.WaitFor(`moved.join() === "true"`)
	p.Eval("history.back()", nil)
	at(t, p, s, "/catalog", `0 "" 1 name`)
	live(t, p)
	p.Click("#controls") // plain
	p.WaitFor(`location.pathname === "/controls"`)
	live(t, p)
	p.Eval("history.back()", nil)
	at(t, p, s, "/catalog", `0 "" 1 name`)
	live(t, p)
	p.ReducedMotion(true)
	blend()
	p.WaitFor(`moved.join() === "true,false"`)
	stayed(t, p)
}

// Case 266. A patch that leads back to where the page is adds nothing to the history.
func TestAPatchThereAndBackAddsNothingToTheHistory(t *testing.T) {
	t.Parallel()
	p, s := openCatalog(t, "/catalog")
	at(t, p, s, "/catalog", `0 "" 1 name`)
	var before, after int
	p.Eval("history.length", &before)
	for _, id := range []string{"there-and-back", "bounce"} {
		s.Trail.Take()
		p.Click("#" + id)
		until(t, "the page has been there and back", func() bool { return len(s.Trail.Peek()) == 2 })
		p.Click("#click") // which is answered after it
		p.WaitCount(".htmx-request", 0)
		at(t, p, s, "/catalog", `0 "" 1 name`)
	}
	p.WaitText("#clicks", "2")
	if p.Eval("history.length", &after); after != before {
		t.Errorf("the history has grown from %d to %d", before, after)
	}
	// A link that comes at once after another, back to where the page was when it was clicked.
	p.Eval(`document.getElementById("page-2").click(); document.getElementById("page-1").click()`, nil)
	p.WaitCount(".htmx-request", 0)
	at(t, p, s, "/catalog", `0 "" 1 name`)
	if p.Eval("history.length", &after); after != before+2 {
		t.Errorf("the history has grown from %d to %d, want 2 more", before, after)
	}
	stayed(t, p)
}
