package livetest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/livetest/internal/orders"
	"github.com/sideband-go/sideband/views"
)

func TestMessagesFromOutside(t *testing.T) {
	t.Parallel()
	page := open(t)
	if err := views.Send(page.View(), orders.Page.Arrive, "from outside"); err != nil {
		t.Fatal(err)
	}
	page.Expect("#news", "from outside")
}

func TestWaitingForWhatComesLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		page := open(t)
		page.Site().Patience = 2 * time.Minute
		begin := time.Now()
		page.Button("Remind me").Click()
		page.Wait("#news", "a reminder")
		page.WaitFor("the reminder", func() bool { return page.AtOnce().Find("#news").Text() == "a reminder" })
		expect(t, "the time that passed", time.Since(begin).Round(time.Second), time.Minute)
	})
}

func TestHiddenTabs(t *testing.T) {
	t.Parallel()
	page := open(t)
	page.Hide()
	expect(t, "live", page.Live(), false)
	if err := views.Send(page.View(), orders.Page.Arrive, "while hidden"); err != nil {
		t.Fatal(err)
	}
	page.Expect("#news", "none")
	page.Show()
	page.Expect("#news", "while hidden")

	hidden := page.Person().OpenHidden("/")
	expect(t, "live from the beginning", hidden.Live(), false)
	hidden.Show()
	expect(t, "live", hidden.Live(), true)
}

func TestACutConnection(t *testing.T) {
	t.Parallel()
	page := open(t)
	page.CutConnection()
	page.TakeMessages()
	page.Row("Milk").Button("Cancel").Click()
	page.Row("Milk").ExpectNone()
	// The word that the connection is lost may come among them.
	if m := page.TakeMessages(); !slices.ContainsFunc(m, func(a livetest.Message) bool {
		return a.Status == http.StatusOK && strings.Contains(fmt.Sprint(a), "item-Milk")
	}) {
		t.Errorf("the answers are %v", m)
	}
	page.Restore()
	expect(t, "live", page.Live(), true)
}

// Case 101.
func TestCutConnections(t *testing.T) {
	t.Parallel()
	page := open(t)
	page.Cut()
	expect(t, "the notice", page.Notice(), "")
	page.Row("Milk").Button("Cancel").Click()
	expect(t, "rows", page.Find("#items tr").Count(), 2)
	expect(t, "the notice", page.Notice(), "That did not reach the server. Please try again.")
	page.Restore()
	page.Row("Milk").Button("Cancel").Click()
	expect(t, "rows", page.Find("#items tr").Count(), 1)
	expect(t, "the notice", page.Notice(), "")
}

// Case 104.
func TestAPersonHasHeaders(t *testing.T) {
	t.Parallel()
	kit := kit()
	r := chi.NewRouter()
	r.Use(middleware.BasicAuth("orders", map[string]string{"ann": "secret"}))
	var mu sync.Mutex
	asked := map[string]bool{}
	r.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			asked[fmt.Sprintf("%s stream=%v from %s", r.Method, r.URL.Query().Has("sideband"), r.Header.Get("X-Country"))] = true
			mu.Unlock()
			next.ServeHTTP(w, r)
		})
	})
	r.Mount("/", orders.Site(kit))
	s := livetest.Serve(t, r)
	s.Skip(livetest.DeadLinks)
	ann := s.Person()
	ann.SetHeader("X-Country", "IS")
	ann.SetBasicAuth("ann", "secret")
	page := ann.Open("/?begin=Milk")
	page.Row("Milk").Button("Cancel").Click()
	page.ExpectNone("#items tr")
	mu.Lock()
	defer mu.Unlock()
	for _, want := range []string{"GET stream=false from IS", "GET stream=true from IS", "POST stream=false from IS"} {
		if !asked[want] {
			t.Errorf("nobody asked %s, only %v", want, asked)
		}
	}
	if _, with := asked["GET stream=false from "]; with {
		t.Errorf("somebody asked without the header: %v", asked)
	}
	ann.SetHeader("Authorization", "")
	res, err := ann.Client().Get(ann.Address("/"))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	expect(t, "the status without a password", res.StatusCode, http.StatusUnauthorized)
}

func TestRestarts(t *testing.T) {
	t.Parallel()
	page := open(t)
	other := page.NewTab("/help")
	page.Row("Milk").Button("Cancel").Click()
	page.Field("Name").Type("Jam")
	page.TakeVisits()
	page.Site().Restart(site())
	page.Row("Milk").Expect("Milk S false cash Cancel") // the new program mounts it as it was opened
	expect(t, "what was typed", page.Field("Name").Value(), "Jam")
	expect(t, "pages loaded", len(page.TakeVisits()), 0)
	page.Button("Order").Click()
	page.Row("Jam").Expect("Jam S false cash Cancel")
	other.Expect("h1", "Help")
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	page := open(t)
	stranger := page.Site().Open("/")
	page.TakeVisits()
	stranger.TakeVisits()
	page.EndSession()
	if v := page.TakeVisits(); len(v) != 1 || v[0].Cause != "refresh" {
		t.Errorf("the page was loaded anew: %+v", v)
	}
	expect(t, "live", page.Live(), true)
	expect(t, "loads of another person's page", len(stranger.TakeVisits()), 0)
}

func TestStaticPagesAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { livetest.Open(t, site(), "/help").Expect("h1", "Help") })
}

func TestNavigation(t *testing.T) {
	t.Parallel()
	page := open(t)
	begin := page.Path()
	expect(t, "the path", begin, "/?begin=Milk,Bread")
	page.TakeVisits()
	page.Link("Old help").Click()
	page.Expect("h1", "Help")
	page.Back()
	page.Row("Milk").Expect("Milk S false cash Cancel")
	page.Forward()
	page.Expect("h1", "Help")
	page.Visit("/?begin=Tea")
	page.Button("Leave").Click()
	got := fmt.Sprint(page.TakeVisits())
	want := "[{load followed /help 200 [/help]} {load restored /?begin=Milk,Bread 200 []} {load restored /help 200 []} {load opened /?begin=Tea 200 []} {load submitted /help 200 [/help]}]"
	expect(t, "the visits", got, want)
}

func TestReading(t *testing.T) {
	t.Parallel()
	page := open(t)
	expect(t, "an element's HTML", page.Find("#more").HTML(), `<details id="more">
  <summary>More</summary>
  <p id="inside">There is more.</p>
</details>
`)
	help := page.NewTab("/help")
	expect(t, "a page's HTML", help.HTML(), "<h1>Help</h1>\n<p id=\"helpful\">There is none.</p>\n")
	expect(t, "a page's text", help.Text(), "Help There is none.")
	expect(t, "live", help.Live(), false)
	expect(t, "an attribute", page.Link("Help").Attr("href"), "/help")
	expect(t, "disabled", page.Button("Not yet").Disabled(), true)
	expect(t, "there", page.Button("Unseen").Exists(), false)
}

func TestMessagesAndTheirSizes(t *testing.T) {
	t.Parallel()
	page := open(t)
	page.TakeMessages()
	page.Row("Bread").Button("Cancel").Click()
	m := page.TakeMessages()
	want := `<hx-partial id="item-Bread" hx-swap="delete"></hx-partial>`
	if len(m) != 1 || m[0].HTML != want || m[0].Size() != len(want) || m[0].ID != "1" {
		t.Errorf("got %+v", m)
	}
}

func TestAPartOfAPageAlone(t *testing.T) {
	t.Parallel()
	part := livetest.Component(t, orders.Page{}, orders.Badge(), orders.News.To("no news"))
	part.Expect("#badge", "no news News")
	part.Button("News").Click()
	part.Expect("#badge", "from the badge News")
	expect(t, "the assign", orders.News.Get(part.Context()), "from the badge")
}

func TestAKitMayBeSharedByTests(t *testing.T) {
	t.Parallel()
	app := site()
	for _, name := range []string{"one", "two", "three"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page := livetest.Open(t, app, "/?begin="+name)
			page.Skip(livetest.DeadLinks)
			page.Row(name).Button("Cancel").Click()
			page.Row(name).ExpectNone()
		})
	}
}

func TestAKitMayBeShutDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := kit()
		page := livetest.Open(t, orders.Site(k), "/?begin=Milk")
		page.Skip(livetest.DeadLinks)
		if err := k.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		page.AtOnce().Row("Milk").Expect("Milk S false cash Cancel")
	})
}
