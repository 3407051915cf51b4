package livetest

import (
	"context"
	"time"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/state"
)

// Recovered says what became of the page's durable keys when its view was mounted last, as Socket.Recovered does.
func (p *Page) Recovered() (state.Recovery, error) {
	p.t.Helper()
	return p.view().Recovery()
}

// AwaitSaved waits until the values of the page's durable keys are kept: by the kit's Stash.Store or, without one, in
// the page, which has them a second later at most. If that takes longer than [Site.Patience], the test fails.
func (p *Page) AwaitSaved() {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), p.site.Patience)
	defer cancel()
	for settled := (&Page{opened: p.opened}); !settled.isSaved(ctx); time.Sleep(again) {
		if ctx.Err() != nil {
			p.t.Fatalf("livetest: %s: after %v the values of its durable keys are not kept yet", p.place(), p.site.Patience)
		}
	}
}

func (p *Page) isSaved(ctx context.Context) bool {
	p.t.Helper()
	inPage, ok := p.view().Kept(ctx)
	has := ""
	p.read(func(d *htmxdom.Document) {
		for _, n := range d.Find("#" + protocol.StashID + " input") {
			has = attr(n, "value")
		}
	})
	return ok && (inPage == nil || has == *inPage)
}
