package e2e_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
)

func openInterop(t *testing.T) *browser.Page {
	t.Helper()
	p := browser.Open(t, demo.at(t, "/client")).Within(patience)
	live(t, p)
	stay(p)
	p.WaitFor(`!!document.querySelector("sales-chart canvas") && document.getElementById("sort").hasAttribute("data-js-ready")`)
	return p
}

// order is the list that is sorted, as the page shows it.
func order(p *browser.Page) (ids string) {
	var list []string
	p.Eval(`[...document.querySelectorAll("#tasks > li[id]")].map(e => e.id.replace("task-", ""))`, &list) // without the copy that is dragged
	return strings.Join(list, " ")
}

func TestTheChartIsFedByTheServerAndTellsOfClicks(t *testing.T) {
	t.Parallel()
	p := openInterop(t)
	const points = `+document.getElementById("chart").dataset.jsPoints`
	p.WaitFor(points + ` >= 30`)
	var before int
	p.Eval(points, &before)
	p.WaitFor(points + ` >= ` + strconv.Itoa(before+2))
	p.Click("sales-chart .u-over")
	p.WaitFor(`document.getElementById("selected").textContent.startsWith("Selected: second ")`)
	p.WaitFor(`/^In second \d+ \d+ were sold\.$/.test(document.querySelector("sales-chart [role=status]").textContent)`)
	var same bool
	p.Eval(`(([at, n], [at2, n2]) => at === at2 && n === n2)(document.getElementById("selected").textContent.match(/\d+/g), document.querySelector("sales-chart [role=status]").textContent.match(/\d+/g))`, &same)
	if !same {
		t.Error("the page and the chart tell of different points")
	}
	// The clock is that of the browser's time zone, and goes on.
	var clock string
	p.Eval(`document.getElementById("now").textContent`, &clock)
	p.WaitFor(`document.getElementById("now").textContent !== ` + quote(clock))
	p.WaitFor(`document.getElementById("now").textContent === new Date(document.getElementById("now").getAttribute("datetime")).toLocaleTimeString([], {timeStyle: "long"})`)
	stayed(t, p)
}

func TestAListIsSortedByDragging(t *testing.T) {
	t.Parallel()
	p := openInterop(t)
	p.Eval(`document.querySelector("#task-bike").mine = true`, nil)
	p.Drag("#task-bike .handle", "#task-call .handle", func() {
		until(t, "the task is over its new place", func() bool { return order(p) == "rent book call bike" })
	})
	until(t, "the drop is taken", func() bool { return order(p) == "rent book call bike" })
	atRest(p)
	// The server knows the order: its own moves start from there.
	p.Click("#task-bike button")
	until(t, "the server moves it", func() bool { return order(p) == "rent book bike call" })
	atRest(p)
	p.AllowErrors("answered 409", "htmx:response:error")
	p.Drag("#task-call .handle", "#task-rent .handle", func() {
		until(t, "the task is over its new place", func() bool { return order(p) == "call rent book bike" })
	})
	p.WaitText("#sb-notice", "The rent comes first.")
	until(t, "a refused drop goes back", func() bool { return order(p) == "rent book bike call" })
	atRest(p)
	p.Click("#task-book button")
	p.WaitText("#sb-notice", "The rent comes first.")
	if got := order(p); got != "rent book bike call" {
		t.Errorf("a refused button leads to %s", got)
	}
	var mine bool
	if p.Eval(`document.querySelector("#task-bike").mine === true`, &mine); !mine {
		t.Error("what was dragged is another node")
	}
	stayed(t, p)
}

// atRest waits until the server has answered and the tasks have come to their places: a click on one that moves meets
// another, and one that is animated cannot be dragged.
func atRest(p *browser.Page) {
	p.WaitFor(`!document.querySelector(".htmx-request")`)
	p.WaitFor(`[...document.querySelectorAll("[id^=task-]")].every(e => getComputedStyle(e).transform === "none" && !e.getAnimations().length)`)
}

func TestTheListsRowsGoAtOnce(t *testing.T) {
	t.Parallel()
	p := openInterop(t)
	p.Click("#item-1 button")
	p.WaitFor(`(row => row && getComputedStyle(row).visibility === "hidden")(document.getElementById("item-1"))`)
	p.WaitCount("#item-1", 0)
	p.AllowErrors("answered 409", "htmx:response:error")
	p.Click("#item-3 button")
	p.WaitFor(`getComputedStyle(document.getElementById("item-3")).visibility === "hidden"`)
	p.WaitText("#sb-notice", "Chewing gum sticks to the list.")
	p.WaitFor(`getComputedStyle(document.getElementById("item-3")).visibility === "visible"`)
	p.Click("#save")
	p.WaitText("#saved", "Saved once")
	p.WaitText("#sb-notice", "")
	stayed(t, p)
}

func TestTheDialogStaysOpenThroughPatches(t *testing.T) {
	t.Parallel()
	p := openInterop(t)
	p.Click("#invite-open")
	focused(t, p, "#invite-name")
	p.Insert("Ann")
	var ticking string
	p.Eval(`document.getElementById("ticking").textContent`, &ticking)
	p.WaitFor(`document.getElementById("ticking").textContent !== ` + quote(ticking))
	p.WaitFor(`document.getElementById("invite").matches(":modal") && document.getElementById("invite-name").value === "Ann"`)
	focused(t, p, "#invite-name")
	p.Press("Escape")
	p.WaitFor(`!document.getElementById("invite").open`)
	focused(t, p, "#invite-open")
	stayed(t, p)
}

// The page fits on phones and on desks, in light and dark.
func TestTheBrowserPageFits(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"light", "dark"} {
		for name, size := range map[string][2]int{"phone": {360, 800}, "desk": {1280, 1000}} {
			p := openInterop(t)
			p.ColorScheme(scheme)
			p.Viewport(size[0], size[1])
			p.WaitFor(`document.documentElement.scrollWidth <= ` + strconv.Itoa(size[0]))
			p.WaitFor(`(w => w > 100 && w <= ` + strconv.Itoa(size[0]) + `)(document.querySelector("sales-chart canvas").getBoundingClientRect().width)`)
			if dir := os.Getenv("SIDEBAND_SCREENSHOTS"); dir != "" {
				p.Screenshot(filepath.Join(dir, "client-"+name+"-"+scheme+".png"))
				p.Eval(`document.getElementById("platform-title").scrollIntoView()`, nil)
				p.Screenshot(filepath.Join(dir, "client-"+name+"-"+scheme+"-below.png"))
				p.Click("#menu-open")
				p.Eval(`document.querySelector(".tipped button").focus({focusVisible: true})`, nil)
				p.Screenshot(filepath.Join(dir, "client-"+name+"-"+scheme+"-menu.png"))
				p.Press("Escape")
				p.Click("#invite-open")
				p.Screenshot(filepath.Join(dir, "client-"+name+"-"+scheme+"-dialog.png"))
			}
			p.Close()
		}
	}
}
