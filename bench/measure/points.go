package measure

import (
	"context"
	"fmt"

	"github.com/sideband-go/sideband/bench/client"
	"github.com/sideband-go/sideband/bench/report"
)

// pointsASecond is how many points a page of points gets after an event, in a second.
const pointsASecond = 50

// points measures what it costs to push points to pages, beside as many patches of a text that says the same.
func points(ctx context.Context, c Config, p programs) ([]report.Row, error) {
	second := func(prefix string) act {
		return func(ctx context.Context, c *client.Client) (m client.Message, err error) {
			event, err := c.Page().Find("Push")
			if err == nil {
				err = c.Send(ctx, event)
			}
			for range pointsASecond {
				if err == nil {
					m, err = c.Next()
				}
			}
			if err == nil && (len(m.Data) == 0 || string(m.Data[:1]) != prefix) {
				err = fmt.Errorf("no point came, but %.100q", m.Data)
			}
			return m, err
		}
	}
	ours, err := contend(ctx, p.pages, "/points", c.Clients, second("{"))
	if err != nil {
		return nil, err
	}
	defer ours.end(ctx)
	text, err := contend(ctx, p.pages, "/texts", c.Clients, second("<"))
	if err != nil {
		return nil, err
	}
	defer text.end(ctx)
	ours.events, text.events = 2*c.Clients, 2*c.Clients
	if err := c.inTurn(func() error { return ours.run(ctx) }, func() error { return text.run(ctx) }); err != nil {
		return nil, err
	}
	payload := float64(len(`{"x":1001,"y":1}`))
	beyond := report.Range{Low: ours.bytes.Low - payload, High: ours.bytes.High - payload}
	name := fmt.Sprintf("%d points a second to %s", pointsASecond, plural(c.Clients, "page"))
	return []report.Row{
		{Measure: "a pushed event, bytes beyond its payload", Ours: beyond, Goal: 60},
		{
			Measure: name + ", CPU per point (to a text patch)", Unit: report.Microseconds,
			Ours: report.One(ours.cpu / pointsASecond), Floor: report.One(text.cpu / pointsASecond), Ratio: ours.cpu / text.cpu, GoalRatio: 1.5,
		},
		{Measure: name + ", objects per point (to a text patch)", Unit: report.Count, Ours: report.One(ours.made.Objects / pointsASecond), Floor: report.One(text.made.Objects / pointsASecond)},
	}, nil
}
