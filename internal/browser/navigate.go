package browser

import (
	"context"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Goto opens url in this tab and waits for its load event.
func (p *Page) Goto(url string) {
	p.t.Helper()
	p.run("open "+url, chromedp.Navigate(url))
}

// Reload loads the page again and waits for its load event.
func (p *Page) Reload() {
	p.t.Helper()
	p.run("reload", chromedp.Reload())
}

// Back goes one step back in the tab's history and waits until that page is
// shown and loaded.
func (p *Page) Back() {
	p.t.Helper()
	p.travel("back", -1)
}

// Forward goes one step forward in the tab's history, as Back does.
func (p *Page) Forward() {
	p.t.Helper()
	p.travel("forward", 1)
}

// travel does not rely on load events: pages from the back/forward cache have
// none, nor has a traversal that a script handles.
func (p *Page) travel(what string, by int64) {
	p.t.Helper()
	var want int64
	p.run(what, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		h, err := cdp.Call(ctx, t, page.GetNavigationHistory, cdp.Empty{})
		if err != nil {
			return err
		}
		want = h.CurrentIndex + by
		if want < 0 || want >= int64(len(h.Entries)) {
			return fmt.Errorf("no such entry in a history of %d", len(h.Entries))
		}
		_, err = cdp.Call(ctx, t, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: h.Entries[want].ID})
		return err
	}))
	p.wait("going "+what, func(ctx context.Context) (string, bool) {
		h, err := chromedp.Call(ctx, page.GetNavigationHistory, cdp.Empty{})
		if err != nil {
			return err.Error(), false
		}
		if h.CurrentIndex != want {
			return fmt.Sprintf("history entry %d", h.CurrentIndex), false
		}
		// Chromium counts an entry as current that it has only begun to go to: what answers until then is the page before.
		state, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.readyState + ' ' + location.href"))
		if err != nil {
			return err.Error(), false
		}
		return state, state == "complete "+h.Entries[want].URL || strings.HasPrefix(state, "complete chrome-error:")
	})
}

// URL returns the address of the page as the page sees it.
func (p *Page) URL() string {
	p.t.Helper()
	var url string
	p.Eval("location.href", &url)
	return url
}

// Scripts turns the page's JavaScript on or off from the next load on. Methods
// of Page work in both cases.
func (p *Page) Scripts(on bool) {
	p.t.Helper()
	p.run("switch scripts", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return err
	}))
}
