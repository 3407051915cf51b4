package measure

import (
	"context"
	"fmt"

	"github.com/sideband-go/sideband/bench/client"
	"github.com/sideband-go/sideband/bench/process"
	"github.com/sideband-go/sideband/bench/report"
)

// table is a page that shows one.
type table struct {
	server *process.Process
	client *client.Client
	rows   client.Page // with the controls of the rows
}

// place is where tables are shown.
type place struct {
	server *process.Process
	path   string
	coding string // of the stream
	fill   bool   // the table
}

// show opens a page.
func (p place) show(ctx context.Context) (*table, error) {
	clients, err := visit(ctx, p.server, p.path, 1, func(page *client.Client) error {
		page.Accept(p.coding)
		return page.Connect()
	})
	if err != nil {
		return nil, err
	}
	t := &table{server: p.server, client: clients[0]}
	if !p.fill {
		t.rows = t.client.Page()
		return t, nil
	}
	create, err := t.client.Page().Find(createRows)
	if err == nil {
		var m client.Message
		if m, err = t.client.Do(ctx, create); err == nil {
			t.rows, err = client.ReadPage(m.Data)
		}
	}
	if err != nil {
		t.client.Close()
	}
	return t, err
}

// control is the event of the control with the tag in the i-th row.
func (t *table) control(i int, tag string) (string, error) {
	for _, c := range t.rows.Controls {
		if c.Tag == tag {
			if i == 0 {
				return c.Event, nil
			}
			i--
		}
	}
	return "", fmt.Errorf("the table has no such row, or no <%s> in it", tag)
}

// took is what an operation took.
type took struct {
	cpu   []float64 // in milliseconds, of one, each time it was measured
	bytes report.Range
	sent  report.Range // bytes, with the stream's compression
	extra report.Range // bytes beyond the item's own
}

// do does the operation once.
func (k *took) do(ctx context.Context, t *table, op operation, i int) error {
	event, err := op.event(t, i)
	if err != nil {
		return err
	}
	before := t.client.Received()
	m, err := t.client.Do(ctx, event)
	k.bytes = widen(k.bytes, report.One(float64(m.Size)))
	k.sent = widen(k.sent, report.One(float64(t.client.Received()-before)))
	if op.item && err == nil {
		k.extra, err = widenBeyond(k.extra, m)
	}
	return err
}

// again does an operation again and again on one page.
func (k *took) again(ctx context.Context, p place, op operation, times int) error {
	t, err := p.show(ctx)
	if err != nil {
		return err
	}
	defer t.client.Close()
	do := func(from, to int) error {
		for i := from; i < to && err == nil; i++ {
			err = k.do(ctx, t, op, i)
		}
		return err
	}
	// The server begins cold, and the first selection is not like those that move it.
	warm := 1 + times/10
	if err := do(0, warm); err != nil {
		return err
	}
	*k = took{}
	size := max(1, times/batches)
	for i := warm; i < warm+times && err == nil; i += size {
		err = k.cost(ctx, p.server, size, func() error { return do(i, i+size) })
	}
	return err
}

// batches is in how many parts a series of operations is measured. A single one is too
// short, as the server's garbage is collected only now and then.
const batches = 8

// cost notes what do takes the server, which does the operation so many times.
func (k *took) cost(ctx context.Context, server *process.Process, times int, do func() error) error {
	cpu, err := cost(ctx, server, do)
	k.cpu = append(k.cpu, milliseconds(cpu)/float64(times))
	return err
}

// once does an operation on a new page each time.
func (k *took) once(ctx context.Context, p place, op operation, times int) error {
	for i := range 1 + times {
		t, err := p.show(ctx)
		if err != nil {
			return err
		}
		err = k.cost(ctx, p.server, 1, func() error { return k.do(ctx, t, op, 0) })
		t.client.Close()
		if err != nil {
			return err
		}
		if i == 0 {
			*k = took{} // the server began cold
		}
	}
	return nil
}

// each is what one took.
func (k *took) each() report.Range { return report.One(median(k.cpu)) }
