package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
)

// prelude holds what several scripts need. words is an element's text with
// runs of white space as one space. early says why nobody uses an element yet: htmx listens to
// what it has put into a page a moment later, for which people are too slow.
const prelude = `const words = e => e.textContent.replace(/\s+/g, " ").trim();
	const early = e => e.closest(".htmx-added") && {ok: false, saw: "an element that htmx does not listen to yet"};`

// call is a script that calls fn with args.
func call(fn string, args ...any) string {
	texts := make([]string, len(args))
	for i, a := range args {
		b, err := json.Marshal(a)
		if err != nil {
			panic(fmt.Sprintf("browser: script argument %v: %v", a, err))
		}
		texts[i] = string(b)
	}
	return "(() => {" + prelude + "return (" + fn + ")(" + strings.Join(texts, ",") + ")})()"
}

// Eval evaluates a JavaScript expression, waits for its promise if it is one
// and puts the value into out as encoding/json does. A nil out drops it. An
// exception ends the test.
func (p *Page) Eval(js string, out any) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, p.limit)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[[]byte](js, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("browser: evaluate %s: %v%s", shorten(js), err, p.log.tail())
	}
	if out == nil {
		return
	}
	if len(v) == 0 {
		v = []byte("null") // undefined
	}
	if err := json.Unmarshal(v, out); err != nil {
		p.t.Fatalf("browser: evaluate %s: %v", shorten(js), err)
	}
}

func shorten(js string) string {
	const most = 500
	if len(js) > most {
		return js[:most] + "…"
	}
	return js
}

// read waits for the first element that matches selector and returns what the
// function fn makes of it.
func (p *Page) read(what, selector, fn string) string {
	p.t.Helper()
	return p.waitJS(what+" of "+selector, call(`s => {
		const e = document.querySelector(s);
		return e ? {ok: true, saw: String((`+fn+`)(e))} : {ok: false, saw: "no such element"};
	}`, selector)).Saw
}

// Text waits for the first element that matches selector and returns its text
// content, with runs of white space as one space and none at the ends.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return p.read("text", selector, "words")
}

// Value waits for the first element that matches selector and returns its live
// value property: what a control shows, not what its HTML says.
func (p *Page) Value(selector string) string {
	p.t.Helper()
	return p.read("value", selector, "e => e.value")
}

// Count returns how many elements match selector now.
func (p *Page) Count(selector string) int {
	p.t.Helper()
	var n int
	p.Eval(call("s => document.querySelectorAll(s).length", selector), &n)
	return n
}

// HTML returns the document as it stands, serialised by the browser.
func (p *Page) HTML() string {
	p.t.Helper()
	var html string
	p.Eval("document.documentElement.outerHTML", &html)
	return html
}

// Title returns document.title.
func (p *Page) Title() string {
	p.t.Helper()
	var title string
	p.Eval("document.title", &title)
	return title
}
