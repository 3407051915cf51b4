package chaos_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sideband-go/sideband/internal/browser"
	"github.com/sideband-go/sideband/internal/htmxdom"
)

// watcher is a person with a real browser: one page of the demo, and an empty tab that
// hides it. All of them are driven from the test's goroutine.
type watcher struct {
	t       testing.TB
	name    string
	network *network
	page    *browser.Page
	empty   *browser.Page
	hidden  bool
	tokens  int // texts that were made
	ledger  ledger
}

func newWatcher(t testing.TB, w *world, i int) *watcher {
	t.Helper()
	c := &watcher{t: t, name: fmt.Sprintf("browser %d", i), network: newNetwork(t, w)}
	c.page = browser.Open(t, "")
	c.page.AllowErrors() // of connections that break
	c.empty = c.page.NewTab("")
	c.page.Front()
	c.load(addresses[i%len(addresses)])
	return c
}

func (c *watcher) close() {
	c.page.Close()
	c.empty.Close()
	c.network.close()
}

// load opens a page, waits until it is live and marks it.
func (c *watcher) load(path string) {
	c.t.Helper()
	c.network.heal()
	c.page.Goto(c.network.address + path)
	c.mark()
}

func (c *watcher) mark() {
	c.t.Helper()
	c.live()
	c.page.Eval("document.stayed = true", nil)
	c.ledger = ledger{clerk: c.network.world.clerk}
}

// live waits until the page's stream is open and has spoken.
func (c *watcher) live() {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), recovery)
	defer cancel()
	var saw string
	for {
		c.page.Eval(`(() => {
			const e = document.getElementById("sb-stream"), sse = e?._htmx?.sse;
			if (sse?.reader && sse.lastEventId) return "live";
			return JSON.stringify({at: location.href, state: document.readyState, visible: document.visibilityState,
				element: e?.outerHTML, known: !!e?._htmx, notice: document.getElementById("sb-notice")?.textContent,
				connection: sse && {id: sse.lastEventId, attempt: sse.attempt, status: sse.status, reading: !!sse.reader},
				navigation: performance.getEntriesByType("navigation")[0]?.type, since: performance.now()});
		})()`, &saw)
		if saw == "live" {
			return
		}
		if !wait(ctx, 50*time.Millisecond) {
			requests := c.page.Requests()
			c.t.Fatalf("%s is not live within %v: %s\n%v\n%v", c.name, recovery, saw, requests[max(0, len(requests)-40):], c.page.Log())
		}
	}
}

// stayed checks that the page has not loaded itself anew.
func (c *watcher) stayed() {
	c.t.Helper()
	var same bool
	if c.page.Eval("document.stayed === true", &same); !same {
		c.t.Errorf("%s: a page that was live loaded itself anew; its requests: %v", c.name, c.page.Requests())
		c.mark()
	}
}

// use has the script of a page do what a person does with the part numbers of chance.
const use = `((a, b) => {
	const path = location.pathname;
	const all = s => [...document.querySelectorAll(s)].filter(e => !e.closest(".htmx-added")); // htmx does not listen to those yet
	const button = text => all("main button").find(e => e.textContent.trim().startsWith(text))?.click();
	const there = step => navigation.entries()[navigation.currentEntry.index + step]?.sameDocument; // else another page is loaded
	const some = s => { const list = all(s); list[Math.floor(b * list.length)]?.click() };
	if (path == "/counter") {
		if (a < 0.5) button("Increment");
		else if (a < 0.7) button("Decrement");
		else if (a < 0.8) button("Reset");
		else {
			const e = document.getElementById("step");
			e.value = Math.floor(b * 1500) - 200;
			e.dispatchEvent(new Event("input", {bubbles: true}));
			e.dispatchEvent(new Event("change", {bubbles: true}));
		}
	}
	if (path == "/table") {
		if (a < 0.08) button("Create 1,000 rows");
		else if (a < 0.1) button("Replace all");
		else if (a < 0.22) button("Update every 10th row");
		else if (a < 0.36) button("Swap rows");
		else if (a < 0.4) button("Clear");
		else if (a < 0.7) some("#rows td a");
		else some("#rows td button");
	}
	if (path == "/checkout") some("main button");
	if (path.startsWith("/products")) {
		if (a < 0.3) some("#pages a, #sizes a, [id^=sort-]");
		else if (a < 0.5) some("[id^=category-], [id^=live-]");
		else if (a < 0.7) some("#products a, #close");
		else if (a < 0.8) some("#details button");
		else if (a < 0.95) there(-1) && history.back();
		else there(1) && history.forward();
	}
})(%v, %v)`

// step does one thing, as person.drive does.
func (c *watcher) step(w *world, p *person, random *rand.Rand) {
	act := func() {
		c.page.Eval(fmt.Sprintf(use, random.Float64(), random.Float64()), nil)
		c.useOrders(random)
	}
	c.stayed()
	switch n := random.IntN(100); {
	case n < 45:
		act()
	case n < 60:
		c.network.plan(false, p.eventFault())
		act()
	case n < 68:
		c.network.cut(true)
	case n < 76:
		c.network.plan(true, p.streamFault())
		c.network.cut(true)
	case n < 79:
		c.network.cut(false)
	case n < 92:
		if c.hidden = !c.hidden; c.hidden {
			c.empty.Front()
		} else {
			c.page.Front()
		}
	case n < 95 && !c.hidden:
		w.steady.RLock()
		c.network.heal()
		c.page.Reload()
		w.steady.RUnlock()
		c.mark()
	case n < 97 && !c.hidden:
		w.steady.RLock()
		c.network.heal()
		c.page.Goto(c.network.address + "/")
		c.page.Back() // to the page itself, if Chromium has kept it
		w.steady.RUnlock()
		c.mark()
	case n < 98 && !c.hidden:
		w.steady.RLock()
		c.load(p.address())
		w.steady.RUnlock()
	}
}

// driveAll drives the watchers in turn.
func driveAll(ctx context.Context, w *world, watchers []*watcher, seed uint64, pause time.Duration) {
	if len(watchers) == 0 {
		return
	}
	random := random(seed, 3)
	p := &person{random: random}
	for wait(ctx, pause) {
		watchers[random.IntN(len(watchers))].step(w, p, random)
	}
}

// last does what person.last does, if the page is a counter.
const last = `(async () => {
	const id = document.getElementById("step") ? "step" : "order-count", most = id == "step" ? 1000 : 100;
	const e = document.getElementById(id);
	if (!e) return;
	e.focus();
	e.value = 2500;
	e.dispatchEvent(new Event("change", {bubbles: true}));
	e.blur(); // what has the focus is left alone
	while (document.getElementById(id).value != most) await new Promise(done => setTimeout(done, 20));
})()`

// whole asks a page's view for all that it renders, from the page itself.
const whole = `(async () => {
	const stop = new AbortController();
	const res = await fetch(location.pathname + "?sideband=stream", {
		signal: stop.signal,
		headers: {...JSON.parse(document.body.getAttribute("hx-headers:inherited")), "Last-Event-ID": "x"},
	});
	const reader = res.body.getReader(), decoder = new TextDecoder();
	for (let text = ""; ; ) {
		const {done, value} = await reader.read();
		text += done ? "" : decoder.decode(value, {stream: true});
		const message = text.split("\n\n").slice(0, -1).find(m => m.includes('id="sb-view"'));
		if (message || done) {
			stop.abort();
			return (message ?? "").split("\n").filter(l => l.startsWith("data: ")).map(l => l.slice(6)).join("\n");
		}
	}
})()`

// left waits until the page has no stream any more, or does not lose it.
const left = `(async () => {
	for (let i = 0; i < 100 && document.getElementById("sb-stream"); i++) await new Promise(done => setTimeout(done, 50));
	return !document.getElementById("sb-stream");
})()`

// asShown is the HTML of the view with what its controls show in their attributes.
const asShown = `(() => {
	const view = document.getElementById("sb-view"), copy = view.cloneNode(true)
	const all = "input[hx-post], textarea[hx-post], select[hx-post]", copies = copy.querySelectorAll(all)
	view.querySelectorAll(all).forEach((e, i) => {
		if (e.localName === "select") [...e.options].forEach((o, k) => copies[i].options[k].toggleAttribute("selected", o.selected))
		else if (e.localName === "textarea") copies[i].textContent = e.value
		else if (e.type === "checkbox" || e.type === "radio") copies[i].toggleAttribute("checked", e.checked)
		else copies[i].setAttribute("value", e.value)
	})
	return copy.innerHTML
})()`

// rest lets the page send what it has still to send.
func (c *watcher) rest() {
	c.network.heal()
	c.page.Front()
	c.stayed()
	c.live()
	c.page.Within(recovery).WaitFor(`!document.querySelector(".htmx-request")`)
	c.network.awaitLate() // what comes late may change the view
}

// judge compares the page, which is at rest, with its view.
func (c *watcher) judge() {
	c.kept()
	c.page.Within(time.Minute).Eval(last, nil)
	delete(c.ledger.typed, "order-count")
	c.kept()
	c.order()
	var truth, shown string
	gone := false
	for try := 0; !gone && try < 10; try++ { // else the page's stream broke off just then, and it has the view back
		c.page.Within(time.Minute).Eval(whole, &truth)
		c.page.Eval(left, &gone)
	}
	if !gone {
		c.t.Errorf("%s: the stream is not taken over", c.name)
		return
	}
	c.page.Eval(asShown, &shown)
	want, err := applied(truth)
	if err != nil {
		c.t.Errorf("%s: truth: %v", c.name, err)
		return
	}
	d, err := htmxdom.Parse(`<!doctype html><body><main id="sb-view">` + shown + `</main></body>`)
	if err != nil {
		c.t.Errorf("%s: %v", c.name, err)
		return
	}
	if err := differ(content(d), want, c.network.describe); err != nil {
		c.t.Errorf("%s: %v", c.name, err)
	}
}
