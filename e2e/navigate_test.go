package e2e_test

import (
	"strings"
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/internal/browser"
)

// openCatalog opens a page whose address changes.
func openCatalog(t *testing.T, address string) (*browser.Page, *fixture.Site) {
	t.Helper()
	s := fixture.Serve(t, secrets('n'))
	p := browser.Open(t, s.URL+address)
	p.AllowErrors(lost...)
	live(t, p)
	stay(p)
	return p, s
}

// at waits until the page has an address and shows what that says.
func at(t *testing.T, p *browser.Page, s *fixture.Site, address, shown string) {
	t.Helper()
	p.WaitFor("location.href === " + quote(s.URL+address))
	p.WaitText("#shown", shown)
}

func noted(t *testing.T, s *fixture.Site, want ...string) {
	t.Helper()
	if got := s.Trail.Take(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the callbacks: %q, want %q", got, want)
	}
}

func TestAPatchChangesAddressAndContentWithoutALoad(t *testing.T) {
	t.Parallel()
	p, s := openCatalog(t, "/catalog")
	at(t, p, s, "/catalog", `0 "" 1 name`)
	noted(t, s, "mount", `0 "" 1 name`)
	p.Fill("#note", "kept")
	p.Eval("scrollTo(0, 40)", nil)
	p.Click("#page-2")
	at(t, p, s, "/catalog?page=2", `0 "" 2 name`)
	focused(t, p, "#page-2")
	p.WaitFor(`document.title.startsWith("Catalog, page 2") && scrollY === 40 && document.querySelector("[aria-current]").id === "page-2"`)
	p.Click("#click")
	p.WaitText("#clicks", "1")
	p.Click("#page-2") // where it is already
	p.Click("#quietly")
	at(t, p, s, "/catalog?page=9", `0 "" 9 name`)
	noted(t, s, `0 "" 2 name`, `0 "" 9 name`)
	p.Eval("history.back()", nil) // over what was replaced
	at(t, p, s, "/catalog", `0 "" 1 name`)
	p.Eval("history.forward()", nil)
	at(t, p, s, "/catalog?page=9", `0 "" 9 name`)
	p.WaitCount(".htmx-request", 0) // what was gone forward to has been answered
	p.Click("#unlucky")
	at(t, p, s, "/catalog?page=14", `0 "" 14 name`)
	p.Fill("#search", "red & blue")
	at(t, p, s, "/catalog?q=red+%26+blue", `0 "red & blue" 1 name`)
	p.Click("#later")
	at(t, p, s, "/catalog?q=red+%26+blue&page=6", `0 "red & blue" 6 name`)
	s.Trail.Take()
	p.Eval("history.back(); history.back(); history.forward()", nil)
	p.Eval("history.back()", nil)
	const agrees = `document.getElementById("shown").textContent === '0 "" ' + location.search.slice("?page=".length) + ' name'`
	p.WaitFor(agrees) // Chromium may leave a step out that comes at once after another
	p.WaitCount(".htmx-request", 0)
	p.WaitFor(agrees)
	p.WaitText("#clicks", "1")
	if v := p.Value("#note"); v != "kept" {
		t.Errorf("the note is %q", v)
	}
	stayed(t, p)
}

func TestAPatchToAnotherPathOfTheSameViewAndToAnotherPage(t *testing.T) {
	t.Parallel()
	p, s := openCatalog(t, "/catalog")
	p.Click("#click")
	p.WaitText("#clicks", "1")
	p.Click("#other")
	at(t, p, s, "/catalog/7?page=2", `7 "" 2 name`)
	p.Click("#click")
	p.WaitText("#clicks", "2")
	p.Click("#page-3")
	at(t, p, s, "/catalog/7?page=3", `7 "" 3 name`)
	p.Click("#show")
	at(t, p, s, "/catalog/5", `5 "" 1 name`)
	p.Click("#click")
	p.WaitText("#clicks", "3")
	p.Eval("history.back()", nil)
	at(t, p, s, "/catalog/7?page=3", `7 "" 3 name`)
	p.Eval("history.go(-2)", nil)
	at(t, p, s, "/catalog", `0 "" 1 name`)
	stayed(t, p)
	p.Click("#away")
	p.WaitFor(`location.pathname === "/controls"`)
	p.Back()
	at(t, p, s, "/catalog", `0 "" 1 name`)
}

func TestAfterARestartAPageIsWhereItsAddressSays(t *testing.T) {
	t.Parallel()
	p, s := openCatalog(t, "/catalog")
	p.Click("#page-2")
	at(t, p, s, "/catalog?page=2", `0 "" 2 name`)
	p.Click("#page-3")
	at(t, p, s, "/catalog?page=3", `0 "" 3 name`)
	s.Trail.Take()
	s.Restart(secrets('n'))
	until(t, "the view is remounted", func() bool { return s.Kit.Stats().Remounts == 1 })
	live(t, p)
	at(t, p, s, "/catalog?page=3", `0 "" 3 name`)
	noted(t, s, "mount", `0 "" 3 name`)
	p.Click("#other")
	at(t, p, s, "/catalog/7?page=2", `7 "" 2 name`)
	s.Restart(secrets('n'))
	p.Click("#click") // an event that comes first
	p.WaitText("#clicks", "1")
	live(t, p)
	at(t, p, s, "/catalog/7?page=2", `7 "" 2 name`)
	p.Eval("history.back()", nil)
	at(t, p, s, "/catalog?page=3", `0 "" 3 name`)
	stayed(t, p)
}
