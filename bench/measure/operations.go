package measure

import (
	"context"
	"fmt"
	"time"

	"github.com/sideband-go/sideband/bench/client"
	"github.com/sideband-go/sideband/bench/process"
	"github.com/sideband-go/sideband/bench/report"
)

// The buttons of the demo's table.
const (
	createRows = "Create 1,000 rows"
	replaceAll = "Replace all"
	appendRows = "Append 1,000 rows"
	updateRows = "Update every 10th row"
	swapRows   = "Swap rows"
	clearRows  = "Clear"
)

// operation is something that a user does to a table.
type operation struct {
	name       string
	bytes, cpu float64 // the goals, 0 without
	// before is the button that is clicked before each time; "": before the first only,
	// then the one that fills the table.
	before string
	// event is what is then sent, the i-th time.
	event      func(t *table, i int) (string, error)
	compressed []coding
}

func button(name string) func(*table, int) (string, error) {
	return func(t *table, _ int) (string, error) { return t.client.Page().Find(name) }
}

// middle is where rows are selected and removed: neither end of the list is like the rest.
const middle = 400

var all = []operation{
	{name: "select a row", bytes: 260, cpu: 0.15, event: func(t *table, i int) (string, error) {
		return t.row(middle+i%2, "a")
	}},
	{name: "swap two rows", bytes: 220, event: button(swapRows)},
	{name: "remove a row", bytes: 80, event: func(t *table, i int) (string, error) {
		return t.row(middle+i, "button")
	}},
	{name: "update every 10th row", bytes: 9000, before: createRows, event: button(updateRows), compressed: []coding{
		{"zstd", zstandard, 1100}, {"gzip", gzipped, 1100},
	}},
	{name: "create 1,000 rows", before: clearRows, event: button(createRows), compressed: []coding{
		{"zstd", zstandard, 16_000}, {"gzip", gzipped, 21_000},
	}},
	{name: "replace all", before: createRows, event: button(replaceAll)},
	{name: "append 1,000 rows", before: createRows, event: button(appendRows)},
	{name: "clear", before: createRows, event: button(clearRows)},
}

var oneLabel = operation{name: "one label in 1,000 rows", bytes: 110, cpu: 0.15, event: button("Change one label")}

// table is a page that shows one.
type table struct {
	server *process.Process
	client *client.Client
	rows   client.Page // the controls of the rows that were last created
	big    []byte      // the last message
}

// showTable opens a page with one.
func showTable(ctx context.Context, program, path string) (*table, error) {
	server, err := start(ctx, program)
	if err != nil {
		return nil, err
	}
	t := &table{server: server}
	clients, err := open(ctx, server, path, 1)
	if err != nil {
		_ = server.Stop() // what went wrong is known
		return nil, err
	}
	t.client = clients[0]
	return t, nil
}

func (t *table) end() {
	t.client.Close()
	_ = t.server.Stop() // it has done its work
}

// click clicks a button that prepares something.
func (t *table) click(ctx context.Context, name string) error {
	event, err := t.client.Page().Find(name)
	if err != nil {
		return err
	}
	m, err := t.client.Do(ctx, event)
	if err == nil && name == createRows {
		t.rows, err = client.ReadPage(m.Data)
	}
	return err
}

// row is the event of the control with the tag in the i-th row.
func (t *table) row(i int, tag string) (string, error) {
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

// measure does an operation again and again, and returns what one of them takes.
func (t *table) measure(ctx context.Context, op operation, repeat int) (bytes report.Range, cpu time.Duration, err error) {
	do := func(i int) error {
		event, err := op.event(t, i)
		if err != nil {
			return err
		}
		m, err := t.client.Do(ctx, event)
		if bytes = widen(bytes, report.One(float64(m.Size))); op.compressed != nil {
			t.big = append(t.big[:0], m.Data...)
		}
		return err
	}
	if op.before == "" {
		if err := do(0); err != nil { // the first selection is not like those that move it
			return bytes, 0, err
		}
		bytes = report.Range{}
		cpu, err = cost(ctx, t.server, func() error {
			for i := range repeat {
				if err := do(i + 1); err != nil {
					return err
				}
			}
			return nil
		})
		return bytes, cpu / time.Duration(repeat), err
	}
	repeat = max(1, repeat/10)
	for i := range repeat {
		if err := t.click(ctx, op.before); err != nil {
			return bytes, 0, err
		}
		one, err := cost(ctx, t.server, func() error { return do(i) })
		if err != nil {
			return bytes, 0, err
		}
		cpu += one
	}
	return bytes, cpu / time.Duration(repeat), nil
}

// operations measures what is done to the table.
func operations(ctx context.Context, c Config, p programs) (rows []report.Row, err error) {
	label, err := showTable(ctx, p.label, "/")
	if err != nil {
		return nil, err
	}
	defer label.end()
	if rows, err = label.report(ctx, c, oneLabel); err != nil {
		return nil, err
	}
	t, err := showTable(ctx, p.demo, "/table")
	if err != nil {
		return nil, err
	}
	defer t.end()
	for _, op := range all {
		if err := t.click(ctx, createRows); err != nil {
			return nil, fmt.Errorf("%s: %w", op.name, err)
		}
		more, err := t.report(ctx, c, op)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", op.name, err)
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

func (t *table) report(ctx context.Context, c Config, op operation) ([]report.Row, error) {
	c.say("table: %s", op.name)
	bytes, cpu, err := t.measure(ctx, op, c.Repeat)
	if err != nil {
		return nil, err
	}
	rows := []report.Row{
		{Measure: op.name + ", bytes", Ours: bytes, Goal: op.bytes},
		{Measure: op.name + ", CPU", Unit: report.Milliseconds, Ours: report.One(milliseconds(cpu)), Goal: op.cpu},
	}
	for _, k := range op.compressed {
		n, err := k.size(t.big)
		if err != nil {
			return nil, err
		}
		rows = append(rows, report.Row{Measure: op.name + ", " + k.name + " (computed)", Ours: report.One(float64(n)), Goal: k.goal})
	}
	return rows, nil
}
