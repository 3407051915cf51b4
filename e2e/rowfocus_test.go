package e2e_test

import (
	"net/http"
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// tour is the page of a form with rows.
type tour struct {
	*browser.Page
	t *testing.T
	s *fixture.Site
}

func openTour(t *testing.T) tour {
	t.Helper()
	s := fixture.Serve(t, handlers.Config{})
	s.Gate.Open()
	p := browser.Open(t, s.URL+"/tour")
	live(t, p)
	return tour{p, t, s}
}

// places waits until a list shows these, in this order.
func (p tour) places(list, want string) {
	p.t.Helper()
	p.WaitFor(`[...document.querySelectorAll("#` + list + ` [name$='.place']")].map(e => e.value).join() === ` + quote(want))
}

// to gives the focus to an element, as somebody does with the Tab key.
func (p tour) to(selector string) {
	p.t.Helper()
	p.Eval(`document.querySelector(`+quote(selector)+`).focus()`, nil)
	focused(p.t, p.Page, selector)
}

// Case 136.
func TestRowsAreWorkedByKeyboard(t *testing.T) {
	t.Parallel()
	for _, list := range []string{"stops", "guests"} { // with an element around each row, and without
		t.Run(list, func(t *testing.T) {
			t.Parallel()
			p := openTour(t)
			at := func(key, what string) string { return `[id^="tour-` + list + `-` + key + `--` + what + `"]` }
			press := func(want, selector string) {
				t.Helper()
				p.Press("Enter")
				p.places(list, want)
				focused(t, p.Page, selector)
			}
			field := `#tour-` + list + `-3-place`
			p.to(`#tour-` + list + `--add`)
			press("a,b,c,", field)
			typed(p.Page, "d")
			p.to(at("3", "up"))
			press("a,b,d,c", at("3", "up"))
			press("a,d,b,c", at("3", "up"))
			press("d,a,b,c", at("3", "down")) // the button that was pressed is disabled
			press("a,d,b,c", at("3", "down"))
			p.to(at("0", "remove"))
			press("d,b,c", at("3", "remove"))
			press("b,c", at("1", "remove"))
			p.to(at("2", "up"))
			press("c,b", at("2", "down"))
			press("b,c", at("2", "up"))
			p.to(at("2", "remove"))
			press("b", at("1", "remove"))
			press("", `[id^="tour-`+list+`--add"]`)
			press("", `#tour-`+list+`-4-place`)
			// Whatever changes in the list, what was new once does not take the focus again.
			p.to("#tour-name")
			typed(p.Page, "!")
			p.WaitFor(`!document.querySelector("[autofocus]")`)
		})
	}
}

// Case 137.
func TestAnAddedRowIsNoSubmit(t *testing.T) {
	t.Parallel()
	p := openTour(t)
	p.Fill("#tour-stops-0-note", "just typed") // and not sent yet
	p.Click("#tour-stops--add")
	p.places("stops", "a,b,c,")
	focused(t, p.Page, "#tour-stops-3-place")
	if got := p.Value("#tour-stops-0-note"); got != "just typed" {
		t.Errorf("the note is %q", got)
	}
	p.WaitText("#heard", "a,b,c,")
	p.to("#tour-stops--add") // which leaves a field for the first time
	p.WaitFor(`!document.querySelector(".htmx-request")`)
	p.s.Gate.Shut()
	p.Press("Enter")
	check(t, p.s.Gate.Held(t.Context(), 1))
	p.WaitFor(`document.getElementById("tour-stops--add").classList.contains("htmx-request")`)
	if busy := p.Count("form.htmx-request"); busy > 0 {
		t.Error("the form is submitted")
	}
	announced(t, p.Page, "#tour", `button "Save"`)
	p.s.Gate.Open()
	p.places("stops", "a,b,c,,")
	p.WaitText("#heard", "a,b,c,,")
}

// Case 136.
func TestRowsAreWorkedByKeyboardWithoutScripts(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	s.Gate.Open()
	page := browser.Open(t, "")
	page.Scripts(false)
	page.Goto(s.URL + "/tour")
	p := tour{page, t, s}
	press := func(want, selector string) {
		t.Helper()
		p.Press("Enter")
		p.places("guests", want)
		focused(t, page, selector)
		var seen bool
		p.Eval(`(r => r.top >= 0 && r.bottom <= innerHeight)(document.activeElement.getBoundingClientRect())`, &seen)
		if !seen {
			t.Errorf("%s is not in view", selector)
		}
	}
	page.Viewport(400, 300)
	p.to("#tour-guests--add")
	press("a,b,c,", "#tour-guests-3-place")
	typed(page, "d")
	p.to("#tour-guests-3--up")
	press("a,b,d,c", "#tour-guests-3--up")
	press("a,d,b,c", "#tour-guests-3--up")
	press("d,a,b,c", `[id^="tour-guests-3--down"]`)
	p.to("#tour-guests-1--remove")
	press("d,a,c", `[id^="tour-guests-2--remove"]`)
	p.to("#tour-stops-0--down")
	p.Press("Enter")
	p.places("stops", "b,a,c")
	page.WaitText("#heard", "b,a,c")
}

// sent is how many events the page has sent.
func (p tour) sent() (n int) {
	for _, r := range p.Requests() {
		if r.Method == http.MethodPost {
			n++
		}
	}
	return n
}

// Case 138.
func TestAFieldThatIsLeftIsSentOnce(t *testing.T) {
	t.Parallel()
	p := openTour(t)
	add := func(what, want string, sent int) { // an event that is sent after all others
		t.Helper()
		before := p.Count("#stops [name$='.place']")
		p.to("#tour-stops--add")
		p.Press("Enter")
		p.WaitCount("#stops [name$='.place']", before+1)
		p.WaitText("#heard", want)
		if got := p.sent(); got != sent+1 {
			t.Errorf("%s: %d events were sent, want %d", what, got-1, sent)
		}
	}
	p.to("#tour-stops-0-place")
	typed(p.Page, "x")
	p.WaitText("#heard", "xa,b,c")
	add("typed, and left after a pause", "xa,b,c,", 2)
	p.to("#tour-stops-1-place") // a new row's field is left as it is, for the first time
	// The field is left while the event of typing waits, however slow the machine is.
	p.Eval(`document.addEventListener("input", () => document.querySelector("#tour-stops--add").focus(), {once: true})`, nil)
	typed(p.Page, "y")
	add("typed and left at once", "xa,yb,c,,", 5)
	p.to("#tour-stops-1-place")
	add("left as it is, for the first time and again", "xa,yb,c,,,", 7)
	p.Eval(`document.getElementById("tour-name").select()`, nil)
	p.to("#tour-name")
	p.Press("Delete")
	p.to("#tour-stops--add")
	p.WaitText("#tour-name--errors", "can't be blank")
}
