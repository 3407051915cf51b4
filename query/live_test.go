package query_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/query"
)

// Case 330. The first load is in the page that is served; a lazy one runs when the stream is open; an initial result takes
// its place.
func TestTheFirstLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 5, nil)
		p := w.open("/?page=2")
		rows(t, p, named(4, 5)...)
		p.Expect("#says", "page 2 of 2, 2 of 5")
		expect(t, "loads", w.table.loaded(), 1)
	})
}

func TestALazyQueryWaitsForTheStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 5, func(_ *world, q *query.Live[item]) { q.Lazy = true })
		offline := w.site.Person().WithoutScripts().Open("/")
		offline.Expect("#says", "page 1 of 0, 0 of -1, loading, not ready")
		w.publish()
		time.Sleep(time.Minute / 2)
		expect(t, "loads before the stream opens", w.table.loaded(), 0)
		p := w.open("/")
		p.Await()
		rows(t, p, named(1, 2, 3)...)
		p.Expect("#says", "page 1 of 2, 3 of 5, more")
		expect(t, "loads", w.table.loaded(), 1)
	})
}

func TestAnInitialResultTakesThePlaceOfTheFirstLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 5, func(_ *world, q *query.Live[item]) {
			q.Initial = []item{{7, "row 7"}, {8, "row 8"}, {9, "row 9"}, {10, "row 10"}, {11, "row 11"}}
		})
		p := w.open("/")
		p.Await()
		rows(t, p, named(7, 8, 9)...)
		p.Expect("#says", "page 1 of 0, 3 of -1, more")
		expect(t, "loads", w.table.loaded(), 0)
		w.publish()
		p.Await()
		rows(t, p, named(1, 2, 3)...)
		expect(t, "loads after a change", w.table.loaded(), 1)
	})
}

// Case 331. Another topic loads nothing, a message of the query's own loads once.
func TestATopicLoadsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3, nil)
		p := w.open("/")
		w.table.loaded()
		w.table.rename(2, "renamed")
		if err := w.changed.Of("other").Publish(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		p.Await()
		synctest.Wait()
		expect(t, "loads for another topic", w.table.loaded(), 0)
		rows(t, p, named(1, 2, 3)...)
		w.publish()
		p.Await()
		expect(t, "loads", w.table.loaded(), 1)
		rows(t, p, "row 1", "renamed", "row 3")
	})
}

// Case 332. Fifty messages within the window lead to one load, at its end.
func TestAWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3, func(_ *world, q *query.Live[item]) { q.AtMost = 10 * time.Second })
		p := w.open("/")
		began := w.table.began[0]
		w.table.loaded()
		for range 50 {
			time.Sleep(100 * time.Millisecond)
			w.publish()
		}
		time.Sleep(time.Until(began.Add(10*time.Second - time.Nanosecond)))
		synctest.Wait()
		expect(t, "loads before the end of the window", w.table.loaded(), 0)
		time.Sleep(30 * time.Second)
		synctest.Wait()
		expect(t, "loads", w.table.loaded(), 1)
		expect(t, "when", w.table.began[1].Sub(began), 10*time.Second)
		w.publish() // the window is over
		p.Await()
		expect(t, "loads after the window", w.table.loaded(), 1)
	})
}

// Case 333. Messages during a load lead to one more.
func TestAMessageDuringALoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3, func(_ *world, q *query.Live[item]) { q.Count = nil })
		p := w.open("/")
		w.table.loaded()
		hold := make(chan struct{})
		w.table.change(func(d *table) { d.hold = hold })
		w.publish()
		synctest.Wait()
		expect(t, "loads under way", w.table.loaded(), 1)
		w.table.rename(1, "late")
		for range 20 {
			w.publish()
		}
		synctest.Wait()
		expect(t, "loads during the first", w.table.loaded(), 0)
		w.table.change(func(d *table) { d.hold = nil })
		close(hold)
		p.Await()
		expect(t, "loads after it", w.table.loaded(), 1)
		expect(t, "loads at the same time", w.table.most, 1)
		rows(t, p, "late", "row 2", "row 3")
	})
}

func TestAnInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3, func(_ *world, q *query.Live[item]) { q.Every = time.Minute })
		p := w.open("/")
		w.table.loaded()
		time.Sleep(5*time.Minute + time.Second)
		synctest.Wait()
		expect(t, "loads in five minutes", w.table.loaded(), 5)
		w.publish()
		p.Await()
		w.table.loaded()
		time.Sleep(time.Minute - time.Second)
		synctest.Wait()
		expect(t, "loads within a minute of another", w.table.loaded(), 0)
		p.Hide() // nobody watches
		time.Sleep(10 * time.Minute)
		w.publish()
		synctest.Wait()
		expect(t, "loads while hidden", w.table.loaded(), 0)
		w.table.rename(1, "meanwhile")
		p.Show()
		p.Wait("#item-1", "meanwhile")
		expect(t, "loads after that", w.table.loaded(), 1)
	})
}
