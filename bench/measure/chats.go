package measure

import (
	"context"
	"fmt"

	"github.com/sideband-go/sideband/bench/client"
	"github.com/sideband-go/sideband/bench/report"
)

// inRoom is how many pages are in a room: what each of them knows of the others is theirs
// in common, but each is told of everybody who comes.
const inRoom = 10

// chats measures what an open chat costs in which nothing is said.
func chats(ctx context.Context, c Config, p programs) ([]report.Row, error) {
	var ours, floor float64
	room := func(i int) string { return fmt.Sprintf("/chat/%d", i/inRoom) }
	err := c.inTurn(
		func() (err error) {
			ours, err = c.perPageOf(ctx, p.pages, room, c.Idle, (*client.Client).Connect)
			return err
		},
		func() (err error) {
			floor, err = c.perPage(ctx, p.floor, "/", c.Idle, (*client.Client).Connect)
			return err
		},
	)
	return []report.Row{{
		Measure: "memory per idle connected chat", Unit: report.Kibibytes,
		Ours: report.One(ours), Floor: report.One(floor), Ratio: ours / floor, GoalRatio: 1.75,
	}}, err
}
