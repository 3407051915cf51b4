package livetest_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/sideband-go/sideband/internal/faketest"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/livetest/internal/board"
	"github.com/sideband-go/sideband/livetest/internal/orders"
	"github.com/sideband-go/sideband/views"
)

// example runs what stands in a test otherwise, and prints how it fails.
func example(f func(t testing.TB)) {
	if said := faketest.Run(f); said != "" {
		fmt.Println(sized(said))
	}
}

// A test opens a page, acts on it and looks at what has come of it. It says what is
// wrong if it fails.
func Example() {
	example(func(t testing.TB) { // func TestOrders(t *testing.T) {
		page := livetest.Open(t, site(), "/?begin=Milk")
		page.Skip(livetest.DeadLinks)
		page.Row("Milk").Button("Cancel").Click()
		page.ExpectNone("#items tr")
		page.Expect("h1", "Customers")
	})
	// Output:
	// livetest: /?begin=Milk: h1 says
	// 	"Orders"
	// and not
	// 	"Customers"
}

// Two tabs of one person have the same session; another person has another one.
func ExampleSite() {
	example(func(t testing.TB) {
		s := livetest.Serve(t, site())
		ann := s.Person()
		first, second := ann.Open("/?begin=Milk"), ann.Open("/?begin=Tea,Jam")
		bob := s.Open("/")
		for _, page := range []*livetest.Page{first, second, bob} {
			fmt.Println(page.Find("#items tr").Count(), "rows")
		}
	})
	// Output:
	// 1 rows
	// 2 rows
	// 0 rows
}

// Elements are found by their name or by a selector, on the page or in an element.
func ExampleElement() {
	example(func(t testing.TB) {
		page := livetest.Open(t, site(), "/?begin=Milk,Tea")
		fmt.Println(page.Heading("Orders").HTML())
		fmt.Println(page.Row("Tea").Button("Cancel").Exists())
		fmt.Println(page.Find("#items tr", "Milk").Attr("id"))
		page.Row("Tee").Button("Cancel").Click()
	})
	// Output:
	// <h1>Orders</h1>
	//
	// true
	// item-Milk
	// livetest: /?begin=Milk,Tea: cannot click: there is no row "Tee"
	// 	the rows here: "Tea | S | false cash | Cancel", "Milk | S | false cash | Cancel"
}

// A form is filled in as a person does it.
func ExampleElement_Fill() {
	example(func(t testing.TB) {
		page := livetest.Open(t, site(), "/")
		page.Field("Name").Fill("Jam")
		page.Field("Size").Choose("Large")
		page.Field("Card").Check()
		page.Button("Order").Click()
		fmt.Println(page.Row("Jam").Text())
		fmt.Println(page.Title())
	})
	// Output:
	// Jam L false card Cancel
	// 1 orders
}

// What the server does later by itself is waited for.
func ExamplePage_Wait() {
	example(func(t testing.TB) {
		page := livetest.Open(t, site(), "/")
		_, err := views.SendAfter(page.View(), 20*time.Millisecond, orders.Page.Arrive, "It is ready.")
		fmt.Println(page.Find("#news").Text(), err)
		page.Wait("#news", "It is ready.")
		fmt.Println(page.Find("#news").Text())
	})
	// Output:
	// none <nil>
	// It is ready.
}

// A page tells what it shows, what its view knows and what was sent.
func ExamplePage_TakeMessages() {
	example(func(t testing.TB) {
		page := livetest.Open(t, site(), "/?begin=Milk,Tea")
		page.TakeMessages()
		page.Row("Tea").Button("Cancel").Click()
		for _, m := range page.TakeMessages() {
			fmt.Println(m.Size(), "bytes:", m.HTML)
		}
		fmt.Println(len(orders.Items.Get(page.Context())), "item is left")
		fmt.Print(page.Find("#items tr td").HTML())
	})
	// Output:
	// 56 bytes: <hx-partial id="item-Tea" hx-swap="delete"></hx-partial>
	// 1 item is left
	// <td>Milk</td>
}

// What happens elsewhere: a message to the view, and a deploy under the page.
func ExampleSite_Restart() {
	example(func(t testing.TB) {
		page := livetest.Open(t, site(), "/?begin=Milk")
		if err := views.Send(page.View(), orders.Page.Arrive, "There is jam."); err != nil {
			t.Fatal(err)
		}
		page.Expect("#news", "There is jam.")

		page.Field("Name").Type("Jam")
		page.TakeVisits()
		page.Site().Restart(site()) // with the same secrets
		page.Field("Name").ExpectValue("Jam")
		fmt.Println(len(page.TakeVisits()), "pages were loaded")
	})
	// Output:
	// 0 pages were loaded
}

// A part of a page is tested alone, with the assigns that it needs.
func ExampleComponent() {
	example(func(t testing.TB) {
		badge := livetest.Component(t, orders.Page{}, orders.Badge(), orders.News.To("No news."))
		fmt.Println(badge.Text())
		badge.Button("News").Click()
		fmt.Println(badge.Text())
	})
	// Output:
	// No news. News
	// from the badge News
}

// A component is sent to and read by its id; it may be tested without its page, too.
func ExampleContextOf() {
	example(func(t testing.TB) {
		page := openBoard(t) // livetest.Open(t, board.Site(kit, news), "/")
		if err := views.Send(page.View().At("milk"), board.Likes.Add, 10); err != nil {
			t.Fatal(err)
		}
		page.Expect("#milk-likes span", "milk: 10")
		fmt.Println(board.Count.Get(livetest.ContextOf[board.Likes](page, "milk")))

		part := livetest.Component(t, livetest.Blank{}, views.Component("shout", board.Shout{Label: "jam"}))
		part.Button("Louder").Click()
		fmt.Println(part.Find("span").Text())
		livetest.ContextOf[board.Likes](part, "shout")
	})
	// Output:
	// 10
	// jam: 101!
	// livetest: /: there is no board.Likes "shout"
	// 	the components here: board.Shout "shout"
}

// What runs beside the page is waited for. In a bubble of synctest that takes no time.
func ExamplePage_Await() {
	example(func(t testing.TB) {
		page := openBoard(t)
		page.Button("Load soon").Click() // which starts a state.Async
		page.Await()
		fmt.Println(page.Find("#report").Text())
	})
	// Output:
	// ready
}

// Messages that a page shows for a moment outlast a redirect, which the tab follows.
func ExamplePage_Flash() {
	example(func(t testing.TB) {
		page := openBoard(t)
		page.Button("Save as info").Click()
		page.ExpectFlash(views.FlashInfo, "Saved as info.")
		page.TakeVisits()

		page.Button("Leave").Click()
		fmt.Println(page.Path(), page.Flash(views.FlashSuccess))
		fmt.Println(page.TakeVisits())
	})
	// Output:
	// /plain You have left.
	// [{load redirect /plain 200 []}]
}

// What is published reaches the pages that have subscribed before they are looked at.
func ExamplePage_View() {
	example(func(t testing.TB) {
		page, news := openNews(t)
		other := page.NewTab("/")
		if err := news.Publish(context.Background(), "There is jam."); err != nil {
			t.Fatal(err)
		}
		page.Expect("#last", "There is jam.")
		fmt.Println(other.Find("#last").Text())
	})
	// Output:
	// There is jam.
}

// Nothing is in view until a test scrolls there.
func ExampleElement_ScrollTo() {
	example(func(t testing.TB) {
		page := livetest.Open(t, boardSite(t), "/?lines=true")
		fmt.Println(page.Find("[id^=line-]").Count(), "lines")
		page.Find(".later").ScrollTo() // an element with views.Trigger{On: "revealed"}
		fmt.Println(page.Find("[id^=line-]").Count(), "lines")
	})
	// Output:
	// 10 lines
	// 15 lines
}

// Pages are checked while they are used.
func ExampleCheck() {
	example(func(t testing.TB) {
		page := livetest.Open(t, faultySite(), "/")
		page.Skip(livetest.DuplicateIDs, livetest.NoNames, livetest.DeadLinks, livetest.UnknownEvents)
		page.Button("Add").Click()
	})
	// Output:
	// livetest: page check NoIDNear:
	// 	/: <li class="list">, which said "0": a patch of … bytes
	// 	/: <p class="far">, which said "0 times": a patch of … bytes
	// 	fix: give it an id, or the enclosing element; or page.Skip(livetest.NoIDNear)
}

// A page keeps working where streams do not come through, and when they come again.
func ExamplePage_CutConnection() {
	example(func(t testing.TB) {
		page := livetest.Open(t, site(), "/?begin=Milk")
		page.CutConnection()
		page.Row("Milk").Button("Cancel").Click()
		fmt.Println(page.Find("#items tr").Count(), page.Live())
		page.Restore()
		fmt.Println(page.Find("#items tr").Count(), page.Live())
	})
	// Output:
	// 0 false
	// 0 true
}
