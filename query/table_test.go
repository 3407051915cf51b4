package query_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/sideband-go/sideband/query"
)

// item is a row of a table.
type item struct {
	ID   int
	Name string
}

func (it item) key() string { return fmt.Sprintf("%04d", it.ID) }

// table is a database whose loads a test can count, hold and have fail.
type table struct {
	mu     sync.Mutex
	rows   []item
	calls  []string
	loads  int
	counts int
	hold   chan struct{} // loads wait until it is closed
	deaf   bool          // they do, also when their context has ended
	delay  time.Duration
	err    error
	panics bool
	exits  bool // loads end their goroutine
	turned bool // the rows are the other way round
	most   int  // loads at the same time
	now    int
	began  []time.Time
	ends   int // contexts that ended during a load
}

func newTable(n int) *table {
	d := &table{}
	for i := 1; i <= n; i++ {
		d.rows = append(d.rows, item{i, fmt.Sprintf("row %d", i)})
	}
	return d
}

func (d *table) change(f func(d *table)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f(d)
}

func (d *table) insert(id int, name string) {
	d.change(func(d *table) {
		d.rows = append(d.rows, item{id, name})
		slices.SortFunc(d.rows, func(a, b item) int { return a.ID - b.ID })
	})
}

func (d *table) remove(ids ...int) {
	d.change(func(d *table) {
		d.rows = slices.DeleteFunc(d.rows, func(it item) bool { return slices.Contains(ids, it.ID) })
	})
}

func (d *table) rename(id int, name string) {
	d.change(func(d *table) {
		for i := range d.rows {
			if d.rows[i].ID == id {
				d.rows[i].Name = name
			}
		}
	})
}

// loaded returns how many loads there were since the last call.
func (d *table) loaded() (n int) {
	d.change(func(d *table) { n, d.loads = d.loads, 0 })
	return n
}

// enter is the beginning of each call.
func (d *table) enter(ctx context.Context, what string) error {
	d.mu.Lock()
	d.calls = append(d.calls, what)
	d.now++
	d.most = max(d.most, d.now)
	hold, deaf, err, panics, exits, delay := d.hold, d.deaf, d.err, d.panics, d.exits, d.delay
	d.mu.Unlock()
	defer d.change(func(d *table) { d.now-- })
	if delay > 0 {
		time.Sleep(delay / 2) // of Count and of Load
	}
	if hold != nil && deaf {
		<-hold
	} else if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			d.change(func(d *table) { d.ends++ })
			return ctx.Err()
		}
	}
	if panics {
		panic("the table explodes")
	}
	if exits {
		runtime.Goexit()
	}
	return err
}

// all returns the rows in their order.
func (d *table) all() []item {
	rows := slices.Clone(d.rows)
	if d.turned {
		slices.Reverse(rows)
	}
	return rows
}

func (d *table) load(ctx context.Context, w query.Window) ([]item, error) {
	var rows []item
	d.change(func(d *table) {
		d.loads++
		d.began = append(d.began, time.Now())
		rows = d.all() // before it is held: what changes then is not in it
	})
	if err := d.enter(ctx, fmt.Sprintf("load %+v", w)); err != nil {
		return nil, err
	}
	switch {
	case w.After != "":
		rows = slices.DeleteFunc(rows, func(it item) bool { return it.key() <= w.After })
	case w.Before != "":
		rows = slices.DeleteFunc(rows, func(it item) bool { return it.key() >= w.Before })
		rows = rows[max(0, len(rows)-w.Limit):]
	case w.Last:
		rows = rows[max(0, len(rows)-w.Limit):]
	}
	rows = rows[min(w.Offset, len(rows)):]
	return rows[:min(w.Limit, len(rows))], nil
}

func (d *table) count(ctx context.Context) (int, error) {
	var n int
	d.change(func(d *table) { d.counts++; n = len(d.rows) })
	return n, d.enter(ctx, "count")
}

func (d *table) byID(ctx context.Context, ids []string) (found []item, err error) {
	d.change(func(d *table) {
		for _, it := range d.rows {
			if slices.Contains(ids, it.key()) {
				found = append(found, it)
			}
		}
	})
	return found, d.enter(ctx, fmt.Sprintf("by id %v", ids))
}

var errDown = errors.New("the database is down")
