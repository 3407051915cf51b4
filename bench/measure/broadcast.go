package measure

import (
	"bytes"
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sideband-go/sideband/bench/client"
	"github.com/sideband-go/sideband/bench/report"
)

// The button that tells all pages something, and how what they are told can be known.
const (
	say  = "Say good morning"
	said = "<span>Good morning"
)

// hall is a server whose pages show what one of them says.
type hall struct {
	*contender
	until []float64 // the last page has it, in milliseconds, each time
	extra report.Range
}

// round lets the first page say it so many times, each when all have it.
func (h *hall) round(ctx context.Context, times int) error {
	event, err := h.clients[0].Page().Find(say)
	if err != nil {
		return err
	}
	cpu, err := cost(ctx, h.server, func() error {
		for range times {
			if err := h.tell(ctx, event); err != nil {
				return err
			}
		}
		return nil
	})
	h.cpu = append(h.cpu, milliseconds(cpu)*1000/float64(times*len(h.clients)))
	return err
}

func (h *hall) tell(ctx context.Context, event string) error {
	var g errgroup.Group
	got := make([]client.Message, len(h.clients))
	for i, c := range h.clients {
		g.Go(func() (err error) {
			for err == nil && !bytes.Contains(got[i].Data, []byte(said)) { // who has come may be told before
				got[i], err = c.Next()
			}
			return err
		})
	}
	began := time.Now()
	g.Go(func() error { return h.clients[0].Send(ctx, event) })
	if err := g.Wait(); err != nil {
		return err
	}
	h.until = append(h.until, milliseconds(time.Since(began)))
	for _, m := range got {
		h.bytes = widen(h.bytes, report.One(float64(m.Size)))
		var err error
		if h.extra, err = widenBeyond(h.extra, m); err != nil {
			return err
		}
	}
	return nil
}

// broadcasts measures what it costs that many pages show what one of them says.
func broadcasts(ctx context.Context, c Config, p programs) ([]report.Row, error) {
	c.say("opening %s", plural(c.Listeners, "chat"))
	a, err := contend(ctx, p.pages, "/chat/hall", c.Listeners)
	if err != nil {
		return nil, err
	}
	defer a.end()
	b, err := contend(ctx, p.floor, "/", c.Listeners)
	if err != nil {
		return nil, err
	}
	defer b.end()
	ours, floor := &hall{contender: a}, &hall{contender: b}
	var ratios []float64
	for i := range c.Rounds + 1 {
		turn := []*hall{ours, floor}
		if i%2 == 1 {
			slices.Reverse(turn)
		}
		for _, h := range turn {
			if err := h.round(ctx, c.Broadcasts); err != nil {
				return nil, err
			}
			if i == 0 { // the servers begin cold
				h.cpu, h.until = nil, nil
				h.bytes, h.extra = report.Range{}, report.Range{}
			}
		}
		if i > 0 {
			ratios = append(ratios, ours.cpu[i-1]/floor.cpu[i-1])
			c.say("broadcast, round %d of %d: ours %.1f µs, floor %.1f µs, %.2f ×", i, c.Rounds, ours.cpu[i-1], floor.cpu[i-1], ratios[i-1])
		}
	}
	name := "broadcast to " + plural(c.Listeners, "chat")
	return []report.Row{
		{Measure: name + ", bytes each", Ours: ours.bytes, Floor: floor.bytes},
		{Measure: name + ", bytes beyond the item's", Ours: ours.extra, Floor: floor.extra},
		{
			Measure: name + ", CPU per delivery", Unit: report.Microseconds,
			Ours: report.One(median(ours.cpu)), Floor: report.One(median(floor.cpu)), Ratio: median(ratios), GoalRatio: 2,
		},
		{Measure: name + ", until the last has it", Unit: report.Milliseconds, Ours: report.One(median(ours.until)), Floor: report.One(median(floor.until))},
	}, nil
}
