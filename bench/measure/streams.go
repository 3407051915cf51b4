package measure

import (
	"bytes"
	"context"
	"fmt"

	"github.com/sideband-go/sideband/bench/client"
	"github.com/sideband-go/sideband/bench/report"
)

// appending is what is done to streams.
var appending = []operation{
	{name: "append to a stream of 1,000", bytes: 115, beyond: 75, empty: true, item: true, event: button("Append to all")},
	{name: "append to a stream that keeps 50", bytes: 172, beyond: 132, empty: true, item: true, event: button("Append to the last")},
}

// streams measures what it costs to append an item.
func streams(ctx context.Context, c Config, p programs) (rows []report.Row, err error) {
	floor, err := alone(ctx, c, p.floor, "/", oneEvent, "")
	if err != nil {
		return nil, err
	}
	for _, op := range appending {
		k, err := alone(ctx, c, p.pages, "/feed", op, "")
		if err != nil {
			return nil, err
		}
		extra := report.Row{Measure: op.name + ", bytes beyond the item's", Ours: k.extra, Goal: op.beyond}
		rows = append(append(rows, extra), k.report(op, floor)...)
	}
	return rows, nil
}

// widenBeyond adds to the range what a message has beyond the HTML of its item.
func widenBeyond(r report.Range, m client.Message) (report.Range, error) {
	from, to := bytes.Index(m.Data, []byte("<li id=")), bytes.Index(m.Data, []byte("</li>"))
	if from < 0 || to < from {
		return r, fmt.Errorf("no item of a stream came, but %.200q", m.Data)
	}
	item := to + len("</li>") - from
	return widen(r, report.One(float64(m.Size-item))), nil
}
