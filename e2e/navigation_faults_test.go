package e2e_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/internal/browser"
)

// Case 268. An event that is clicked after a link to another page, and before that is there, is not for the other page,
// which goes on.
func TestAnEventBetweenALinkAndItsPage(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"controls", "navigate", "navigate-later"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			p, s := openCatalog(t, "/catalog")
			p.AllowErrors("409")
			release := s.Net.Stall(pageOf("/controls"))
			press(p, how)
			until(t, "the other page is asked for", func() bool { return s.Net.Count(pageOf("/controls")) == 1 })
			press(p, "click")
			release()
			p.WaitFor(`location.pathname === "/controls" && document.title.startsWith("Controls")`)
			live(t, p)
			p.Click("#allowed")
			p.WaitText("#seen", "1")
			stayed(t, p)
			if n := s.Net.Count(pageOf("/controls")); n != 1 {
				t.Errorf("the page was asked for %d times", n)
			}
			p.Eval("history.back()", nil)
			at(t, p, s, "/catalog", `0 "" 1 name`)
			live(t, p)
			p.Click("#click")
			p.WaitText("#clicks", "1")
		})
	}
}

// Case 269. A link to a page that redirects, with a flash message: both come without a load.
func TestALinkToAPageThatRedirectsWithAMessage(t *testing.T) {
	t.Parallel()
	p, s := openCatalog(t, "/catalog")
	p.Click("#detour")
	at(t, p, s, "/catalog/3?page=2", `3 "" 2 name`)
	p.WaitText(".sb-flash span", "A detour.")
	live(t, p)
	p.Click("#click")
	p.WaitText("#clicks", "1")
	p.Eval("history.back()", nil)
	at(t, p, s, "/catalog", `0 "" 1 name`)
	stayed(t, p)
}

// Case 270. The page of another version of the program is loaded, with its scripts.
func TestALinkToAPageOfAnotherVersionLoadsIt(t *testing.T) {
	t.Parallel()
	p, s := openCatalog(t, "/catalog")
	allow := s.Net.Refuse(cut.Streams) // so that the page does not learn of it by itself
	c := secrets('n')
	c.Version = "2"
	s.Restart(c)
	press(p, "controls")
	p.WaitFor(`location.pathname === "/controls" && document.title.startsWith("Controls") && !document.stayed`)
	allow()
	live(t, p)
	p.Click("#allowed")
	p.WaitText("#seen", "1")
}

// Case 271. A stream that breaks in the middle of a patch: address and content agree when it is back.
func TestAStreamThatBreaksInTheMiddleOfAPatch(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"page-2", "show", "later", "top-later"} {
		for _, bytes := range []int{1, 40, 120} {
			t.Run(fmt.Sprint(id, " after ", bytes, " bytes"), func(t *testing.T) {
				t.Parallel()
				p, s := openCatalog(t, "/catalog")
				at(t, p, s, "/catalog", `0 "" 1 name`)
				s.Net.CutAfter(cut.Streams, bytes)
				press(p, id)
				want := map[string]string{"page-2": "/catalog?page=2", "show": "/catalog/5", "later": "/catalog?page=6", "top-later": "/catalog?page=5"}[id]
				shown := map[string]string{"page-2": `0 "" 2 name`, "show": `5 "" 1 name`, "later": `0 "" 6 name`, "top-later": `0 "" 5 name`}[id]
				at(t, p, s, want, shown)
				live(t, p)
				p.Click("#click")
				p.WaitText("#clicks", "1")
				at(t, p, s, want, shown)
				stayed(t, p)
			})
		}
	}
}

// Case 272. The server restarts when a patch has been asked for, or a callback's was sent, and is not answered yet.
func TestARestartBetweenAPatchAndItsAnswer(t *testing.T) {
	t.Parallel()
	asks := func(r *http.Request) bool { return r.Header.Get("HX-Request") != "" }
	for _, c := range []struct{ id, address, shown, instead string }{
		{"page-2", "/catalog?page=2", `0 "" 2 name`, `0 "" 1 name`},
		{"other", "/catalog/7?page=2", `7 "" 2 name`, `0 "" 1 name`},
		{"to-top", "/catalog?page=3", `0 "" 3 name`, `0 "" 1 name`},
		{"later", "/catalog?page=6", `0 "" 6 name`, `0 "" 1 name`},
	} {
		t.Run(c.id, func(t *testing.T) {
			t.Parallel()
			p, s := openCatalog(t, "/catalog")
			before := s.Net.Count(asks)
			release := s.Net.Stall(asks)
			press(p, c.id)
			until(t, "it is asked for", func() bool { return s.Net.Count(asks) > before })
			s.Restart(secrets('n'))
			release()
			live(t, p)
			p.WaitFor(`!document.querySelector(".htmx-request")`)
			// What the browser has not been told of has not happened, unless the browser has sent it again by itself.
			address, shown := "/catalog", c.instead
			if sent := s.Net.Exchanges(func(r *http.Request) bool { return asks(r) && !cut.Streams(r) }); len(sent) > 1 {
				address, shown = c.address, c.shown
			}
			at(t, p, s, address, shown)
			p.Click("#page-3")
			p.WaitFor(`location.search === "?page=3" && document.getElementById("shown").textContent.endsWith(" 3 name")`)
			stayed(t, p)
		})
	}
}

// Case 273. A patch to an address of another view loads that; one to an address of no page shows the site's error page.
func TestAPatchToAnAddressOfAnotherViewOrNone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ how, path, title string }{{"away", "/controls", "Controls"}, {"show-other", "/controls", "Controls"}, {"show-none", "/none", "404"}} {
		p, _ := openCatalog(t, "/catalog")
		p.AllowErrors("404")
		press(p, c.how)
		p.WaitFor(`location.pathname === ` + quote(c.path) + ` && document.readyState === "complete" && !document.stayed && document.body.innerHTML.includes(` + quote(c.title) + `)`)
		p.Back()
		p.WaitText("#clicks", "0")
		live(t, p)
	}
}

// Case 274. Neither the pointer over a link nor what is asked for ahead mounts a page.
func TestAPointerOverALinkMountsNothing(t *testing.T) {
	t.Parallel()
	p, s := openCatalog(t, "/catalog")
	p.AllowErrors("503")
	p.Eval(`for (const id of ["controls", "blend", "page-2", "top"])
		for (const type of ["pointerover", "mouseover", "mouseenter", "pointerdown", "mousedown", "touchstart", "focus"])
			document.getElementById(id).dispatchEvent(new Event(type, {bubbles: true}))`, nil)
	s.Trail.Take()
	p.Click("#click") // after which all that had been asked for would have arrived
	p.WaitText("#clicks", "1")
	if n := s.Net.Count(pageOf("/controls")) + len(s.Trail.Take()); n != 0 {
		t.Errorf("asked %d times", n)
	}
	for _, path := range []string{"/controls", "/catalog"} {
		mounts := s.Kit.Stats().Mounts
		p.Eval(`fetch(`+quote(path)+`, {headers: {"HX-Request": "true", "HX-Request-Type": "full", "HX-Preloaded": "true", "Sec-Purpose": "prefetch", "Purpose": "prefetch",
			"Sideband-Ticket": JSON.parse(document.body.getAttribute("hx-headers:inherited"))["Sideband-Ticket"]}}).then(r => r.status)`, nil)
		if n := s.Kit.Stats().Mounts - mounts; n != 0 {
			t.Errorf("%s: %d mounts", path, n)
		}
	}
}

// A page that an event has redirected, and that the browser has kept, does not go on saying that it waits.
func TestAPageThatComesBackAfterARedirectDoesNotWait(t *testing.T) {
	t.Parallel()
	p, s := openCatalog(t, "/catalog")
	press(p, "leave")
	p.WaitText("h1", "Index")
	p.Back()
	at(t, p, s, "/catalog", `0 "" 1 name`)
	stayed(t, p)
	live(t, p)
	p.WaitFor(`document.querySelector("#sb-slow.htmx-request") !== null`) // htmx has left its mark
	p.Eval(`document.getAnimations().forEach(a => a.finish())`, nil)
	p.WaitFor(`getComputedStyle(document.getElementById("sb-slow")).visibility === "hidden"`)
	press(p, "click")
	p.WaitText("#clicks", "1")
}

// Case 535. A step back that does not reach the server, or not for a while: address and content agree in the end, also
// if the connection has not broken off.
func TestAStepBackThatDoesNotReachTheServer(t *testing.T) {
	t.Parallel()
	for name, through := range map[string]func(*http.Request) bool{
		"the address alone": func(r *http.Request) bool { return !isStep(r) && !isRetry(r) },
		"nothing":           func(*http.Request) bool { return false },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, s := openCatalog(t, "/catalog")
			p.AllowErrors(lost...)
			press(p, "page-2")
			at(t, p, s, "/catalog?page=2", `0 "" 2 name`)
			press(p, "other")
			at(t, p, s, "/catalog/7?page=2", `7 "" 2 name`)
			live(t, p)
			allow := s.Net.Refuse(func(r *http.Request) bool { return !through(r) })
			p.Eval("history.go(-2)", nil)
			until(t, "the step has failed, and once more", func() bool { return s.Net.Count(isStep) > 0 && s.Net.Count(isRetry) > 0 })
			allow()
			at(t, p, s, "/catalog", `0 "" 1 name`)
			live(t, p)
			p.Click("#click")
			p.WaitText("#clicks", "1")
			at(t, p, s, "/catalog", `0 "" 1 name`)
			stayed(t, p)
		})
	}
}

func isStep(r *http.Request) bool { return r.Header.Get("HX-History-Restore-Request") == "true" }

func isRetry(r *http.Request) bool { return r.Header.Get("HX-Source") == "div#sb-retry" }

// Case 536. An answer that comes later than the connection which has brought the same, and more: nothing is there twice, and
// nothing is older than what came since.
func TestAnAnswerThatComesLaterThanTheConnection(t *testing.T) {
	t.Parallel()
	net := demo.through(t)
	p := browser.Open(t, net.URL()+"/products").Within(patience)
	p.AllowErrors(lost...)
	live(t, p)
	stay(p)
	back := net.Refuse(cut.Streams)
	net.Cut(cut.Streams)
	until(t, "the connection is gone", func() bool { return net.Open(cut.Streams) == 0 })
	visits := func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/products/") && !cut.Streams(r) }
	release := net.Stall(visits)
	p.Eval(`document.querySelector("#products tr:nth-of-type(3) a").click()`, nil)
	until(t, "the product is asked for", func() bool { return net.Count(visits) > 0 })
	back()
	p.WaitFor(`!!document.getElementById("details-price")`) // by the connection
	release()
	p.WaitFor(`location.pathname.startsWith("/products/") && !document.querySelector(".htmx-request")`)
	live(t, p)
	p.WaitCount("#details", 1)
	p.ClickText("button", "10 % dearer")
	p.WaitFor(`document.querySelector("#products tr:nth-of-type(3) td:nth-of-type(2)").innerText === document.getElementById("details-price").innerText`)
	p.WaitCount("#details", 1)
	stayed(t, p)
}

// Case 553. A link that is clicked after a step back, and arrives before it: the page shows what its address says.
func TestALinkThatOvertakesAStep(t *testing.T) {
	t.Parallel()
	p, s := openCatalog(t, "/catalog")
	p.Click("#page-2")
	at(t, p, s, "/catalog?page=2", `0 "" 2 name`)
	step := func(r *http.Request) bool { return r.Header.Get("HX-History-Restore-Request") == "true" }
	release := s.Net.Delay(step)
	p.Eval("history.back()", nil)
	until(t, "the step is asked for", func() bool { return s.Net.Count(step) == 1 })
	press(p, "page-3")
	at(t, p, s, "/catalog?page=3", `0 "" 3 name`)
	p.WaitCount(".htmx-request:not(body)", 0) // the link is answered
	s.Trail.Take()
	release()
	until(t, "the page has said where it is", func() bool {
		return slices.Equal(s.Trail.Peek(), []string{`0 "" 1 name`, `0 "" 3 name`})
	})
	at(t, p, s, "/catalog?page=3", `0 "" 3 name`)
	p.Click("#click")
	p.WaitText("#clicks", "1")
	p.Eval("history.back()", nil) // an ordinary step
	at(t, p, s, "/catalog", `0 "" 1 name`)
	stayed(t, p)
}
