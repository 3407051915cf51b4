package e2e_test

import (
	"testing"

	"github.com/sideband-go/sideband/e2e/cut"
)

func TestALinkShowsAnotherPageInTheSameDocument(t *testing.T) {
	t.Parallel()
	p, s := openCatalog(t, "/catalog")
	at(t, p, s, "/catalog", `0 "" 1 name`)
	p.Eval("scrollTo(0, 40)", nil)
	p.Click("#controls")
	p.WaitFor(`location.pathname === "/controls" && document.title.startsWith("Controls") && scrollY === 0`)
	live(t, p)
	stayed(t, p)
	until(t, "the view that was left has ended", func() bool { v := s.Kit.Stats().Views; return v.Connected == 1 && v.Parked+v.Pending == 0 })
	p.Click("#allowed")
	p.WaitText("#seen", "1")
	p.Eval("history.back()", nil)
	at(t, p, s, "/catalog", `0 "" 1 name`)
	live(t, p)
	p.Click("#click")
	p.WaitText("#clicks", "1")
	p.Click("#page-2")
	at(t, p, s, "/catalog?page=2", `0 "" 2 name`)
	p.Click("#signup")
	p.WaitFor(`location.pathname === "/signup" && location.hash === "#addresses"`)
	live(t, p)
	p.Eval("history.back()", nil)
	at(t, p, s, "/catalog?page=2", `0 "" 2 name`)
	live(t, p)
	p.Click("#click")
	p.WaitText("#clicks", "1")
	p.Eval("history.back()", nil)
	at(t, p, s, "/catalog", `0 "" 1 name`)
	p.WaitText("#clicks", "1") // the same view
	p.Click("#controls")
	p.WaitFor(`location.pathname === "/controls"`)
	live(t, p)
	p.Click("#allowed")
	p.WaitText("#seen", "1")
	stayed(t, p)
	until(t, "one connection is open", func() bool { return s.Net.Open(cut.Streams) == 1 })
	if n := s.Kit.Stats().Remounts; n != 0 {
		t.Errorf("%d remounts", n)
	}
}

func TestALinkLoadsWhatDoesNotFitIntoTheDocument(t *testing.T) {
	t.Parallel()
	for link, path := range map[string]string{"#index": "/", "#plain": "/plain"} {
		p, _ := openCatalog(t, "/catalog")
		p.AllowErrors("404")
		p.Click(link)
		p.WaitFor(`location.pathname === ` + quote(path) + ` && document.readyState === "complete" && !document.stayed`)
		p.Back()
		p.WaitText("#clicks", "0")
		live(t, p)
	}
}

func TestACallbackShowsAnotherPageInTheSameDocument(t *testing.T) {
	t.Parallel()
	p, s := openCatalog(t, "/catalog")
	for _, button := range []string{"#navigate", "#navigate-later"} {
		p.Click(button)
		p.WaitFor(`location.pathname === "/controls" && document.title.startsWith("Controls")`)
		live(t, p)
		p.Click("#allowed")
		p.WaitText("#seen", "1")
		p.Eval("history.back()", nil)
		at(t, p, s, "/catalog", `0 "" 1 name`)
		live(t, p)
	}
	stayed(t, p)
	until(t, "the views that were left have ended", func() bool {
		v := s.Kit.Stats().Views
		return v.Connected == 1 && v.Parked+v.Pending == 0
	})
}

func TestLinksToPlacesInAPageLeaveItsViewAlone(t *testing.T) {
	t.Parallel()
	p, s := openCatalog(t, "/catalog?page=2")
	at(t, p, s, "/catalog?page=2", `0 "" 2 name`)
	s.Trail.Take()
	p.Click("#part")
	p.WaitFor(`location.hash === "#typed" && scrollY > 0`)
	p.Click("#click")
	p.WaitText("#clicks", "1")
	p.Eval("history.back()", nil)
	p.WaitFor(`location.hash === "" && location.search === "?page=2"`)
	p.Click("#click")
	p.WaitText("#clicks", "2")
	noted(t, s)
	p.Click("#part")
	p.WaitFor(`location.hash === "#typed"`)
	p.Click("#page-3")
	at(t, p, s, "/catalog?page=3", `0 "" 3 name`)
	p.Eval("history.back()", nil)
	at(t, p, s, "/catalog?page=2#typed", `0 "" 2 name`)
	noted(t, s, `0 "" 3 name`, `0 "" 2 name`)
	p.WaitText("#clicks", "2")
	stayed(t, p)
}
