package e2e_test

import (
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
)

// plain opens a page of the demo in a browser without JavaScript.
func plain(t *testing.T, path string) *browser.Page {
	t.Helper()
	p := browser.Open(t, "")
	p.Scripts(false)
	p.Goto(demo.at(t, path))
	return p
}

func TestTheCounterWithoutScripts(t *testing.T) {
	t.Parallel()
	p := plain(t, "/counter")
	p.ClickText("button", "Increment")
	p.WaitText("#count", "Count: 1")
	p.ClickText("button", "Increment")
	p.WaitText("#count", "Count: 2")
	if !strings.Contains(p.URL(), "/counter?sideband=") {
		t.Errorf("the page is at %s", p.URL())
	}
	p.Reload()
	p.WaitText("#count", "Count: 2") // nothing was posted again, nor was the browser asked to
	p.Fill("#step", "5")
	p.Press("Enter") // Go is the form's default button
	p.WaitFor(`document.querySelector("#step").getAttribute("value") === "5"`)
	p.ClickText("button", "Decrement")
	p.WaitText("#count", "Count: -3")
	p.Back()
	p.WaitText("#count", "Count: -3") // going back shows the view as it is
	p.ClickText("button", "Reset")
	p.WaitText("#count", "Count: 0")
}

const isLoaded = `document.readyState === "complete"`

func TestTodosWithoutScripts(t *testing.T) {
	t.Parallel()
	p := plain(t, "/todos")
	p.Viewport(390, 844)
	p.Fill("#new-todo", "Milk")
	p.Press("Enter")
	p.WaitText("#left", "1 left")
	p.WaitFor(isLoaded) // else it moves under the mouse
	p.ClickText("button", "Done")
	p.WaitText("#left", "0 left")
	p.WaitFor(isLoaded)
	p.ClickText("button", "Edit")
	p.WaitFor(`document.activeElement?.id === "todo-1-text"`)
	p.Fill("#todo-1-text", "Bread")
	p.ClickText("button", "Save")
	p.WaitText("#todo-1 span", "Bread")
	p.ClickText("button", "Delete")
	p.WaitText("#todos", "")
}

func TestTheTableWithoutScripts(t *testing.T) {
	t.Parallel()
	p := plain(t, "/table")
	p.ClickText("button", "Create 1,000 rows")
	p.WaitFor(`document.querySelectorAll("#rows>tr").length === 1000`)
	p.Click(`#row-7 [aria-label="Select row 7"]`)
	p.WaitText("tr.danger>td", "7")
	p.Click(`#row-3 noscript [aria-label="Remove row 3"]`)
	p.WaitFor(`!document.querySelector("#row-3") && document.querySelectorAll("#rows>tr").length === 999`)
	p.WaitFor(`getComputedStyle(document.querySelector("#row-4 td>button")).display === "none"`)
}

// With scripts a button of views.Button posts by htmx alone, also in a form and by the keyboard.
func TestButtonsThatWorkWithoutScriptsPostOnceWithThem(t *testing.T) {
	t.Parallel()
	p := browser.Open(t, demo.at(t, "/todos"))
	p.WaitFor(`document.querySelector("#sb-form")?.children.length === 1 && !document.querySelector("#sb-form input")`)
	p.Fill("#new-todo", "Milk")
	p.Press("Enter")
	p.WaitText("#left", "1 left")
	p.ClickText("button", "Edit")
	p.WaitFor(`document.activeElement?.id === "todo-1-text"`)
	p.Press("Enter") // submits the form, and not Cancel
	p.WaitFor(`document.activeElement?.id === "todo-1-edit"`)
	p.Press("Enter")
	p.WaitFor(`document.activeElement?.id === "todo-1-text"`)
	p.ClickText("button", "Cancel")
	p.WaitFor(`document.activeElement?.id === "todo-1-edit"`)
	posts := 0
	for _, r := range p.Requests() {
		if r.Method == "POST" {
			posts++
		}
		if strings.Contains(r.URL, "sideband=") && !strings.Contains(r.URL, "sideband=stream") {
			t.Errorf("a page was loaded: %s", r.URL)
		}
	}
	if posts != 5 {
		t.Errorf("%d posts", posts)
	}
	p.WaitFor(`document.querySelectorAll("noscript *").length === 0`)
}

// With scripts a field with a form for browsers without them sends its change once, also for Enter.
func TestAFallbackSendsAChangeOnceWithScripts(t *testing.T) {
	t.Parallel()
	p := browser.Open(t, demo.at(t, "/counter"))
	p.Fill("#step", "7")
	p.Press("Enter")
	p.ClickText("button", "Increment")
	p.WaitText("#count", "Count: 7")
	posts := 0
	for _, r := range p.Requests() {
		if r.Method == "POST" {
			posts++
		}
	}
	if posts != 2 {
		t.Errorf("%d posts", posts)
	}
}
