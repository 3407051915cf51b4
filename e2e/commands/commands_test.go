package commands_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
)

// restyle has the view patch the attributes of what commands are about.
func (c *commanded) restyle() {
	c.t.Helper()
	var before int
	c.Eval(`document.getElementById("box").className.length`, &before)
	fixture.RestyleCommanded(c.s.Visits.Ref("ann"))
	c.WaitFor(`document.getElementById("box").className.length > ` + fmt.Sprint(before))
}

// Case 441: each step does what it says, in order; what it hides, shows and marks stays so through patches, and it runs
// again afterwards.
func TestCommandsAndPatches(t *testing.T) {
	t.Parallel()
	c := open(t, handlers.Config{})
	for range 2 {
		c.Click("#hide")
		c.is("m", "!"+isSeen)
		c.restyle()
		c.is("m", "!"+isSeen)
		c.Click("#show")
		c.is("m", isSeen)
		c.Click("#toggle")
		c.is("m", "!"+isSeen)
		c.Click("#toggle")
		c.is("m", isSeen)
		c.Click("#fade")
		c.is("m", `e.dataset.jsHide === "fade"`)
		c.Click("#fade")
		c.is("m", `!("jsHide" in e.dataset)`)
		c.Click("#reveal")
		c.is("kept", isSeen)
		c.restyle()
		c.is("kept", isSeen)
		c.Click("#reveal")
		c.is("kept", "!"+isSeen)
		c.Click("#mark")
		c.Click("#turn")
		c.restyle()
		c.is("m", `e.dataset.jsOn === "" && e.dataset.jsTurned === ""`)
		c.Click("#unmark")
		c.Click("#turn")
		c.is("m", `!("jsOn" in e.dataset) && !("jsTurned" in e.dataset)`)
	}
	c.Click("#expand")
	c.is("expand", `e.getAttribute("aria-expanded") === "true"`)
	c.Click("#expand")
	c.is("expand", `e.getAttribute("aria-expanded") === "false"`)
	c.Eval(`document.getElementById("expand").dispatchEvent(new MouseEvent("dblclick", {bubbles: true}))`, nil)
	c.is("m", "e.title === \"It's <b> & `${x}`\"")
	c.Click("#plain")
	c.is("m", `e.inert && !e.hasAttribute("class")`)
	c.restyle()
	c.is("m", `e.hasAttribute("class")`)

	c.Eval(`document.addEventListener("app:told", e => window.told = [e.target.id, e.detail.a])`, nil)
	c.Click("#all")
	c.WaitFor(`window.told?.join() === "m,b<c>"`)
	c.is("exec", `"jsDone" in e.dataset`)
	c.is("m", `"jsOn" in e.dataset`)
	c.WaitFor(`document.activeElement.id === "second"`)
	c.is("second", `e.selectionStart === 0 && e.selectionEnd === 1`)
	c.Click("#pop")
	c.WaitFor(`document.activeElement.id === "all"`)
	c.is("loaded", `"jsLoaded" in e.dataset`)
	c.is("modal", `"jsOutside" in e.dataset`)
	c.stayed()
}

// Case 442: chains send in order, after what comes before; a row is hidden before the answer, and back if the view says so.
func TestCommandsThatSend(t *testing.T) {
	t.Parallel()
	c := open(t, handlers.Config{})
	c.Click("#chain")
	c.is("m", `"jsTwo" in e.dataset`)
	c.WaitText("#log", "x y x")
	c.AcceptDialogs(false)
	c.Click("#sure")
	c.AcceptDialogs(true)
	c.Click("#after")
	c.WaitText("#log", "x y x after")
	c.Click("#sure")
	c.WaitText("#log", "x y x after sure")

	c.s.Gate.Shut()
	c.Click("#row-1-remove")
	c.is("row-1", "!"+isSeen)
	check(t, c.s.Gate.Held(t.Context(), 1))
	c.s.Gate.Open()
	c.WaitCount("#row-1", 0)

	c.Click("#ask")
	c.is("ask", `"jsAnswered" in e.dataset`)
	c.is("late", "true")
	c.Click("#late") // an event stream's nonce is the page's
	c.WaitText("#log", "x y x after sure late")

	// Commands wait on an element that goes away.
	c.Eval(`for (let i = 0; i < 1000; i++) document.getElementById("slow").click(); document.getElementById("late-box").remove()`, nil)
	c.Eval(`new Promise(done => setTimeout(done, 300))`, nil)
	c.Click("#after")
	c.WaitText("#log", "x y x after sure late after")
	c.is("m", `!("jsNever" in e.dataset)`)
	c.stayed()
}

// Case 486: 1,000 events that wait for the one which takes their element away are not in the way of others.
func TestEventsOfAnElementThatGoes(t *testing.T) {
	t.Parallel()
	c := open(t, handlers.Config{})
	c.s.Gate.Shut()
	c.Eval(`for (let i = 0; i < 1000; i++) document.getElementById("row-1-remove").click()`, nil)
	check(t, c.s.Gate.Held(t.Context(), 1))
	c.Click("#after")
	c.s.Gate.Open()
	c.WaitCount("#row-1", 0)
	c.WaitText("#log", "after")
	c.stayed()
}

// The detail of an event may have any names, also those of what commands use.
func TestDetailsHideNothingFromCommands(t *testing.T) {
	t.Parallel()
	c := open(t, handlers.Config{})
	c.AcceptDialogs(true)
	c.Click("#shade")
	c.is("shaded", `"jsShaded" in e.dataset`)
	c.WaitFor(`document.activeElement.id === "second"`)
	c.is("exec", `"jsDone" in e.dataset`)
	c.WaitText("#log", "shaded")
	c.WaitText("#n", "7")
	c.stayed()
}

// What is shown again is what its kind of element is.
func TestShowKeepsTheKindOfAnElement(t *testing.T) {
	t.Parallel()
	c := open(t, handlers.Config{})
	c.Click("#kinds")
	for id, want := range map[string]string{"tbody": "table-row-group", "tr": "table-row", "td": "table-cell", "li": "list-item", "span": "inline", "button": "inline-block", "div": "block"} {
		c.is("show-"+id, `getComputedStyle(e).display === `+quote(want))
	}
}

// Case 443: keys and what is held with them.
func TestKeysOfCommands(t *testing.T) {
	t.Parallel()
	c := open(t, handlers.Config{})
	c.Eval(`window.prevented = [];
		document.addEventListener("keydown", e => { if (e.defaultPrevented) prevented.push(e.key) });
		document.getElementById("keys").focus()`, nil)
	c.Press("x")
	c.Press("Enter")
	c.WaitText("#log", "enter")
	for _, k := range []string{"/", "]", ";", "a", ",", "Shift+B"} {
		c.Press(k)
	}
	c.WaitText("#log", "enter"+strings.Repeat(" letter", 6))
	c.WaitFor(`prevented.join() === "/,],;,a,,,B"`)
	c.Press("Control+Enter")
	c.Press("Shift+Enter")
	c.Press("Control+s")
	c.WaitText("#log", "enter"+strings.Repeat(" letter", 6)+" save")
	c.Press("ArrowUp")
	c.is("keys", `"jsUp" in e.dataset`)
	c.Eval(`document.getElementById("bound").focus()`, nil)
	c.Press("Alt+x")
	c.Press("q")
	c.Press("Escape")
	c.WaitText("#log", "enter"+strings.Repeat(" letter", 6)+" save bound bound")
	c.is("modal", "!"+isSeen)
	c.stayed()
}
