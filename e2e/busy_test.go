package e2e_test

import (
	"math"
	"testing"

	"github.com/sideband-go/sideband/handlers"
)

// busyState waits until an element looks busy, or does not any more.
func (w *wired) busyState(id string, busy bool) {
	w.t.Helper()
	want := "=== 1"
	if busy {
		want = "< 1"
	}
	w.WaitFor(`+getComputedStyle(document.getElementById(` + quote(id) + `)).opacity ` + want)
}

// shows waits until what a label says is what is seen of it.
func (w *wired) says(button, busy string) {
	w.t.Helper()
	w.WaitFor(`((label, busy) => {
		const seen = s => s.visibility === "visible";
		return seen(getComputedStyle(label.firstElementChild)) === !busy && getComputedStyle(label, "::after").content === (busy ? JSON.stringify(busy) : "none") &&
			(!busy || seen(getComputedStyle(label, "::after")));
	})(document.querySelector("#" + ` + quote(button) + ` + " .sb-busy"), ` + quote(busy) + `)`)
}

// Case 379: what has sent an event looks busy after a moment, and so does its form, with the label that says so; a button
// in a form does not make the form's own button say that it submits.
func TestWhatHasSentAnEventIsBusy(t *testing.T) {
	t.Parallel()
	w := openWired(t, handlers.Config{})
	w.says("slow", "")
	w.s.Gate.Shut()
	w.Click("#slow")
	check(t, w.s.Gate.Held(t.Context(), 1))
	// For a moment it looks as before: the animation has not begun.
	var delayed bool
	w.Eval(`document.getElementById("slow").getAnimations().map(a => a.animationName + a.effect.getTiming().delay).join() === "sb-busy300,sb-idle15300"`, &delayed)
	if !delayed {
		t.Error("it is not 300 ms before a button looks busy")
	}
	w.busyState("slow", true)
	w.says("slow", "Waiting…")
	w.s.Gate.Open()
	w.busyState("slow", false)
	w.says("slow", "")

	w.s.Gate.Shut()
	w.Click("#submit")
	w.busyState("form", true)
	w.says("submit", "Saving…")
	w.says("row", "")
	w.s.Gate.Open()
	w.busyState("form", false)
	w.says("submit", "")

	w.s.Gate.Shut()
	w.Click("#row")
	w.busyState("row", true)
	w.busyState("form", true)
	w.says("row", "Working…")
	w.says("submit", "")
	w.s.Gate.Open()
	w.busyState("form", false)
	w.busyState("row", false)
	stayed(t, w.Page)
}

// An event begins without laying out the page, which takes long where it has many rows.
func TestWhatHasSentAnEventIsNotLaidOutAtOnce(t *testing.T) {
	t.Parallel()
	w := openWired(t, handlers.Config{})
	w.Eval(`window.mark = (...ids) => {
		const all = ids.map(id => document.getElementById(id));
		all.forEach(e => e.classList.add("htmx-request"));
		const height = document.body.offsetHeight;
		all.forEach(e => e.classList.remove("htmx-request"));
		return height + document.body.offsetHeight;
	}`, nil)
	least := math.Inf(1)
	for range 5 { // the page may lay out something of its own meanwhile
		before := w.Metrics()["LayoutCount"]
		w.Eval(`mark("place", "save", "sb-slow")`, nil)
		least = min(least, w.Metrics()["LayoutCount"]-before)
	}
	if least > 0 {
		t.Errorf("%v layouts for an event", least)
	}
}

// Case 380: a row is hidden while its event is under way; it does not come back for a moment before the patch removes it,
// and it is back if the event fails.
func TestRowsThatGoBeforeTheServerHasAnswered(t *testing.T) {
	t.Parallel()
	w := openWired(t, handlers.Config{})
	// Each frame that shows the row after it was hidden, and how it went, is noted.
	watch := func(id string) {
		t.Helper()
		w.Eval(`((row) => {
			window.states = [];
			const look = () => {
				const state = !row.isConnected ? "gone" : getComputedStyle(row).visibility;
				if (states.at(-1) !== state) states.push(state);
				if (row.isConnected) requestAnimationFrame(look);
			};
			look();
			// What is seen of it the moment its event is answered.
			new MutationObserver(() => {
				if (!row.classList.contains("htmx-request") && row.isConnected) window.answered = getComputedStyle(row).visibility;
			}).observe(row, {attributeFilter: ["class"]});
		})(document.getElementById(`+quote(id)+`))`, nil)
	}
	w.s.Gate.Shut()
	watch("li-milk")
	w.Click("#remove-milk")
	w.WaitFor(`states.join() === "visible,hidden"`)
	w.WaitFor(`document.getElementById("li-gum").getBoundingClientRect().top <= document.getElementById("list").getBoundingClientRect().top + 1`) // its place is taken
	w.s.Gate.Open()
	w.WaitFor(`states.join() === "visible,hidden,gone"`)

	w.AllowErrors("answered 409", "htmx:response:error")
	watch("li-gum")
	w.s.Gate.Shut()
	w.Click("#remove-gum")
	w.WaitFor(`states.join() === "visible,hidden"`)
	w.s.Gate.Open()
	w.WaitFor(`states.join() === "visible,hidden,visible"`)
	w.WaitFor(`answered === "hidden"`) // had there been a patch, it would have come by then
	w.WaitText("#sb-notice", "It sticks.")
	w.Click("#remove-gum") // where it was
	w.WaitFor(`states.join() === "visible,hidden,visible,hidden,visible"`)
	stayed(t, w.Page)
}

// A second click, where the button of a row was that goes, meets no other row.
func TestADoubleClickRemovesOneRow(t *testing.T) {
	t.Parallel()
	w := openWired(t, handlers.Config{})
	w.s.Gate.Shut()
	w.Viewport(1000, 1600) // nothing scrolls: the browser would keep what is seen in its place
	w.Eval(`(async () => {
		const r = document.getElementById("remove-milk").getBoundingClientRect();
		const click = () => document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2).click();
		click();
		await new Promise(done => setTimeout(done, 120));
		click();
	})()`, nil)
	check(t, w.s.Gate.Held(t.Context(), 1))
	w.s.Gate.Open()
	w.WaitCount("#li-milk", 0)
	w.Click("#tick") // behind the second click's event, had there been one
	w.WaitText("#ticks", "3")
	w.WaitCount("#list li", 2)
	stayed(t, w.Page)
}

// Tabs in a form are no part of it: they are not sent, and a reset leaves them open.
func TestTabsAreNoFields(t *testing.T) {
	t.Parallel()
	w := openWired(t, handlers.Config{})
	w.Eval(`document.querySelector('label[for="choice-1"]').click(), document.getElementById("choice-1").focus()`, nil)
	w.Press("ArrowLeft")
	w.WaitFor(`document.getElementById("choice-0").checked && !document.getElementById("choice-1").checked`)
	w.Press("ArrowRight")
	w.WaitFor(`document.getElementById("panel-down").checkVisibility()`)
	w.WaitFor(`[...new FormData(document.getElementById("form")).keys()].join() === "text"`)
	w.Eval(`document.getElementById("form").reset()`, nil)
	w.WaitFor(`document.getElementById("choice-1").checked`)
	w.Click("#submit")
	check(t, w.s.Gate.Passed(t.Context(), 1))
	w.WaitText("#sb-notice", "")
}

// Case 381: dialogs, popovers, details, tooltips and tabs work without a request, and stay as they are through patches.
func TestThePlatformsPartsSurvivePatches(t *testing.T) {
	t.Parallel()
	w := openWired(t, handlers.Config{})
	n := len(w.Requests())
	w.Click("#show")
	w.WaitFor(`document.getElementById("dialog").matches(":modal")`)
	focused(t, w.Page, "#close")
	w.Click("#close")
	focused(t, w.Page, "#show")
	w.WaitFor(`!document.getElementById("dialog").open`)
	w.Click("#show")
	w.Press("Escape")
	w.WaitFor(`!document.getElementById("dialog").open`)
	w.Click("#first summary")
	w.WaitFor(`document.getElementById("first").open`)
	w.Click("#second summary")
	w.WaitFor(`document.getElementById("second").open && !document.getElementById("first").open`)
	w.Click(`label[for="tabs-1"]`)
	w.WaitFor(`document.getElementById("panel-right").checkVisibility() && !document.getElementById("panel-left").checkVisibility()`)
	w.Press("ArrowLeft")
	w.WaitFor(`document.getElementById("panel-left").checkVisibility() && !document.getElementById("panel-right").checkVisibility()`)
	w.Press("ArrowRight")
	w.Eval(`document.getElementById("tipped").focus({focusVisible: true})`, nil)
	w.WaitFor(`getComputedStyle(document.getElementById("tip")).visibility === "visible"`)
	w.Eval(`document.activeElement.blur()`, nil)
	w.Click("#toggle")
	w.WaitFor(`document.getElementById("popover").matches(":popover-open")`)
	if got := len(w.Requests()); got != n {
		t.Errorf("%d requests were made", got-n)
	}
	same := func(when string) {
		t.Helper()
		var ok bool
		w.Eval(`document.getElementById("popover").matches(":popover-open") && document.getElementById("dialog").matches(":modal") &&
			document.getElementById("second").open && !document.getElementById("first").open && document.getElementById("tabs-1").checked`, &ok)
		if !ok {
			t.Errorf("%s: not all are as they were", when)
		}
	}
	w.Eval(`document.getElementById("dialog").showModal(), document.getElementById("popover").showPopover()`, nil)
	w.Eval(`document.getElementById("one").push("5", "placed")`, nil)
	w.WaitText("#panel-right", "right 5")
	same("a patch")
	w.AllowErrors(lost...)
	w.s.Visits.Ref("ann").Restart()
	w.WaitText("#panel-right", "right 0")
	same("a remount")
	stayed(t, w.Page)
}
