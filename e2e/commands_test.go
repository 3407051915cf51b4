package e2e_test

import (
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
)

// Case 451: the demo's page in Chromium: details that stay open through pushes, a text that is edited in place, the arrow keys
// in a grid, toasts that go by themselves.
func TestTheDemosCommands(t *testing.T) {
	t.Parallel()
	p := browser.Open(t, demo.at(t, "/commands")).Within(patience)
	p.WaitFor(`getComputedStyle(document.querySelector("header")).interactivity === "auto"`) // no dialog is open
	live(t, p)
	stay(p)
	shown := func(id string, want string) {
		t.Helper()
		p.WaitFor(want + `document.getElementById(` + quote(id) + `).checkVisibility({visibilityProperty: true})`)
	}
	shown("details", "!")
	p.Click("#details-open")
	shown("details", "")
	p.WaitFor(`document.activeElement.id === "details-close" && document.activeElement.ariaExpanded === "true"`)
	p.Click("#tell")
	shown("toast-1", "")
	var before string
	p.Eval(`window.was = document.getElementById("details").textContent`, &before)
	p.WaitFor(`document.getElementById("details").textContent !== was`)
	shown("details", "")
	shown("details-close", "")
	shown("details-open", "!")
	p.Click("#details-close")
	shown("details", "!")
	p.WaitFor(`document.activeElement.id === "details-open" && document.activeElement.ariaExpanded === "false"`)
	shown("details-close", "!")

	p.Eval(`document.getElementById("name").dispatchEvent(new MouseEvent("dblclick", {bubbles: true}))`, nil)
	p.WaitFor(`document.activeElement.id === "name-field-0" && document.activeElement.selectionEnd > 5`)
	p.Press("q")
	p.Press("Escape")
	shown("name", "")
	shown("name-field-0", "!")
	p.WaitText("#name", "Double-click me")
	p.Press("Enter")
	shown("name-field-0", "")
	p.Press("n")
	p.Press("Enter")
	p.WaitText("#name", "n")
	shown("name", "")
	p.Click("#name-edit")
	p.Fill("#name-field-1", "nonsense")
	p.Press("Escape")
	p.Click("#name-edit")
	shown("name-field-1", "")
	p.WaitFor(`document.getElementById("name-field-1").value === "n"`)
	p.Press("Escape")
	shown("name", "")

	p.Eval(`document.querySelector("#grid td").focus()`, nil)
	for _, k := range []string{"ArrowDown", "ArrowDown", "ArrowRight", "ArrowUp"} {
		p.Press(k)
	}
	p.WaitFor(`document.activeElement.textContent === "4"`)
	p.Press("Enter")
	p.WaitText("#chosen", "Row 1 is chosen.")
	p.WaitFor(`!document.getElementById("toast-1")`)
	stayed(t, p)
}
