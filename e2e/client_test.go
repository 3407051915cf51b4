package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
	"github.com/sideband-go/sideband/views"
)

// wired is the page with elements that scripts bring to life.
type wired struct {
	*browser.Page
	t *testing.T
	s *fixture.Site
}

func openWired(t *testing.T, c handlers.Config) *wired {
	t.Helper()
	s := fixture.Serve(t, c)
	s.Wire()
	s.Gate.Open()
	p := browser.Open(t, s.URL+"/wired?as=ann")
	live(t, p)
	stay(p)
	p.WaitFor(`customElements.get("x-map") && document.getElementById("one").painted`)
	return &wired{p, t, s}
}

// take returns what the elements have noted since it was last called.
func (w *wired) take() (seen []string) {
	w.t.Helper()
	w.Eval("seen.splice(0)", &seen)
	return seen
}

func (w *wired) want(when string, want ...string) {
	w.t.Helper()
	if got := w.take(); !slices.Equal(got, want) {
		w.t.Errorf("%s: %q, not %q", when, got, want)
	}
}

// Case 372: an element that is ignored keeps its node and its children through attributes, moves and whole morphs, and
// hears of each by the callback for it.
func TestElementsOfScriptsSurvivePatches(t *testing.T) {
	t.Parallel()
	w := openWired(t, handlers.Config{})
	w.Eval(`for (const e of document.querySelectorAll("x-map")) e.mine = true`, nil)
	kept := func(when string) {
		t.Helper()
		var lost []string
		w.Eval(`[...document.querySelectorAll("x-map")].filter(e => !e.mine || e.firstChild !== e.painted || e.childNodes.length !== 1).map(e => e.id)`, &lost)
		if len(lost) > 0 {
			t.Errorf("%s: %q have lost what scripts made", when, lost)
		}
	}
	w.take()
	w.Click("#place")
	w.WaitFor(`document.getElementById("three").getAttribute("at") === "1"`)
	kept("an attribute")
	w.want("an attribute", "one: at 0>1", "two: at 0>1", "three: at 0>1")
	w.Click("#reverse")
	w.WaitFor(`document.querySelector("#maps > x-map").id === "three"`)
	kept("another order")
	for _, line := range w.take() {
		if !strings.HasSuffix(line, ": moved") {
			t.Errorf("another order: %s", line)
		}
	}
	w.Click("#nesting")
	w.WaitFor(`!!document.querySelector("#nest > x-map")`)
	kept("another parent")
	moves := w.take()
	for _, line := range moves {
		if !strings.HasSuffix(line, ": moved") {
			t.Errorf("another parent: %s", line)
		}
	}
	if len(moves) == 0 {
		t.Error("another parent: nothing has moved")
	}
	// A remount morphs the whole view. Its state is that of Mount: the maps move back.
	w.AllowErrors(lost...)
	w.s.Visits.Ref("ann").Restart()
	w.WaitFor(`!document.getElementById("nest") && document.getElementById("one").getAttribute("at") === "0"`)
	live(t, w.Page)
	kept("a remount")
	for _, line := range w.take() {
		if !strings.HasSuffix(line, ": moved") && !strings.HasSuffix(line, ": at 1>0") {
			t.Errorf("a remount: %s", line)
		}
	}
	stayed(t, w.Page)
}

// Each element sends its own value, whatever is in it or around it; a form sends none of them.
func TestElementsSendTheirOwnValues(t *testing.T) {
	t.Parallel()
	w := openWired(t, handlers.Config{})
	said := ""
	for _, of := range [][2]string{{"outer", "board:sorted"}, {"inner", "push"}, {"board", "board:sorted"}, {"card", "push"}, {"rate", "push"}} {
		w.Eval(`for (const id of ["outer", "inner", "board", "card", "rate"]) document.getElementById(id).value = id`, nil)
		w.Eval(`document.getElementById(`+quote(of[0])+`).dispatchEvent(new Event(`+quote(of[1])+`))`, nil)
		said = strings.TrimSpace(said + " " + of[0])
		w.WaitText("#said", said)
	}
	w.Click("#save")
	w.WaitText("#said", said+" saved-text")
	stayed(t, w.Page)
}

// What docs/client.md names for a connection that is lost and found: replies are event streams, too.
func TestRepliesAreNoConnections(t *testing.T) {
	t.Parallel()
	w := openWired(t, handlers.Config{})
	w.Eval(`window.heard = []; window.replied = [];
		for (const n of ["before", "after"]) document.addEventListener("htmx:sse:" + n + ":connection", e => heard.push(n + " " + e.target.id));
		document.addEventListener("sb:reply", e => replied.push(e.target.id))`, nil)
	w.Click("#ask")
	w.WaitFor(`replied.join() === "ask"`)
	w.WaitFor(`heard.length > 0 && !heard.some(h => h.endsWith(" sb-stream"))`)
	w.Eval(`heard.length = 0`, nil)
	w.AllowErrors(lost...)
	w.s.Net.Cut(cut.Streams)
	w.WaitFor(`heard.includes("before sb-stream") && heard.includes("after sb-stream")`)
}

// Case 373: what elements push arrives in order, each payload once, also when it comes faster than answers, from several
// events of an element, and from within a form.
func TestPushesArriveInOrder(t *testing.T) {
	t.Parallel()
	w := openWired(t, handlers.Config{})
	var want []string
	w.Eval(`for (let i = 0; i < 60; i++) document.getElementById(i % 2 ? "one" : "inside").push({x: i, names: i % 10 ? [] : ["ü&=", '"<b>']})`, nil)
	for i := range 60 {
		if i%10 == 0 {
			want = append(want, fmt.Sprintf(`%dü&="<b>`, i))
		} else {
			want = append(want, fmt.Sprint(i))
		}
	}
	w.WaitText("#at", strings.Join(want, " "))
	w.Eval(`document.getElementById("one").push("7", "placed")`, nil)
	w.WaitFor(`document.getElementById("one").getAttribute("at") === "7"`)
	w.WaitText("#at", strings.Join(want, " "))
}

// Case 374: a reply reaches the element that has asked, of any size, and beside an error; it is no HTML.
func TestRepliesReachTheElementThatHasAsked(t *testing.T) {
	t.Parallel()
	w := openWired(t, handlers.Config{})
	w.Eval(`document.addEventListener("sb:reply", e => seen.push("document: " + e.target.id + e.target.localName))`, nil)
	w.take()
	w.Click("#ask")
	w.WaitText("#ticks", "2")
	w.WaitFor(`seen.length > 0`)
	w.want("a button", "document: askbutton")
	w.Eval(`document.getElementById("ask").addEventListener("sb:reply", e => seen.push(e.detail.data), {once: true})`, nil)
	w.Click("#ask")
	w.WaitFor(`seen.length > 1`)
	w.want("its data", `"rr"`, "document: askbutton")
	// One more event of an element has a listener of its own, so that is who asks.
	w.Eval(`document.getElementById("one").push("300000", "asked")`, nil)
	w.WaitText("#ticks", "300000")
	w.WaitFor(`seen.length > 0`)
	w.want("AlsoOn", "document: span")
	w.Eval(`document.getElementById("two").ask(7), document.getElementById("three").ask(300000)`, nil)
	w.WaitFor(`seen.length === 4`)
	w.want("elements", `two: reply "rrrrrrr" two`, "document: twox-map", "three: reply 300002 three", "document: threex-map")
	w.AllowErrors("answered 422")
	w.Eval(`document.getElementById("two").ask(-2)`, nil)
	w.WaitFor(`seen.length === 2`)
	w.want("an element, with an error", `two: reply {"why":"\u003chx-partial id=\"ticks\" hx-swap=\"textContent\"\u003einjected\u003c/hx-partial\u003e"} two`, "document: twox-map")
	w.Eval(`document.getElementById("one").push("-1", "asked")`, nil)
	w.WaitFor(`seen.length > 0`)
	w.want("an error", "document: span")
	w.WaitText("#sb-notice", "Not that one.")
	w.WaitText("#ticks", "300000") // rolled back, and the reply is no HTML
	w.Click("#ask")
	w.WaitText("#sb-notice", "")
	stayed(t, w.Page)
}

// Case 375: a pushed event comes after the patch of its turn.
func TestPushedEventsComeAfterTheirPatches(t *testing.T) {
	t.Parallel()
	w := openWired(t, handlers.Config{})
	w.take()
	w.Click("#tick") // three messages, one patch
	w.WaitFor(`seen.length === 3`)
	w.want("three in a turn", "tick: 1 3", "tick: 2 3", "tick: 3 3")
	for n := 4; n < 10; n++ {
		check(t, fixture.PushTick(w.s.Visits.Ref("ann"), views.Kept))
		w.WaitFor(`seen.length > 0`)
		w.want("one by itself", fmt.Sprintf("tick: %d %d", n, n))
	}
}

// Case 376: kept events that are pushed while a page is away come once when it is back, in order; transient ones do not.
func TestPushedEventsOfAPageThatIsAway(t *testing.T) {
	t.Parallel()
	w := openWired(t, handlers.Config{})
	w.AllowErrors(lost...)
	w.take()
	ref := w.s.Visits.Ref("ann")
	n := 0
	var want []string
	for round := range 4 {
		allow := func() {}
		if round%2 == 0 { // it is away
			allow = w.s.Net.Refuse(cut.Streams)
			w.s.Net.Cut(cut.Streams)
			until(t, "the stream is gone", func() bool { return w.s.Kit.Stats().Connections == 0 })
		} else { // it is cut in the middle of them
			w.s.Net.CutAfter(cut.Streams, 150)
		}
		for i := range 8 {
			n++
			how := views.Kept
			if round%2 == 0 && i%4 == 3 {
				how = views.Transient
			} else {
				want = append(want, fmt.Sprint(n))
			}
			check(t, fixture.PushTick(ref, how))
		}
		allow()
		w.WaitText("#ticks", fmt.Sprint(n))
		w.WaitFor(fmt.Sprintf(`seen.length >= %d`, len(want)))
		live(t, w.Page)
	}
	if got := w.ticks(); !slices.Equal(got, want) {
		t.Errorf("%q came, not %q", got, want)
	}
	stayed(t, w.Page)
}

// Connections that are renewed, each with a morph of the whole view, lose no event and bring none twice.
func TestPushedEventsWhileConnectionsAreRenewed(t *testing.T) {
	t.Parallel()
	c := handlers.Config{}
	c.Timeouts.ConnectionAge = 300 * time.Millisecond
	w := openWired(t, c)
	w.take()
	ref := w.s.Visits.Ref("ann")
	n := 0
	var want []string
	until(t, "five connections", func() bool {
		for range 3 {
			n++
			want = append(want, fmt.Sprint(n))
			check(t, fixture.PushTick(ref, views.Kept))
		}
		w.WaitText("#ticks", fmt.Sprint(n))
		return w.s.Net.Count(cut.Streams) >= 5
	})
	w.WaitFor(fmt.Sprintf(`seen.filter(line => line.startsWith("tick")).length >= %d`, n))
	if got := w.ticks(); !slices.Equal(got, want) {
		t.Errorf("%q came, not %q", got, want)
	}
	stayed(t, w.Page)
}

// ticks are the numbers of the events that came.
func (w *wired) ticks() (numbers []string) {
	w.t.Helper()
	for _, line := range w.take() {
		if line, ok := strings.CutPrefix(line, "tick: "); ok {
			number, _, _ := strings.Cut(line, " ")
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// Case 377: values that are no JSON, of another shape, nested too deep or too large are refused, and the view goes on.
func TestValuesThatAreRefused(t *testing.T) {
	t.Parallel()
	w := openWired(t, handlers.Config{})
	w.AllowErrors("answered 400", "answered 413")
	for name, script := range map[string]string{
		"no JSON":         `"{"`,
		"nothing":         `""`,
		"another shape":   `{x: "a"}`,
		"a list":          `[1]`,
		"null":            `"null"`,
		"nested":          `"[".repeat(10000) + "]".repeat(10000)`,
		"nested in it":    `'{"names":' + "[".repeat(10000) + "]".repeat(10000) + "}"`,
		"many":            `{names: Array(20000).fill("a")}`,
		"more than 1 MiB": `{names: ["a".repeat(2 << 20)]}`,
	} {
		w.Eval(`document.getElementById("one").push(`+script+`)`, nil)
		w.WaitFor(`document.getElementById("sb-notice").textContent !== ""`)
		w.Eval(`document.getElementById("one").push({x: 1, names: [`+quote(name)+`]})`, nil)
		w.WaitFor(`document.getElementById("at").textContent.endsWith("1" + ` + quote(name) + `)`)
		w.WaitText("#sb-notice", "")
	}
	stayed(t, w.Page)
}

// Case 378: scripts that throw in whatever calls them do not keep patches, events and replies from their way.
func TestScriptsThatThrowEverywhere(t *testing.T) {
	t.Parallel()
	w := openWired(t, handlers.Config{})
	w.AllowErrors("wild")
	w.Click("#wilder")
	w.WaitFor(`!!document.getElementById("wild")`)
	w.take()
	w.Click("#tick")
	w.WaitFor(`seen.length === 3`)
	w.Click("#place")
	w.WaitFor(`document.getElementById("wild").getAttribute("at") === "1"`)
	w.Click("#tick")
	w.WaitText("#ticks", "6")
	w.WaitFor(`seen.filter(line => line.startsWith("tick")).length === 6`)
	w.Click("#wilder")
	w.WaitFor(`!document.getElementById("wild")`)
	w.Click("#place")
	w.WaitFor(`document.getElementById("one").getAttribute("at") === "2"`)
	stayed(t, w.Page)
}
