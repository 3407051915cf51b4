package query_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/query"
	"github.com/sideband-go/sideband/views"
)

// Case 334. Keeping again, a callback that fails, and the end of the view leave no timer, subscription or goroutine. That
// nothing at all is left is checked at the end of each test (newWorld).
func TestNothingIsLeft(t *testing.T) {
	for name, live := range map[string]func(w *world, q *query.Live[item]){
		"alone":  func(_ *world, q *query.Live[item]) { q.Every, q.AtMost = time.Minute, time.Second },
		"shared": func(_ *world, q *query.Live[item]) { q.Every, q.AtMost, q.Shared = time.Minute, time.Second, "all" },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 6, live)
				p := w.open("/")
				w.publish() // a timer for the end of the window
				synctest.Wait()
				again := func() int {
					for range 10 {
						p.Button("Keep 1").Click()
						p.Button("Keep 2").Click()
					}
					p.Await()
					synctest.Wait()
					return runtime.NumGoroutine()
				}
				before := again()
				if now := again(); now > before+5 { // other tests have some, and it keeps 20 times
					t.Errorf("%d goroutines and not %d", now, before)
				}
				rows(t, p, named(4, 5, 6)...)
				expect(t, "subscriptions", w.bus.Stats().Subscribers, 1)
				p.Button("Fail").Click()
				p.Await()
				synctest.Wait()
				rows(t, p, named(4, 5, 6)...)
				expect(t, "subscriptions after a failure", w.bus.Stats().Subscribers, 1)
				w.table.loaded()
				time.Sleep(time.Minute + 2*time.Second)
				synctest.Wait()
				expect(t, "loads in a minute", w.table.loaded(), 1) // of the newest alone
				end(p)
				synctest.Wait()
				expect(t, "subscriptions of a view that has ended", w.bus.Stats().Subscribers, 0)
				w.publish()
				time.Sleep(10 * time.Minute)
				expect(t, "loads for it", w.table.loaded(), 0)
			})
		})
	}
}

// end closes a page and ends its view.
func end(p *livetest.Page) {
	ref := p.View()
	p.Close()
	ref.Restart()
}

// A load is cancelled when its view ends.
func TestALoadEndsWithItsPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2, nil)
		p := w.open("/")
		w.table.change(func(d *table) { d.hold = make(chan struct{}) })
		w.publish()
		synctest.Wait()
		end(p)
		synctest.Wait()
		w.table.change(func(d *table) { expect(t, "loads that were cancelled", d.ends, 1) })
	})
}

// A load that goes on when its time is over holds up nobody: the page says so, and the next load has the rows. What the
// late one returns is dropped.
func TestALoadThatIgnoresItsContext(t *testing.T) {
	for name, shared := range map[string]string{"alone": "", "shared": "all"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 2, func(_ *world, q *query.Live[item]) { q.Timeout, q.Shared = 5*time.Second, shared })
				p := w.open("/")
				hold := make(chan struct{})
				w.table.change(func(d *table) { d.hold, d.deaf = hold, true })
				w.publish()
				time.Sleep(6*time.Second + time.Millisecond)
				synctest.Wait()
				p.Expect("#says", "page 1 of 1, 2 of 2, failed: context deadline exceeded")
				w.table.change(func(d *table) { d.hold = nil }) // the second one is held, too
				w.table.rename(1, "newest")
				time.Sleep(7 * time.Second)
				synctest.Wait()
				rows(t, p, "newest", "row 2")
				p.Expect("#says", "page 1 of 1, 2 of 2")
				w.table.rename(1, "late")
				close(hold)
				synctest.Wait()
				rows(t, p, "newest", "row 2")
			})
		})
	}
}

// Case 343. The rows of a page that was left are dropped.
func TestAPageThatWasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 9, nil)
		p := w.open("/")
		hold := make(chan struct{})
		w.table.change(func(d *table) { d.hold = hold })
		p.Button("Page 2").Click()
		p.Expect("#says", "page 1 of 3, 3 of 9, more, loading")
		synctest.Wait()
		rows(t, p, named(1, 2, 3)...)
		w.table.change(func(d *table) { d.hold = nil })
		p.Button("Last").Click()
		p.Await()
		rows(t, p, named(7, 8, 9)...)
		close(hold)
		p.Await()
		synctest.Wait()
		rows(t, p, named(7, 8, 9)...)
		p.Expect("#says", "page 3 of 3, 3 of 9")
		w.table.change(func(d *table) { expect(t, "loads that were cancelled", d.ends, 1) })
	})
}

// A page without a connection, as one without JavaScript, gets the rows that its own events ask for with their answer.
func TestWithoutScripts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 8, nil)
		p := w.site.Person().WithoutScripts().Open("/")
		rows(t, p, named(1, 2, 3)...)
		p.Button("Next").Click()
		rows(t, p, named(4, 5, 6)...)
		p.Expect("#says", "page 2 of 3, 3 of 8, more")
		w.table.rename(5, "renamed")
		p.Button("Refetch").Click()
		rows(t, p, "row 4", "renamed", "row 6")
	})
}

// What changes while nobody is connected is loaded when somebody is, once.
func TestAConnectionThatComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2, nil)
		p := w.open("/")
		w.table.loaded()
		p.Hide()
		p.Show()
		p.Settle()
		p.Await()
		expect(t, "loads without a change", w.table.loaded(), 0)
		p.Hide()
		synctest.Wait()
		w.table.rename(1, "changed")
		w.publish()
		w.publish()
		synctest.Wait()
		expect(t, "loads while nobody watches", w.table.loaded(), 0)
		p.Show()
		p.Wait("#item-1", "changed")
		expect(t, "loads", w.table.loaded(), 1)
	})
}

// A page whose rows can't be rendered says so, goes on with those that it shows, and with later ones.
func TestRowsThatCannotBeRendered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2, nil)
		w.site.Skip(livetest.Failures)
		p := w.open("/")
		w.table.rename(1, "explode")
		w.publish()
		p.Await()
		synctest.Wait()
		rows(t, p, named(1, 2)...)
		p.Expect("#says", "page 1 of 1, 2 of 2, failed: query: the page can't be rendered with the rows")
		w.table.rename(1, "well")
		w.publish()
		p.Await()
		rows(t, p, "well", "row 2")
		p.Expect("#says", "page 1 of 1, 2 of 2")

		// A turn of the page is rolled back in the same way, and the page before goes on.
		w.table.insert(3, "row 3")
		w.table.insert(4, "explode")
		p.Button("Page 2").Click()
		p.Await()
		synctest.Wait()
		rows(t, p, "well", "row 2")
		w.table.rename(4, "row 4")
		w.publish()
		p.Await()
		rows(t, p, "row 4")
	})
}

// Case 346. A view keeps a bounded number of queries.
func TestTooManyQueries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, nil)
		p := w.open("/")
		var keys []*query.Key[item]
		for i := range 32 {
			keys = append(keys, query.NewKey[item](fmt.Sprint("more", i)))
		}
		if err := views.Send(p.View(), func(_ page, s *views.Socket, _ int) error {
			for _, k := range keys {
				k.Keep(s, query.Live[item]{Load: w.table.load})
			}
			return nil
		}, 0); err != nil {
			t.Fatal(err)
		}
		p.Await()
		for i, k := range keys {
			r := k.Get(p.Context())
			if i < 31 && (r.Err != nil || r.Len() != 1) {
				t.Errorf("query %d: %+v", i, r)
			}
			if i == 31 && (r.Err == nil || !strings.Contains(r.Err.Error(), "the view keeps 32") || r.Loading) {
				t.Errorf("query %d: %+v", i, r)
			}
		}
	})
}

// Mistakes of the program panic, and say how to mend them.
func TestMistakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, nil)
		p := w.open("/")
		other := query.NewKey[item]("other")
		for want, f := range map[string]func(s *views.Socket){
			`query: Keep of "other" needs a Load`:                                   func(s *views.Socket) { other.Keep(s, query.Live[item]{}) },
			`query: Keep of "other" needs an ID for its ByID`:                       func(s *views.Socket) { other.Keep(s, query.Live[item]{Load: w.table.load, ByID: w.table.byID}) },
			`query: Keep of "other" needs an ID for its Stream`:                     func(s *views.Socket) { other.Keep(s, query.Live[item]{Load: w.table.load, Stream: stream}) },
			`query: Turn of "other", which this page or component does not keep`:    func(s *views.Socket) { other.Turn(s, query.Next) },
			`query: Refetch of "other", which this page or component does not keep`: func(s *views.Socket) { other.Refetch(s) },
		} {
			got := make(chan string, 1)
			if err := views.Send(p.View(), func(_ page, s *views.Socket, _ int) error {
				defer func() { got <- fmt.Sprint(recover()) }()
				f(s)
				return nil
			}, 0); err != nil {
				t.Fatal(err)
			}
			if said := <-got; !strings.HasPrefix(said, want) {
				t.Errorf("says %q and not %q", said, want)
			}
		}
	})
}

// A view that can't take a message gets the newest rows later.
func TestAFullMailbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2, nil)
		p := w.open("/")
		ref := p.View()
		release := make(chan struct{})
		if err := views.Send(ref, func(page, *views.Socket, int) error { <-release; return nil }, 0); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		var err error
		for i := 0; err == nil && i < 10_000; i++ {
			err = views.Send(ref, func(page, *views.Socket, int) error { return nil }, 0)
		}
		if !errors.Is(err, views.ErrFull) {
			t.Fatal(err)
		}
		w.table.rename(1, "missed")
		w.publish()
		synctest.Wait()
		w.table.rename(1, "newest")
		w.publish()
		synctest.Wait()
		close(release)
		synctest.Wait()
		rows(t, p, named(1, 2)...)
		time.Sleep(2 * time.Second)
		rows(t, p, "newest", "row 2")
	})
}

// A hook that refuses the message with new rows does not end the query: they come later.
func TestAHookThatRefusesRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2, nil)
		p := w.open("/")
		for i, refused := range []int32{1, 3} {
			name := fmt.Sprint("newest", i)
			w.refuses.Store(refused)
			w.table.rename(1, name)
			w.publish()
			synctest.Wait()
			expect(t, "messages to refuse", w.refuses.Load(), refused-1)
			time.Sleep(8 * time.Second) // 1, 2 and 4, and a little
			synctest.Wait()
			rows(t, p, name, "row 2")
		}
		w.table.rename(1, "last")
		w.publish()
		p.Await()
		rows(t, p, "last", "row 2")
	})
}
