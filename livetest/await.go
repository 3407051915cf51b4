package livetest

import (
	"context"
	"strings"
	"time"
)

// Await waits until no background task of the view runs any more, of state.Async or
// views.Start, and the page shows what came of them. If that takes longer
// than [Site.Patience], the test fails. In a bubble of synctest it takes no time.
func (p *Page) Await() {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), p.site.Patience)
	defer cancel()
	settled := &Page{opened: p.opened}
	var working []string
	for {
		now := settled.view().Working(ctx)
		if ctx.Err() != nil {
			p.t.Fatalf("livetest: %s: after %v there still runs: %s", p.place(), p.site.Patience, strings.Join(working, ", "))
		}
		if working = now; len(working) == 0 {
			break
		}
		time.Sleep(again)
	}
	p.Settle()
}
