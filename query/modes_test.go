package query_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/query"
)

func keep(w *world, q *query.Live[item]) { q.ByID = w.table.byID }

// Case 335. Rows that are shown stay: their values change, deleted ones are marked, new ones are counted until they are
// asked for.
func TestShownRowsStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 0, keep)
		p := w.open("/")
		p.Expect("#says", "page 1 of 1, 0 of 0")
		w.table.insert(10, "row 10")
		w.table.insert(20, "row 20")
		w.publish()
		p.Await()
		rows(t, p, named(10, 20)...) // an empty list takes rows
		p.Expect("#says", "page 1 of 1, 2 of 2")

		w.table.rename(20, "renamed")
		w.table.remove(10)
		w.table.insert(1, "row 1")
		w.table.insert(15, "row 15")
		w.publish()
		p.Await()
		rows(t, p, "row 10 (deleted)", "renamed")
		p.Expect("#says", "page 1 of 1, 2 of 3, 2 new")

		w.table.insert(10, "back")
		w.publish()
		p.Await()
		rows(t, p, "back", "renamed") // which has left the query's page by now
		p.Expect("#says", "page 1 of 2, 2 of 4, more, 2 new")

		p.Button("Refetch").Click()
		p.Await()
		rows(t, p, "row 1", "back", "row 15")
		p.Expect("#says", "page 1 of 2, 3 of 4, more")
	})
}

// Case 336. The same on page 3, with more and total right.
func TestShownRowsStayOnALaterPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 11, keep)
		p := w.open("/?page=3")
		rows(t, p, named(7, 8, 9)...)
		p.Expect("#says", "page 3 of 4, 3 of 11, more")
		w.table.rename(8, "renamed")
		w.table.remove(1, 2, 3, 9)
		w.publish()
		p.Await()
		rows(t, p, "row 7", "renamed", "row 9 (deleted)")
		p.Expect("#says", "page 3 of 3, 3 of 7, 1 new")
		w.table.remove(4, 5, 6, 10, 11)
		w.publish()
		p.Await()
		rows(t, p, "row 7", "renamed", "row 9 (deleted)")
		p.Expect("#says", "page 3 of 1, 3 of 2")
		p.Button("Refetch").Click()
		p.Await()
		rows(t, p, "row 7", "renamed")
		p.Expect("#says", "page 1 of 1, 2 of 2")
	})
}

// Case 337. Without ByID the rows are those of the query's page.
func TestRowsAreThoseOfThePage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 8, nil)
		p := w.open("/?page=2")
		rows(t, p, named(4, 5, 6)...)
		w.table.insert(0, "row 0")
		w.table.remove(5)
		w.publish()
		p.Await()
		rows(t, p, named(3, 4, 6)...)
		p.Expect("#says", "page 2 of 3, 3 of 8, more")
		w.table.remove(3, 4, 6, 7, 8)
		w.publish()
		p.Await()
		rows(t, p, named(0, 1, 2)...) // the last page that there is
		p.Expect("#says", "page 1 of 1, 3 of 3")
		for id := 30; id < 36; id++ {
			w.table.insert(id, "later")
		}
		w.publish()
		p.Await()
		p.Expect("#says", "page 1 of 3, 3 of 9, more") // and it stays there
	})
}

// Case 338. An error keeps the rows, and the next success clears it; a panic is an error.
func TestErrors(t *testing.T) {
	for name, mode := range map[string]func(w *world, q *query.Live[item]){"replace": nil, "keep": keep} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 2, mode)
				p := w.open("/")
				w.table.change(func(d *table) { d.err, d.counts = errDown, 0 })
				w.publish()
				p.Await()
				rows(t, p, named(1, 2)...)
				p.Expect("#says", "page 1 of 1, 2 of 2, failed: count: the database is down")
				w.table.change(func(d *table) { d.err, d.panics = nil, true })
				time.Sleep(time.Minute) // it is tried again
				synctest.Wait()
				rows(t, p, named(1, 2)...)
				if said := p.Find("#says").Text(); !strings.Contains(said, "failed: query: the load has panicked: the table explodes") {
					t.Error(said)
				}
				w.table.change(func(d *table) { d.panics, d.exits = false, true })
				time.Sleep(time.Minute)
				p.Expect("#says", "page 1 of 1, 2 of 2, failed: query: the load has ended its goroutine")
				w.table.change(func(d *table) { d.exits = false })
				w.table.rename(1, "after all")
				time.Sleep(time.Minute)
				synctest.Wait()
				rows(t, p, "after all", "row 2")
				p.Expect("#says", "page 1 of 1, 2 of 2")
				w.table.loaded()
				w.table.change(func(d *table) {
					if d.counts < 6 || d.counts > 20 {
						t.Errorf("tried %d times in three minutes", d.counts)
					}
				})
				time.Sleep(time.Hour)
				synctest.Wait()
				expect(t, "loads once it is well", w.table.loaded(), 0)
			})
		})
	}
}

// A first load that fails is no failure of Mount, and is tried again.
func TestAFirstLoadThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2, nil)
		w.table.change(func(d *table) { d.err = errDown })
		p := w.open("/")
		p.Expect("#says", "page 1 of 0, 0 of -1, not ready, failed: count: the database is down")
		w.table.change(func(d *table) { d.err = nil })
		p.Wait("#says", "page 1 of 1, 2 of 2")
	})
}

// A load that takes too long ends with its context.
func TestATimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2, func(_ *world, q *query.Live[item]) { q.Timeout = 5 * time.Second })
		p := w.open("/")
		w.table.change(func(d *table) { d.hold = make(chan struct{}) })
		w.publish()
		time.Sleep(5*time.Second + time.Millisecond)
		p.Expect("#says", "page 1 of 1, 2 of 2, failed: count: context deadline exceeded")
		w.table.change(func(d *table) { d.hold = nil })
		p.Wait("#says", "page 1 of 1, 2 of 2")
	})
}

// A source that can't be subscribed to does not keep the rows away.
func TestASourceThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &source{err: errors.New("no broker")}
		w := newWorld(t, 2, func(_ *world, q *query.Live[item]) { q.Refetch = []pubsub.AnyTopic{source} })
		p := w.open("/")
		rows(t, p, named(1, 2)...)
		p.Expect("#says", "page 1 of 1, 2 of 2, failed: query: subscribe to source: no broker")
		source.set(nil)
		p.Wait("#says", "page 1 of 1, 2 of 2")
		w.table.rename(1, "changed")
		source.fire()
		p.Await()
		rows(t, p, "changed", "row 2")
		p.Close()
		w.site.Open("/").Close()
	})
}
