package browser

import (
	"context"
	"fmt"
	"time"

	"github.com/chromedp/chromedp"
)

// A wait asks again after firstPause, and then after longer and longer pauses, up to
// longestPause: each question costs the page and Chromium work of which they have enough.
const (
	firstPause   = 5 * time.Millisecond
	longestPause = 60 * time.Millisecond
)

// wait asks until ok, or ends the test with what it saw last.
func (p *Page) wait(what string, ask func(context.Context) (saw string, ok bool)) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, p.limit)
	defer cancel()
	pause := firstPause
	again := time.NewTimer(pause)
	defer again.Stop()
	last := "nothing yet"
	for {
		saw, ok := ask(ctx)
		if ok {
			return
		}
		// An answer cut off by the limit says less than the one before it.
		if ctx.Err() == nil {
			last = saw
		}
		select {
		case <-ctx.Done():
			p.t.Fatalf("browser: %s: not within %v\n\tlast saw: %s%s", what, p.limit, last, p.log.tail())
		case <-again.C:
			pause = min(pause*3/2, longestPause)
			again.Reset(pause)
		}
	}
}

// waitJS waits until a script's answer says so. A script that throws, as one may
// while the page changes, is asked again.
func (p *Page) waitJS(what, script string) answer {
	p.t.Helper()
	var got answer
	p.wait(what, func(ctx context.Context) (string, bool) {
		var err error
		got, err = chromedp.Run(ctx, chromedp.Evaluate[answer](script))
		if err != nil {
			return err.Error(), false
		}
		return got.Saw, got.OK
	})
	return got
}

// answer is what the scripts of this package return.
type answer struct {
	OK   bool
	Saw  string
	X, Y float64
}

// WaitFor waits until a JavaScript expression is true. A promise counts with
// what it resolves to.
func (p *Page) WaitFor(js string) {
	p.t.Helper()
	p.wait("wait for "+js, func(ctx context.Context) (string, bool) {
		v, err := chromedp.Run(ctx, chromedp.Evaluate[[]byte](js, chromedp.EvalAwaitPromise))
		if err != nil {
			return err.Error(), false
		}
		switch s := string(v); s {
		case "false", "0", "null", `""`, "":
			return s, false
		default:
			return s, true
		}
	})
}

// WaitText waits until the first element that matches selector has exactly the
// text want, see Text.
func (p *Page) WaitText(selector, want string) {
	p.t.Helper()
	p.waitJS(fmt.Sprintf("wait for %s to read %q", selector, want), call(`(s, want) => {
		const e = document.querySelector(s);
		const text = e && words(e);
		return {ok: text === want, saw: e ? JSON.stringify(text) : "no such element"};
	}`, selector, want))
}

// WaitCount waits until n elements match selector; 0 waits until they are gone.
func (p *Page) WaitCount(selector string, n int) {
	p.t.Helper()
	p.waitJS(fmt.Sprintf("wait for %d of %s", n, selector), call(`(s, n) => {
		const found = document.querySelectorAll(s).length;
		return {ok: found === n, saw: found + " elements"};
	}`, selector, n))
}
