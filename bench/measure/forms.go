package measure

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/sideband-go/sideband/bench/client"
	"github.com/sideband-go/sideband/bench/report"
)

// typing types a text into a field that it has not had before, such as a name with a number behind it.
func typing(id, text string) act {
	var n atomic.Int64
	return func(ctx context.Context, c *client.Client) (client.Message, error) {
		return c.Type(ctx, id, fmt.Sprint(text, n.Add(1)))
	}
}

// keystrokes are what is typed into forms, and the goals.
var keystrokes = []struct {
	name, path, field, text string
	share                   int     // of the events: one in so many
	ratio                   float64 // to an event of the counter
	bytes, cpu              float64
}{
	{name: "a keystroke in a form of 8 fields", path: "/signup", field: "account-name", text: "Ada ", share: 1, ratio: 2, bytes: 200},
	{name: "a keystroke in a form of 200 fields", path: "/order", field: "order-lines-20-number", text: "1", share: 10, bytes: 200, cpu: 1},
}

// typed measures what is typed into forms, beside an event of the counter.
func typed(ctx context.Context, c Config, p programs) (rows []report.Row, err error) {
	for _, k := range keystrokes {
		one, err := keystroke(ctx, c, p, k.path, typing(k.field, k.text), max(1, c.Events/k.share))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.name, err)
		}
		form, counter := one[0], one[1]
		rows = append(rows,
			report.Row{Measure: k.name + ", bytes down", Ours: form.bytes, Floor: counter.bytes, Goal: k.bytes},
			report.Row{
				Measure: k.name + ", CPU (to a counter's event)", Unit: report.Milliseconds, Ours: report.One(form.cpu / 1000), Floor: report.One(counter.cpu / 1000),
				Ratio: form.cpu / counter.cpu, GoalRatio: k.ratio, Goal: k.cpu,
			},
			report.Row{Measure: k.name + ", objects", Unit: report.Count, Ours: report.One(form.made.Objects), Floor: report.One(counter.made.Objects), Ratio: form.made.Objects / counter.made.Objects},
		)
	}
	plain, err := unscripted(ctx, c, p)
	return append(rows, plain), err
}

// unscripted measures an event of a browser without scripts and the page that it leads to, beside the page
// alone.
func unscripted(ctx context.Context, c Config, p programs) (row report.Row, err error) {
	server, err := start(ctx, p.demo)
	if err != nil {
		return row, err
	}
	defer func() { _ = server.Stop() }() // it has done its work
	clients, err := visit(ctx, server, "/counter", c.Clients, func(*client.Client) error { return nil })
	if err != nil {
		return row, err
	}
	defer closeAll(clients)
	event, err := clients[0].Page().Find(incrementButton)
	if err != nil {
		return row, err
	}
	times := max(1, c.Events/10/len(clients))
	all := func(do func(*client.Client) error) (cpu float64, err error) {
		one := func(i int) error {
			for range times {
				if err := do(clients[i]); err != nil {
					return err
				}
			}
			return nil
		}
		if err := each(clients, func(i int) error { return do(clients[i]) }); err != nil { // the server begins cold
			return 0, err
		}
		return perPage(ctx, server, len(clients)*times, func() error { return each(clients, one) })
	}
	var post, page float64
	err = c.inTurn(
		func() (err error) {
			post, err = all(func(k *client.Client) error { return k.Plain(ctx, event) })
			return err
		},
		func() (err error) {
			page, err = all(func(k *client.Client) error { return k.Reload(ctx) })
			return err
		},
	)
	return report.Row{
		Measure: "a click without scripts and the page after it, CPU (to the page alone)", Unit: report.Milliseconds,
		Ours: report.One(post), Floor: report.One(page), Ratio: post / page, GoalRatio: 2,
	}, err
}

// keystroke runs a form and a counter in turns.
func keystroke(ctx context.Context, c Config, p programs, path string, a act, events int) (both [2]*contender, err error) {
	form, err := contend(ctx, p.pages, path, c.Clients, a)
	if err != nil {
		return both, err
	}
	defer form.end(ctx)
	counter, err := contend(ctx, p.demo, "/counter", c.Clients, increment)
	if err != nil {
		return both, err
	}
	defer counter.end(ctx)
	form.events, counter.events = events, events
	both = [2]*contender{form, counter}
	return both, c.inTurn(func() error { return form.run(ctx) }, func() error { return counter.run(ctx) })
}
