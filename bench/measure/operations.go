package measure

import (
	"context"
	"fmt"

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
	name string
	// The goals, 0 without: of the message, of what it has beyond its item, and in milliseconds.
	bytes, beyond, cpu float64
	// once is set where each time needs a new page, because the first time is not like the
	// others.
	once bool
	// empty is set where the page begins without rows.
	empty bool
	// item is set where the message carries an item of a stream.
	item bool
	// event is what is sent the i-th time.
	event      func(t *table, i int) (string, error)
	compressed []coding
}

func button(name string) func(*table, int) (string, error) {
	return func(t *table, _ int) (string, error) { return t.client.Page().Find(name) }
}

// middle is where rows are selected and removed: neither end of the list is like the rest.
const middle = 400

// all are the operations on the demo's table. The goals of bytes are what they took when the goals
// were set, with a little for labels, which are random.
var all = []operation{
	{name: "select a row", bytes: 229, cpu: 0.17, event: func(t *table, i int) (string, error) {
		return t.control(middle+i%2, "a")
	}},
	{name: "swap two rows", bytes: 194, event: button(swapRows)},
	{name: "remove a row", bytes: 71, event: func(t *table, i int) (string, error) {
		return t.control(middle+i, "button")
	}},
	{name: "update every 10th row", bytes: 8_500, once: true, event: button(updateRows), compressed: []coding{
		{"zstd", 1_080}, {"gzip", 1_020},
	}},
	{name: "create 1,000 rows", bytes: 274_000, once: true, empty: true, event: button(createRows), compressed: []coding{
		{"zstd", 18_000}, {"gzip", 23_600},
	}},
	{name: "replace all", bytes: 281_000, once: true, event: button(replaceAll)},
	{name: "append 1,000 rows", bytes: 281_000, once: true, event: button(appendRows)},
	{name: "clear", bytes: 71, once: true, event: button(clearRows)},
}

var (
	oneLabel = operation{name: "one label in 1,000 rows", bytes: 98, cpu: 0.17, empty: true, event: button("Change one label")}
	oneEvent = operation{name: "one event of the floor", empty: true, event: button(incrementButton)}
)

// operations measures what is done to the table, and beside it an event of the floor from
// one client.
func operations(ctx context.Context, c Config, p programs) (rows []report.Row, err error) {
	floor, err := alone(ctx, c, p.floor, "/", oneEvent, "")
	if err != nil {
		return nil, err
	}
	for i, op := range append([]operation{oneLabel}, all...) {
		where, path := p.demo, "/table"
		if i == 0 {
			where, path = p.pages, "/labels"
		}
		k, err := alone(ctx, c, where, path, op, "")
		if err != nil {
			return nil, err
		}
		rows = append(rows, k.report(op, floor)...)
		for _, z := range op.compressed {
			k, err := alone(ctx, c, where, path, op, z.name)
			if err != nil {
				return nil, err
			}
			rows = append(rows,
				report.Row{Measure: op.name + ", bytes as sent, " + z.name, Ours: k.sent, Goal: z.goal},
				report.Row{Measure: op.name + ", CPU, " + z.name, Unit: report.Milliseconds, Ours: k.each(), Floor: floor.each()},
			)
		}
	}
	return rows, nil
}

// alone measures an operation on a server that does nothing else; coding is that of the
// stream.
func alone(ctx context.Context, c Config, p program, path string, op operation, coding string) (k took, err error) {
	server, err := start(ctx, p)
	if err != nil {
		return k, err
	}
	defer func() { _ = server.Stop() }() // it has done its work
	at := place{server, path, coding, !op.empty}
	if op.once {
		err = k.once(ctx, at, op, max(1, c.Repeat/10))
	} else {
		err = k.again(ctx, at, op, c.Repeat)
	}
	if err != nil {
		return k, fmt.Errorf("%s: %w", op.name, err)
	}
	return k, nil
}

func (k *took) report(op operation, floor took) []report.Row {
	return []report.Row{
		{Measure: op.name + ", bytes", Ours: k.bytes, Goal: op.bytes},
		{Measure: op.name + ", CPU", Unit: report.Milliseconds, Ours: k.each(), Floor: floor.each(), Goal: op.cpu},
	}
}
