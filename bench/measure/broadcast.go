package measure

import (
	"bytes"
	"context"
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
	times int       // that it is said
	until []float64 // the last page has it, in milliseconds, each time
	extra report.Range
}

// run lets the first page say it, each time when all have what was said before.
func (h *hall) run(ctx context.Context) error {
	event, err := h.clients[0].Page().Find(say)
	for calm := 0; err == nil && calm < 5; calm++ { // the server begins cold
		time.Sleep(100 * time.Millisecond)
		h.bytes = report.Range{}
		if err = h.tell(ctx, event); h.bytes.High-h.bytes.Low > 10 {
			calm = 0 // pages are still told who has come
		}
	}
	if err != nil {
		return err
	}
	h.until, h.extra, h.bytes = nil, report.Range{}, report.Range{}
	cpu, err := cost(ctx, h.server, func() error {
		for range h.times {
			if err := h.tell(ctx, event); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	h.cpu = milliseconds(cpu) * 1000 / float64(h.times*len(h.clients))
	h.memory, err = h.server.Memory()
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
	a, err := contend(ctx, p.pages, "/chat/hall", c.Listeners, nil)
	if err != nil {
		return nil, err
	}
	defer a.end(ctx)
	b, err := contend(ctx, p.floor, "/", c.Listeners, nil)
	if err != nil {
		return nil, err
	}
	defer b.end(ctx)
	ours, floor := &hall{contender: a, times: c.Broadcasts}, &hall{contender: b, times: c.Broadcasts}
	if err := c.inTurn(func() error { return ours.run(ctx) }, func() error { return floor.run(ctx) }); err != nil {
		return nil, err
	}
	name := "broadcast to " + plural(c.Listeners, "chat")
	return []report.Row{
		{Measure: name + ", bytes each", Ours: ours.bytes, Floor: floor.bytes, Goal: 270},
		{Measure: name + ", bytes beyond the item's", Ours: ours.extra, Floor: floor.extra, Goal: 139},
		{
			Measure: name + ", CPU per delivery", Unit: report.Microseconds,
			Ours: report.One(ours.cpu), Floor: report.One(floor.cpu), Ratio: ours.cpu / floor.cpu, GoalRatio: 2.2,
		},
		{Measure: name + ", until the last has it", Unit: report.Milliseconds, Ours: report.One(median(ours.until)), Floor: report.One(median(floor.until))},
		{
			Measure: name + ", memory of the server after it", Unit: report.Kibibytes,
			Ours: report.One(kibibytes(ours.memory)), Floor: report.One(kibibytes(floor.memory)), Ratio: kibibytes(ours.memory) / kibibytes(floor.memory),
		},
	}, nil
}
