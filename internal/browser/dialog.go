package browser

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// dialogs answers alert, confirm, prompt and beforeunload, which stop the page
// until somebody does.
type dialogs struct {
	accept  atomic.Bool
	pending sync.WaitGroup
}

// AcceptDialogs says how the page's dialogs (confirm and so on) are answered
// from now on; until told, they are dismissed. What they asked stands in Log.
func (p *Page) AcceptDialogs(accept bool) { p.dialogs.accept.Store(accept) }

// answer runs on the goroutine that reads Chromium's messages, where a command
// would wait for ever for its own answer, so it leaves the command to another.
func (d *dialogs) answer(ctx context.Context) {
	d.pending.Go(func() {
		// The dialog may be gone with its tab by now; there is nothing to mend then.
		_, _ = chromedp.Call(ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: d.accept.Load()})
	})
}

func (d *dialogs) wait() { d.pending.Wait() }
