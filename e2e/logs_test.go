package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
)

// logPage is the demo's log. Its script says what is seen, and where it stands.
type logPage struct {
	*browser.Page
	t *testing.T
}

const logScript = `window.log = {
	get pane() { return document.querySelector(".log"); },
	get lines() { return [...document.querySelectorAll("#lines>li")]; },
	number: e => Number(e.id.replace("line-", "")),
	top: e => e.getBoundingClientRect().top - log.pane.getBoundingClientRect().top - log.pane.clientTop,
	get shown() { return log.lines.filter(e => log.top(e) > -24 && log.top(e) < log.pane.clientHeight); },
	get seen() { return log.shown.map(log.number); },
	// The pane is full of lines that follow each other.
	get full() {
		const seen = log.seen;
		return seen.length >= Math.floor(log.pane.clientHeight / 24) && seen.every((n, i) => n === seen[0] + i);
	},
	// How far the first line of all would be above the pane: scrolling alone changes it.
	get start() { const e = log.lines[0]; return log.top(e) - 24 * (log.number(e) - 1); },
	get most() { return log.lines.length; },
	get state() {
		const ids = s => [...document.querySelectorAll(s)].map(e => e.id).join(" ");
		return JSON.stringify({top: log.pane.scrollTop, pane: log.pane.outerHTML.slice(0, 100), part: document.getElementById("part").textContent,
			seen: log.seen, above: ids("#above>*"), lines: ids("#lines>*"), below: ids("#below>*")});
	},
	get total() { return Number(document.getElementById("total").textContent.replace(",", "")); },
	// Waits until what is there has been painted. What changes after that is kept in its place by the browser when it paints again.
	frame: () => new Promise(r => requestAnimationFrame(() => { log.changed = false; setTimeout(() => r(log.changed && log.frame())); })),
	// Scrolls, and returns whether something else than that has moved the lines. Where none is seen, since they are late,
	// there is none that the browser could keep in its place while the log grows below.
	async by(step) {
		if (log.changed) await log.frame();
		const at = log.pane.scrollTop, start = log.start, state = log.state, total = log.total;
		log.pane.scrollTop += step;
		const scrolled = log.pane.scrollTop - at, none = log.seen.length === 0;
		await log.frame();
		const moved = log.start + scrolled - start, grown = none ? 24 * (log.total - total) : 0;
		if (Math.abs(moved) <= 1 || Math.abs(moved + grown) <= 1) return log.most > 200 ? log.most + " lines" : "";
		return "moved by " + moved + ", " + log.most + " lines\n" + state + "\n" + log.state;
	},
	async to(part) { log.pane.scrollTop = (log.pane.scrollHeight - log.pane.clientHeight) * part; await log.frame(); },
};
new MutationObserver(() => log.changed = true).observe(document.body, {childList: true, subtree: true});`

func openLog(t *testing.T) logPage {
	t.Helper()
	p := browser.Open(t, demo.at(t, "/logs")).Within(patience)
	live(t, p)
	p.Eval(logScript, nil)
	stay(p)
	return logPage{p, t}
}

// sees waits until the pane is full of lines, with this one among them.
func (l logPage) sees(number int) {
	l.t.Helper()
	defer func() {
		if l.t.Failed() {
			var state string
			l.Eval("log.state", &state)
			l.t.Log("the log is " + state)
		}
	}()
	l.WaitFor(fmt.Sprintf("log.full && log.seen.includes(%d)", number))
	if n := l.Count("#lines>li"); n > 200 {
		l.t.Errorf("%d lines are in the page", n)
	}
}

// scroll scrolls by small steps.
func (l logPage) scroll(step, times int) {
	l.t.Helper()
	for i := range times {
		var jump string
		if l.Eval(fmt.Sprintf("log.by(%d)", step), &jump); jump != "" {
			l.t.Errorf("the lines have jumped in step %d of %d by %d: %s", i, times, step, jump)
		}
	}
}

func TestTheLogScrollsInBothDirections(t *testing.T) {
	t.Parallel()
	l := openLog(t)
	l.sees(1)
	l.scroll(240, 50) // 500 lines
	l.sees(501)
	l.scroll(-240, 25)
	l.sees(251)
	l.scroll(-240, 30)
	l.sees(1)

	// With the mouse wheel's long strides, and no pause between.
	l.Eval(`(async () => { for (let i = 0; i < 40; i++) { log.pane.scrollTop += 1200; await log.frame(); } })()`, nil)
	l.sees(2001)
	l.Eval(`(async () => { for (let i = 0; i < 40; i++) { log.pane.scrollTop -= 1200; await log.frame(); } })()`, nil)
	l.sees(1)

	// By a line that is to be shown, as who looks back and on again until there are more.
	l.Eval(`window.looks = 0`, nil)
	for last := 100; last < 400; last += 50 {
		l.WaitFor(fmt.Sprintf(`(looks++ %% 2 ? log.pane.scrollTop -= 1500 : log.lines.at(-1).scrollIntoView(), log.number(log.lines.at(-1)) > %d)`, last))
	}
	stayed(t, l.Page)
}

func TestTheLogsScrollbarLeadsAnywhere(t *testing.T) {
	t.Parallel()
	l := openLog(t)
	for _, part := range []float64{0.5, 1, 0, 0.999, 0.25, 0.251, 0.2, 0.75, 1.0 / 3, 1, 0} {
		l.Eval(fmt.Sprintf("log.to(%v)", part), nil)
		// The first line that is seen whole, whatever the height of the pane is.
		l.WaitFor(`log.full`)
		var ok bool
		if l.Eval(`Math.abs(log.start + log.pane.scrollTop) <= 1`, &ok); !ok {
			t.Errorf("at %v the lines do not stand where they belong", part)
		}
	}
	l.sees(1)
	// Dragged from one end to the other and back.
	l.Eval(`(async () => { for (let i = 0; i <= 20; i++) await log.to(i / 20); })()`, nil)
	l.sees(100_000)
	l.Eval(`(async () => { for (let i = 20; i >= 0; i--) await log.to(i / 20); })()`, nil)
	l.sees(1)
	stayed(t, l.Page)
}

func TestTheLogJumpsAndFollows(t *testing.T) {
	t.Parallel()
	l := openLog(t)
	l.scroll(240, 20)
	l.ClickText("button", "Jump to end")
	l.sees(100_000)
	l.scroll(-240, 40)
	l.sees(99_600)
	l.ClickText("button", "Jump to start")
	l.sees(1)

	l.scroll(240, 20)
	l.ClickText("button", "Follow")
	l.WaitFor(`document.querySelector("#follow").ariaPressed === "true"`)
	l.sees(100_010) // the end is kept in view
	l.WaitFor(`log.full && log.seen.at(-1) === log.total`)

	// Who scrolls back a little looks at the same lines as others come.
	l.Eval(`log.pane.scrollTop = -300`, nil)
	var before, after string
	const where = `log.frame().then(() => log.shown.map(e => e.id + " " + Math.round(log.top(e))).join())`
	l.Eval(where, &before)
	l.Eval("window.was = log.total", nil)
	l.WaitFor("log.total > was + 5")
	if l.Eval(where, &after); before != after || !strings.Contains(before, "line-") {
		t.Errorf("what was looked at has moved:\n%s\n%s", before, after)
	}
	l.Eval(`log.pane.scrollTop = 0`, nil)
	l.WaitFor(`log.full && log.seen.at(-1) === log.total`)

	// Who goes further does not follow any more.
	l.scroll(-240, 30)
	l.WaitFor(`document.querySelector("#follow").ariaPressed === "false" && log.full`)
	stayed(t, l.Page)
}

func TestFollowingPausesWhileNobodyLooks(t *testing.T) {
	t.Parallel()
	l := openLog(t)
	l.ClickText("button", "Follow")
	l.sees(100_003)
	tab := l.NewTab("about:blank")
	l.Front()
	l.sees(100_010)
	var inOrder bool
	if l.Eval(`log.lines.every((e, i) => log.number(e) === log.number(log.lines[0]) + i)`, &inOrder); !inOrder {
		t.Error("lines are missing, or in another order")
	}
	stayed(t, l.Page)
	tab.Close()
}
