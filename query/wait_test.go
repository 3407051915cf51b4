package query_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/query"
	"github.com/sideband-go/sideband/views"
)

// Rows that come in time are in the answer to the event; others come when they are there, and run After.
func TestWaitingForRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fail := false
		w := newWorld(t, 6, func(_ *world, q *query.Live[item]) {
			q.Wait = 100 * time.Millisecond
			q.After = func(s *views.Socket, r query.Result[item]) error {
				title.Set(s, "after "+says(r))
				if fail {
					return errors.New("it did not work")
				}
				return nil
			}
		})
		p := w.open("/")
		p.TakeMessages()
		w.table.change(func(d *table) { d.delay = 50 * time.Millisecond })
		p.Button("Page 2").Click()
		rows(t, p, named(4, 5, 6)...)
		p.Expect("#says", "page 2 of 2, 3 of 6")
		p.Expect("h1", "live")
		expect(t, "messages", len(p.TakeMessages()), 1)

		w.table.change(func(d *table) { d.delay = time.Second })
		began := time.Now()
		p.Button("First").Click()
		expect(t, "how long the view was held up", time.Since(began).Round(10*time.Millisecond), 100*time.Millisecond)
		p.Expect("#says", "page 2 of 2, 3 of 6, loading")
		p.Await()
		p.Expect("h1", "after page 1 of 2, 3 of 6, more")
		rows(t, p, named(1, 2, 3)...)

		// What After has failed to do is rolled back with its rows, and the page says that it is not up to date.
		fail = true
		w.table.rename(1, "renamed")
		w.publish()
		p.Await()
		synctest.Wait()
		rows(t, p, named(1, 2, 3)...)
		p.Expect("#says", "page 1 of 2, 3 of 6, more, failed: query: the page can't be rendered with the rows")
		fail = false
		w.publish()
		p.Await()
		rows(t, p, "renamed", "row 2", "row 3")
	})
}
