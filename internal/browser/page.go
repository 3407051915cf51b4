package browser

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// patience is how long an action or a wait may take unless Within says otherwise.
const patience = 30 * time.Second

// Page is one tab. Its methods end the test with what they saw if they cannot
// do what they are told.
type Page struct {
	*tab
	limit time.Duration
}

// tab is what all views of one tab (see Within) share.
type tab struct {
	t       testing.TB
	ctx     context.Context
	cancel  context.CancelFunc
	person  *person
	log     pageLog
	dialogs dialogs
	closed  bool
}

// person is a browser context: cookies, storage and one window of tabs.
type person struct {
	t       testing.TB
	browser context.Context
	id      cdp.BrowserContextID

	mu    sync.Mutex
	tabs  []*tab
	front *tab
}

// Open opens url in a window of a new person: no cookies, nothing stored. The
// page is closed when the test ends. An empty url opens an empty page, for
// tests that prepare the tab before they call Goto.
func Open(t testing.TB, url string) *Page {
	t.Helper()
	ctx, err := chromium.running()
	if err != nil {
		t.Fatal(err)
	}
	res, err := chromedp.CallBrowser(ctx, target.CreateBrowserContext, target.CreateBrowserContextParams{})
	if err != nil {
		t.Fatalf("browser: new person: %v", err)
	}
	who := &person{t: t, browser: ctx, id: res.BrowserContextID}
	t.Cleanup(who.leave)
	return who.open(url, true)
}

// NewTab opens url in another tab of the same person's window, in front. This
// page is hidden by it.
func (p *Page) NewTab(url string) *Page {
	p.t.Helper()
	return p.person.open(url, false)
}

// Within returns the same page with another limit for its actions and waits.
func (p *Page) Within(limit time.Duration) *Page {
	return &Page{tab: p.tab, limit: limit}
}

func (w *person) open(url string, window bool) *Page {
	w.t.Helper()
	ctx, cancel := chromedp.NewContext(w.browser,
		chromedp.WithExistingBrowserContext(w.id), chromedp.WithNewWindow(window))
	tb := &tab{t: w.t, ctx: ctx, cancel: cancel, person: w}
	p := &Page{tab: tb, limit: patience}
	if err := chromedp.Listen(ctx, tb.event); err != nil {
		cancel()
		w.t.Fatalf("browser: open a tab: %v", err)
	}
	w.mu.Lock()
	w.tabs = append(w.tabs, tb)
	w.mu.Unlock()
	w.t.Cleanup(p.Close)
	p.Front()
	if url != "" {
		p.Goto(url)
	}
	return p
}

// Front brings this tab to the front of its window and hides the person's other
// tabs for real.
func (p *Page) Front() {
	p.t.Helper()
	w := p.person
	w.mu.Lock()
	before := w.front
	w.front = p.tab
	w.mu.Unlock()
	// Windows of one Chromium compete for the focus, so the front tab of each is
	// told to behave as if it had it. That also keeps a tab visible, hence the
	// tab that goes to the back loses it first.
	if before != nil && before != p.tab && !before.closed {
		before.emulateFocus(false)
	}
	p.run("bring to front", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.BringToFront, cdp.Empty{})
		return err
	}))
	p.emulateFocus(true)
}

func (tb *tab) emulateFocus(on bool) {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	if _, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: on}); err != nil {
		tb.t.Fatalf("browser: focus emulation: %v", err)
	}
}

// Close checks the page's log (see AllowErrors) and closes the tab. The end of
// the test does it too; a second call does nothing.
func (p *Page) Close() {
	p.t.Helper()
	if p.closed {
		return
	}
	p.closed = true
	// Events arrive in order, so an answer means that all earlier ones are in.
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	_, _ = chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void]("0"))
	cancel()
	p.log.check(p.t)
	p.cancel()
	p.dialogs.wait()
}

// leave closes what the tabs left behind.
func (w *person) leave() {
	ctx, cancel := context.WithTimeout(w.browser, patience)
	defer cancel()
	_, err := chromedp.CallBrowser(ctx, target.DisposeBrowserContext, target.DisposeBrowserContextParams{BrowserContextID: w.id})
	if err != nil && w.browser.Err() == nil {
		w.t.Errorf("browser: forget a person: %v", err)
	}
}

// run runs steps within the page's limit and ends the test if they fail.
func (p *Page) run(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, p.limit)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("browser: %s: %v%s", what, err, p.log.tail())
	}
}
