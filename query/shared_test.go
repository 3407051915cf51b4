package query_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/query"
)

func shared(_ *world, q *query.Live[item]) { q.Shared = "all" }

// Case 342. A thousand views of one query load once for a change; another tenant's do not share with them, and a view that
// closes takes nothing from the others.
func TestOneLoadForAThousandViews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3, shared)
		var all []*livetest.Page
		for range 1000 {
			all = append(all, w.open("/"))
		}
		other := w.open("/?tenant=other")
		w.table.loaded()
		w.table.rename(2, "renamed")
		hold := make(chan struct{})
		w.table.change(func(d *table) { d.hold = hold })
		w.publish()
		synctest.Wait()
		end(all[0]) // whichever view the load began for, most of these are not it
		end(all[1])
		w.table.change(func(d *table) {
			expect(t, "loads under way", d.now, 2)
			d.hold = nil
		})
		close(hold)
		for _, p := range append(all[2:], other) {
			p.Wait("#item-2", "renamed")
		}
		expect(t, "loads of both tenants", w.table.loaded(), 2)
		w.table.change(func(d *table) { expect(t, "loads that were cancelled", d.ends, 0) })
	})
}

// The view that a shared load began for may close: the others get it.
func TestTheViewOfASharedLoadCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3, shared)
		var all []*livetest.Page
		for range 5 {
			all = append(all, w.open("/"))
		}
		for len(all) > 1 {
			w.table.loaded()
			name := fmt.Sprint("with ", len(all))
			w.table.rename(2, name)
			hold := make(chan struct{})
			w.table.change(func(d *table) { d.hold = hold })
			w.publish()
			synctest.Wait()
			end(all[0])
			synctest.Wait()
			w.table.change(func(d *table) { d.hold = nil })
			close(hold)
			synctest.Wait()
			all = all[1:]
			for _, p := range all {
				p.Wait("#item-2", name)
			}
			expect(t, "loads", w.table.loaded(), 1)
		}
		hold := make(chan struct{})
		w.table.change(func(d *table) { d.hold = hold })
		w.publish()
		synctest.Wait()
		end(all[0])
		synctest.Wait()
		w.table.change(func(d *table) { expect(t, "loads that were cancelled with the last view", d.ends, 1) })
	})
}

// Views of several pages of one shared query load each page once; views that come within the window load nothing.
func TestPagesOfASharedQuery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 9, func(w *world, q *query.Live[item]) {
			shared(w, q)
			q.AtMost = time.Second
		})
		var all []*livetest.Page
		for i := range 9 {
			all = append(all, w.open(fmt.Sprint("/?page=", i%3+1)))
		}
		expect(t, "loads of three pages by nine views", w.table.loaded(), 3)
		expect(t, "subscriptions", w.bus.Stats().Subscribers, 1)
		time.Sleep(2 * time.Second)
		w.publish()
		synctest.Wait()
		expect(t, "loads for a change", w.table.loaded(), 3)
		all[0].Button("Page 2").Click()
		all[0].Await()
		rows(t, all[0], named(4, 5, 6)...)
		expect(t, "loads of a page that is loaded", w.table.loaded(), 0)
		time.Sleep(2 * time.Second)
		all[0].Button("First").Click()
		all[0].Await()
		expect(t, "loads of a page whose window is over", w.table.loaded(), 1)
		all[0].Button("Refetch").Click()
		all[0].Await()
		expect(t, "loads that somebody asks for", w.table.loaded(), 1)
	})
}

// Programs in one process share nothing, whatever their texts say.
func TestProgramsShareNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newWorld(t, 3, shared)
		b := newWorld(t, 1, shared)
		pa, pb := a.open("/"), b.open("/")
		rows(t, pa, named(1, 2, 3)...)
		rows(t, pb, named(1)...)
		a.publish()
		pa.Await()
		expect(t, "loads of the other program", b.table.loaded(), 1)
		end(pa)
		end(pb)
		synctest.Wait()
	})
}

// Lazy views that connect at the same time share their first load.
func TestLazyViewsShareTheirFirstLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hold := make(chan struct{})
		w := newWorld(t, 3, func(w *world, q *query.Live[item]) {
			shared(w, q)
			q.Lazy = true
		})
		w.table.change(func(d *table) { d.hold = hold })
		var all []*livetest.Page
		for range 20 {
			all = append(all, w.open("/"))
		}
		synctest.Wait()
		close(hold)
		for _, p := range all {
			p.Wait("#says", "page 1 of 1, 3 of 3")
		}
		expect(t, "loads", w.table.loaded(), 1)
	})
}

// Case 345. With a stream the rows are not kept; it gets what has changed.
func TestRowsInAStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 4, func(_ *world, q *query.Live[item]) {
			q.Stream = stream
			q.Page.Size = 10
		})
		p := w.open("/")
		list(t, p, "#stream li", named(1, 2, 3, 4)...)
		rows(t, p)
		p.Expect("#says", "page 1 of 1, 4 of 4")
		if r := items.Get(p.Context()); r.Items != nil || len(r.Rows()) != 0 {
			t.Errorf("%+v", r)
		}
		p.TakeMessages()
		w.table.rename(2, "renamed")
		w.table.insert(0, "row 0")
		w.table.remove(3)
		w.publish()
		p.Await()
		list(t, p, "#stream li", "row 0", "row 1", "renamed", "row 4")
		sent := ""
		for _, m := range p.TakeMessages() {
			sent += m.HTML
		}
		for what, want := range map[string]bool{"row 0": true, "renamed": true, "row 1": false, "row 4": false} {
			if contains(sent, what) != want {
				t.Errorf("%s in what was sent: %v\n%s", what, !want, sent)
			}
		}
		p.Button("Keep 2").Click()
		p.Await()
		list(t, p, "#stream li", "row 0", "row 1", "renamed", "row 4")
	})
}

// Rows that stay in a stream keep what is known of them, for the mark.
func TestShownRowsStayInAStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3, func(w *world, q *query.Live[item]) {
			keep(w, q)
			q.Stream = stream
		})
		p := w.open("/")
		w.table.remove(2)
		w.table.rename(3, "renamed")
		w.table.insert(9, "row 9")
		w.publish()
		p.Await()
		list(t, p, "#stream li", "row 1", "row 2 (deleted)", "renamed")
		p.Expect("#says", "page 1 of 1, 3 of 3, 1 new")
		p.Button("Refetch").Click()
		p.Await()
		list(t, p, "#stream li", "row 1", "renamed", "row 9")
	})
}

// Case 537. A viewer that comes takes from the others neither the load that they wait for nor the end of a failure.
func TestAViewerThatComesTakesNoLoadFromTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var isOver atomic.Bool
		w := newWorld(t, 3, func(w *world, q *query.Live[item]) {
			shared(w, q)
			q.AtMost = 10 * time.Second
			q.Follow = func([]item) []pubsub.AnyTopic {
				if !isOver.Swap(true) {
					w.table.rename(2, "renamed") // between the load and the subscription
				}
				return []pubsub.AnyTopic{w.changed.Of("rows")}
			}
		})
		first := w.open("/")
		time.Sleep(5 * time.Second)
		rows(t, w.open("/"), "row 1", "renamed", "row 3")
		time.Sleep(time.Minute)
		rows(t, first, "row 1", "renamed", "row 3")

		w.table.rename(2, "again")
		w.table.change(func(d *table) { d.err = errors.New("down") })
		w.publish()
		first.Wait("#says", "page 1 of 1, 3 of 3, failed: count: down")
		w.table.change(func(d *table) { d.err = nil })
		rows(t, w.open("/"), "row 1", "again", "row 3")
		time.Sleep(time.Minute)
		first.Expect("#says", "page 1 of 1, 3 of 3")
		rows(t, first, "row 1", "again", "row 3")
	})
}
