package e2e_test

import (
	"strconv"
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// bench is the page of triggers with what it must have counted.
type bench struct {
	*browser.Page
	t    *testing.T
	want map[string]int
}

// sent waits for one more event of each name and, after another event, checks that none
// came that was not waited for.
func (b *bench) sent(names ...string) {
	b.t.Helper()
	for _, name := range names {
		b.want[name]++
		b.WaitFor(`Number(document.getElementById("sent-` + name + `").textContent) >= ` + strconv.Itoa(b.want[name]))
	}
	// A click by script is none of the triggers, and what is queued goes first.
	b.want["done"]++
	b.Eval(`document.getElementById("done").click()`, nil)
	b.WaitText("#sent-done", strconv.Itoa(b.want["done"]))
	var got map[string]int
	b.Eval(`Object.fromEntries([...document.querySelectorAll("[id^=sent-]")].map(e => [e.id.slice(5), Number(e.textContent)]))`, &got)
	for _, name := range fixture.TriggerNames {
		if got[name] != b.want[name] {
			b.t.Fatalf("after %q: %s was sent %d times, want %d", names, name, got[name], b.want[name])
		}
	}
}

func TestEachTriggerFiresWhenItShould(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := browser.Open(t, s.URL+"/triggers")
	live(t, p)
	b := &bench{p, t, map[string]int{}}
	b.sent()

	// dispatch makes a DOM event on an element, n times in one go.
	dispatch := func(id, event string, n int) {
		t.Helper()
		p.Eval(`(() => { for (let i = 0; i < `+strconv.Itoa(n)+`; i++)
			document.getElementById(`+quote(id)+`).dispatchEvent(new Event(`+quote(event)+`, {bubbles: true})) })()`, nil)
	}

	p.Eval(`document.getElementById("focus").focus()`, nil)
	b.sent("focus")
	p.Eval(`document.getElementById("blur").focus()`, nil)
	b.sent()
	p.Eval(`document.getElementById("blur").blur()`, nil)
	b.sent("blur")

	p.Press("k")
	b.sent("window")
	p.Press("Escape")
	b.sent("window")
	dispatch("other", "copy", 1)
	b.sent("document")

	p.Click("#click")
	b.sent("click", "outside")
	p.Click("#outside")
	b.sent()
	p.Click("#other")
	b.sent("selector", "outside")
	dispatch("dblclick", "dblclick", 1)
	b.sent("dblclick")

	dispatch("debounce", "input", 5)
	b.sent("debounce")
	dispatch("debounce", "input", 5)
	b.sent("debounce")
	dispatch("throttle", "click", 5) // the first at once, the last at the end of the time
	b.sent("throttle", "throttle")
	dispatch("once", "click", 3)
	b.sent("once")
	dispatch("once", "click", 1)
	b.sent()

	p.Eval(`document.getElementById("revealed").scrollIntoView()`, nil)
	b.sent("revealed")
	p.Eval(`scrollTo(0, 0)`, nil)
	p.Eval(`document.getElementById("revealed").scrollIntoView()`, nil)
	b.sent()
}
