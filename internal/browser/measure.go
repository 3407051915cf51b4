package browser

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
)

// Metrics returns Chromium's counters of the page, such as TaskDuration and
// LayoutDuration: the seconds of the main thread's CPU since they were first asked
// for, which do not count what else the machine does.
func (p *Page) Metrics() map[string]float64 {
	p.t.Helper()
	counts := map[string]float64{}
	p.run("metrics", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks}); err != nil {
			return err
		}
		r, err := cdp.Call(ctx, t, performance.GetMetrics, cdp.Empty{})
		for _, m := range r.Metrics {
			counts[m.Name] = m.Value
		}
		return err
	}))
	return counts
}

// CollectGarbage has Chromium collect the page's garbage now.
func (p *Page) CollectGarbage() {
	p.t.Helper()
	p.run("collect garbage", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, heapprofiler.CollectGarbage, cdp.Empty{})
		return err
	}))
}
