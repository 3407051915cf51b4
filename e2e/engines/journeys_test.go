package engines_test

import (
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/sideband-go/sideband/internal/engines"
)

func listen(address string) (net.Listener, error) { return net.Listen("tcp", address) }

func TestPagesWorkInOtherEngines(t *testing.T) {
	each(t, func(t *testing.T, b engines.Browser) {
		d := run(t)
		t.Run("events", func(t *testing.T) { countUp(t, d, b) })
		t.Run("typing", func(t *testing.T) { enterTodos(t, d, b) })
		t.Run("pushes", func(t *testing.T) { talk(t, d, b) })
		t.Run("rows", func(t *testing.T) { fillTable(t, d, b) })
		t.Run("forms", func(t *testing.T) { addUser(t, d, b) })
		t.Run("elements of scripts", func(t *testing.T) { useElements(t, d, b) })
		t.Run("commands", func(t *testing.T) { command(t, d, b) })
		t.Run("navigation", func(t *testing.T) { browse(t, d, b) })
		t.Run("restart", func(t *testing.T) { restart(t, d, b) })
	})
}

func countUp(t *testing.T, d *demo, b engines.Browser) {
	p := d.with(t).open(b, "/counter")
	for i := range 3 {
		p.ClickText("button", "Increment")
		p.WaitText("#count", fmt.Sprintf("Count: %d", i+1))
	}
	p.Fill("#step", "10")
	p.Press("Tab")
	p.ClickText("button", "Increment")
	p.WaitText("#count", "Count: 13")
	stayed(t, p)
}

func enterTodos(t *testing.T, d *demo, b engines.Browser) {
	p := d.with(t).open(b, "/todos")
	for i, text := range []string{"Milk", "Bread"} {
		p.Fill("#new-todo", text)
		p.Press("Enter")
		p.WaitText("#left", fmt.Sprintf("%d left", i+1))
		p.WaitFor(`document.activeElement.id === "new-todo" && document.activeElement.value === ""`)
	}
	p.Click("#todo-1-done")
	p.WaitText("#left", "1 left")
	p.ClickText("button", "Mark all complete")
	p.WaitText("#left", "0 left")
	p.WaitFor(`[1, 2].every(n => document.getElementById("todo-" + n + "-done").checked)`)
	p.Click("#todo-2-done")
	p.WaitText("#left", "1 left")
	stayed(t, p)
}

func useElements(t *testing.T, d *demo, b engines.Browser) {
	p := d.with(t).open(b, "/client")
	p.WaitFor(`document.getElementById("chart").xs?.length >= 31`) // pushed, one by one
	if strings.Contains(t.Name(), "WebKit") {
		// uPlot 1.6.32 does not start there: its module meets a constant of its own before that has a value.
		p.Eval(`document.getElementById("chart").select(20)`, nil)
		p.AllowErrors("Cannot access uninitialized variable")
	} else {
		p.Click("sales-chart .u-over")
	}
	p.WaitFor(`/^In second \d+ \d+ were sold\.$/.test(document.querySelector("sales-chart [role=status]").textContent)`)
	p.WaitFor(`document.getElementById("selected").textContent.startsWith("Selected: second ")`)
	p.WaitFor(`document.getElementById("now").textContent === new Date(document.getElementById("now").getAttribute("datetime")).toLocaleTimeString([], {timeStyle: "long"})`)
	p.Click("#task-book button")
	p.WaitFor(`[...document.querySelectorAll("#tasks > li")].map(e => e.id).join() === "task-rent,task-book,task-bike,task-call"`)
	p.Click("#item-1 button")
	p.WaitFor(`(row => row && getComputedStyle(row).visibility === "hidden")(document.getElementById("item-1"))`)
	p.WaitCount("#item-1", 0)
	p.ClickText("button", "Save")
	p.WaitFor(`getComputedStyle(document.querySelector("#save .sb-busy"), "::after").visibility === "visible"`)
	p.WaitText("#saved", "Saved once")
	p.Click("#menu-open")
	p.WaitFor(`document.getElementById("menu").matches(":popover-open")`)
	p.Press("Escape")
	p.Click(`label[for="about-tabs-1"]`)
	p.WaitFor(`document.getElementById("about-tabs-panel-1").checkVisibility()`)
	stayed(t, p)
}

// command uses what the browser does by itself, under a policy that runs no script but those with a nonce.
func command(t *testing.T, d *demo, b engines.Browser) {
	p := d.with(t).open(b, "/commands")
	shown := func(selector string) {
		t.Helper()
		p.WaitFor(fmt.Sprintf("document.querySelector(%q)?.checkVisibility({visibilityProperty: true})", selector))
	}
	hidden := func(selector string) {
		t.Helper()
		p.WaitFor(fmt.Sprintf("!document.querySelector(%q)?.checkVisibility({visibilityProperty: true})", selector))
	}
	p.Eval(`(window.refused = [], document.addEventListener("securitypolicyviolation", e => refused.push(e.violatedDirective)), null)`, nil)

	// What goes by itself may be gone when the next command of the driver looks: the page notes what it shows.
	p.Eval(`(window.passed = new Set(), new MutationObserver(() => {
		for (const e of document.querySelectorAll("#copied, #toast-1")) if (e.checkVisibility({visibilityProperty: true})) passed.add(e.id);
	}).observe(document, {subtree: true, childList: true, attributes: true}), null)`, nil)
	copies := b.Name() == "Firefox" // a WebKit that is driven need not let it
	if p.Click("#copy"); copies {
		p.WaitFor(`passed.has("copied")`)
	}
	p.Click("#tell")
	p.WaitFor(`passed.has("toast-1")`)
	p.Click("#details-open")
	shown("#details")
	p.WaitFor(`document.activeElement.id === "details-close" && document.activeElement.ariaExpanded === "true"`)
	p.Eval(`(window.was = document.getElementById("details").textContent, null)`, nil)
	p.WaitFor(`document.getElementById("details").textContent !== was`)
	shown("#details")
	hidden("#details-open")

	p.DoubleClick("#name")
	shown(".field")
	hidden("#name")
	p.WaitFor(`(e => e.matches(".field") && e.selectionStart === 0 && e.selectionEnd === e.value.length)(document.activeElement)`)
	p.Press("q")
	p.Press("Escape")
	hidden(".field")
	p.WaitText("#name", "Double-click me")
	p.WaitFor(`document.activeElement.id === "name-edit"`)
	p.Press("Enter")
	shown(".field")
	want := "n"
	if p.Press("n"); copies { // in place of the text, which is selected
		p.Press("Control+v")
		want += p.Text("code")
	}
	p.Press("Enter")
	hidden(".field")
	p.WaitText("#name", want)

	p.Eval(`(document.querySelector("#grid td").focus(), null)`, nil)
	for _, k := range []string{"ArrowDown", "ArrowDown", "ArrowRight", "ArrowUp"} {
		p.Press(k)
	}
	p.WaitFor(`document.activeElement.textContent === "4"`)
	p.Press("Enter")
	p.WaitText("#chosen", "Row 1 is chosen.")
	p.WaitCount("#toast-1", 0) // it has gone by itself
	p.WaitFor(`refused.length === 0`)
	stayed(t, p)
}

func talk(t *testing.T, d *demo, b engines.Browser) {
	p := d.with(t).open(b, "/chat/engines")
	p.Fill("[name=text]", "before")
	other := p.NewTab(d.URL + "/chat/engines")
	other.WaitLive(connected)
	other.Fill("[name=text]", "hello")
	other.Press("Enter")
	other.WaitFor(`document.getElementById("messages").textContent.includes("hello")`)
	p.ToFront() // it may have been hidden
	p.WaitFor(`document.getElementById("messages").textContent.includes("hello")`)
	p.WaitFor(`document.querySelector("[name=text]").value === "before"`) // what is typed stays
	stayed(t, p)
}

func fillTable(t *testing.T, d *demo, b engines.Browser) {
	p := d.with(t).open(b, "/table")
	p.ClickText("button", "Create 1,000 rows")
	p.WaitCount("#rows>tr", 1000)
	p.Eval(`(document.querySelector("#rows>tr:nth-child(2)").mark = true, null)`, nil)
	p.ClickText("button", "Swap rows")
	p.WaitFor(`document.querySelector("#rows>tr:nth-child(999)").mark`) // it is the element that was moved
	p.ClickText("button", "Clear")
	p.WaitCount("#rows>tr", 0)
	stayed(t, p)
}

func addUser(t *testing.T, d *demo, b engines.Browser) {
	p := d.with(t).open(b, "/users/new")
	p.Fill("#user-name", "Kim Keys")
	p.Press("Tab")
	p.Fill("#user-email", "kim")
	p.Press("Tab")
	p.WaitText("#user-email--errors", "must have the @ sign, a domain and no spaces")
	p.Fill("#user-email", "kim-"+b.Name()+"@example.org")
	p.Press("Tab")
	p.WaitText("#user-email--errors", "")
	p.Fill("#user-password", "all by keyboard")
	p.Fill("#user-age", "40")
	p.Press("Tab")
	choose(p, "user-country", "J")
	p.WaitFor(`document.getElementById("user-region").textContent.includes("Kyoto")`)
	choose(p, "user-region", "K")
	p.Fill(`[name$=".street"]`, "Long Lane 1")
	p.Fill(`[name$=".city"]`, "Leeds")
	p.Press("Enter")
	p.WaitText("h1", "Users")
	p.WaitFor(`document.querySelector(".sb-flash span")`)
}

// choose chooses the option of a list that begins with a letter.
func choose(p *engines.Tab, id, letter string) {
	p.Eval(fmt.Sprintf("(document.getElementById(%q).focus(), null)", id), nil)
	p.Press(letter)
	p.Press("Tab")
	p.WaitFor(fmt.Sprintf("document.getElementById(%q).value.startsWith(%q)", id, letter))
}

func browse(t *testing.T, d *demo, b engines.Browser) {
	p := d.with(t).open(b, "/products")
	at := func(address, found string) {
		t.Helper()
		p.WaitFor("location.href === " + fmt.Sprintf("%q", d.URL+address))
		p.WaitText("#found", found)
	}
	at("/products", "1 to 20 of 10000 products")
	p.Fill("#search-text", "kettle")
	at("/products?q=kettle", "1 to 20 of 200 products")
	p.Click("#sort-price")
	at("/products?q=kettle&sort=price", "1 to 20 of 200 products")
	p.Click("#next")
	at("/products?q=kettle&sort=price&page=2", "21 to 40 of 200 products")
	p.Eval("(history.back(), null)", nil)
	at("/products?q=kettle&sort=price", "1 to 20 of 200 products")
	p.Eval("(history.go(-2), null)", nil)
	at("/products", "1 to 20 of 10000 products")
	p.Eval("(history.forward(), null)", nil)
	at("/products?q=kettle", "1 to 20 of 200 products")
	p.WaitFor(`document.getElementById("search-text").value === "kettle"`)
	stayed(t, p)
}

func restart(t *testing.T, d *demo, b engines.Browser) {
	p := d.with(t).open(b, "/chat/restart")
	p.Fill("[name=text]", "typed before")
	d.restart(syscall.SIGKILL)
	p.WaitLive(connected)
	p.WaitFor(`document.querySelector("[name=text]").value === "typed before"`)
	p.Press("Enter")
	p.WaitFor(`document.getElementById("messages").textContent.includes("typed before")`)
	stayed(t, p)
}

// with returns the demo for a part of the test.
func (d *demo) with(t *testing.T) *demo { return &demo{t: t, URL: d.URL} }
