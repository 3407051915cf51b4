package ratelimit_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/ratelimit"
)

// Case 400: beyond a limit nothing runs, and the user reads when to try again.
func TestBeyondALimitNothingRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kit, page := open(t, bench{ratelimit.New(3, time.Minute, ratelimit.BySession)})
		click(page, "Limited", 3)
		expect(t, "the notice", page.Notice(), "")
		click(page, "Limited", 1)
		page.Expect("#done", "3")
		expect(t, "the notice", page.Notice(), "That was too often. Please try again in 20 s.")
		click(page, "Free", 1)
		page.Expect("#done", "4")
		time.Sleep(20 * time.Second)
		click(page, "Limited", 2)
		page.Expect("#done", "5")
		if n := kit.Stats().EventsTooOften; n != 2 {
			t.Errorf("%d events are counted as refused", n)
		}
	})
}

// Case 400: a control whose event is refused shows what it showed.
func TestARefusedControlIsSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, page := open(t, bench{ratelimit.New(1, time.Hour, ratelimit.BySession)})
		page.Field("On").Check()
		page.Field("On").Uncheck()
		if !page.Field("On").Checked() {
			t.Error("the box is off, though the event did not run")
		}
		expect(t, "the notice", page.Notice(), "That was too often. Please try again in 60 min.")
	})
}

func TestAHookLimitsAllEventsOfAPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := ratelimit.New(2, time.Minute, ratelimit.BySession)
		_, page := open(t, bench{}, l.Hook())
		click(page, "Limited", 1)
		click(page, "Free", 2)
		page.Expect("#done", "2")
		other := page.Site().Open("/")
		click(other, "Free", 1)
		other.Expect("#done", "1")
		tab := page.NewTab("/") // of the same session
		click(tab, "Free", 1)
		tab.Expect("#done", "0")
	})
}

// Without JavaScript the limit holds as well.
func TestALimitHoldsWithoutJavaScript(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, r := routes(bench{}, handlers.Config{Limits: handlers.Limits{SessionEvents: 2}})
		page := livetest.Open(t, r, "/")
		click(page, "Free", 3)
		page.Expect("#done", "2")
		expect(t, "the notice", page.Notice(), "That was too often. Please try again in 30 s.")
	})
}

func TestUsersAreCountedTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, r := routes(bench{ratelimit.New(1, time.Minute, ratelimit.ByIdentity)}, handlers.Config{})
		site := livetest.Serve(t, r)
		pages := map[string]*livetest.Page{}
		for name, user := range map[string]string{"one": "ann", "two": "ann", "nobody": "", "nobody else": ""} {
			p := site.Person()
			p.SetHeader("Test-User", user)
			pages[name] = p.Open("/")
			expect(t, "the identity", pages[name].Find("#identity").Text(), user)
		}
		for _, w := range []struct{ name, done string }{{"one", "1"}, {"two", "0"}, {"nobody", "1"}, {"nobody else", "1"}} {
			click(pages[w.name], "Limited", 1)
			pages[w.name].Expect("#done", w.done)
		}
	})
}

// Case 401: the address is what chi's middleware says of proxies that are trusted, never a header by itself.
func TestTheNetworkIsNotWhatAHeaderSays(t *testing.T) {
	_, r := routes(bench{}, handlers.Config{})
	for _, c := range []struct{ remote, forwarded, want string }{
		{"192.0.2.9:1", "198.51.100.7", "198.51.100.7"},
		{"192.0.2.9:1", "203.0.113.5, 198.51.100.7", "198.51.100.7"},
		{"192.0.2.9:1", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"},
		{"192.0.2.9:1", "nonsense", "192.0.2.9"},
		{"203.0.113.9:1", "", "203.0.113.9"},
	} {
		if body := request(r, c.remote, c.forwarded).Body.String(); !strings.Contains(body, `<p id="network">`+c.want+`</p>`) {
			t.Errorf("from %s by way of %q: the page has another network than %s", c.remote, c.forwarded, c.want)
		}
	}
}

// A message has no request, but its page has a session and a user.
func TestAMessageHasNoNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, page := open(t, bench{})
		page.Expect("#session", "") // it begins with the answer
		click(page, "Free", 1)
		session, network := page.Find("#session").Text(), page.Find("#network").Text()
		if session == "" || network == "" {
			t.Errorf("in an event: session %q, network %q", session, network)
		}
		page.Reload()
		page.Expect("#session", session)
		page.Expect("#network", network)
		click(page, "Later", 1)
		page.Expect("#network", "")
		page.Expect("#session", session)
	})
}

func TestProcessesCountTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counter{counts: map[string]int{}}
		here := bench{ratelimit.New(4, time.Minute, ratelimit.ByIdentity).Share(ratelimit.Windows(c))}
		there := bench{ratelimit.New(4, time.Minute, ratelimit.ByIdentity).Share(ratelimit.Windows(c))}
		openAs := func(b bench) *livetest.Page {
			_, r := routes(b, handlers.Config{})
			p := livetest.Serve(t, r).Person()
			p.SetHeader("Test-User", "ann")
			return p.Open("/")
		}
		one, two := openAs(here), openAs(there)
		click(one, "Limited", 3)
		click(two, "Limited", 3)
		one.Expect("#done", "3")
		two.Expect("#done", "1")
		time.Sleep(75 * time.Second) // a quarter of the next window: three quarters of the four count
		click(two, "Limited", 3)
		two.Expect("#done", "2")
		if two.Notice() == "" {
			t.Error("nothing is said")
		}
		c.fails = true
		time.Sleep(2 * time.Minute)
		click(two, "Limited", 5)
		two.Expect("#done", "6") // the process's own count holds
	})
}

func TestANilLimitAllowsAll(t *testing.T) {
	_, page := open(t, bench{})
	click(page, "Limited", 5)
	page.Expect("#done", "5")
}

func TestALimitThatMakesNoSensePanics(t *testing.T) {
	for _, f := range []func(){
		func() { ratelimit.New(0, time.Second, ratelimit.BySession) },
		func() { ratelimit.New(1, 0, ratelimit.BySession) },
		func() { ratelimit.New(1, time.Second, nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		}()
	}
}
