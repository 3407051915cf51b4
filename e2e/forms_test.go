package e2e_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// booking is the page of a form whose every field sends events.
type booking struct {
	*browser.Page
	t *testing.T
	s *fixture.Site
}

func openBooking(t *testing.T) *booking {
	t.Helper()
	s := fixture.Serve(t, handlers.Config{})
	s.Gate.Open()
	p := browser.Open(t, s.URL+"/booking")
	live(t, p)
	return &booking{p, t, s}
}

// is waits until a script about the element e is true.
func (b *booking) is(id, script string) {
	b.t.Helper()
	b.WaitFor(`(e => ` + script + `)(document.getElementById(` + quote(id) + `))`)
}

// posts are how many events the page has sent.
func (b *booking) posts() (n int) {
	for _, r := range b.Requests() {
		if r.Method == http.MethodPost {
			n++
		}
	}
	return n
}

// quiet waits until the page has sent all that it will.
func (b *booking) quiet() {
	b.t.Helper()
	n := -1
	until(b.t, "the page sends nothing any more", func() bool {
		before := n
		n = b.posts()
		b.Eval(`new Promise(done => setTimeout(() => done(0), 500))`, nil) // longer than a pause of typing
		return n == before && n == b.posts()
	})
}

func TestTheLastKeystrokeOfAFormIsSent(t *testing.T) {
	t.Parallel()
	b := openBooking(t)
	b.Fill("#trip-name", "An")
	b.WaitText("#heard", "An|||de|north")
	b.s.Gate.Shut()
	b.Press("n")
	check(t, b.s.Gate.Held(t.Context(), 1)) // while the server works on that
	b.Press("a")
	b.Press("x")
	b.Press("Tab")
	b.Fill("#trip-note", "two")
	b.s.Gate.Open()
	b.WaitText("#heard", "Annax|two||de|north")
	b.is("trip-name", `e.value === "Annax"`)
	b.is("trip-note", `e.value === "two" && document.activeElement === e && e.selectionStart === 3`)
}

// The change that a submit has overtaken comes after it, with a number that is used up.
func TestWhatWasTypedJustBeforeASubmitIsPartOfIt(t *testing.T) {
	t.Parallel()
	b := openBooking(t)
	b.Fill("#trip-name", "Ann")
	b.Press("Enter")
	b.WaitText("#booked", "Ann")
	b.is("trip-name", `e.value === "" && document.activeElement === e`)
	b.quiet()
	b.WaitText("#booked", "Ann")
	b.WaitText("#heard", "|||de|north")
	b.is("trip-name", `e.value === "" && document.activeElement === e`)
	b.Fill("#trip-name", "Bob")
	b.Click("#book")
	b.WaitText("#booked", "Ann,Bob")
}

func TestEnterAndClickAtOnceSubmitOnce(t *testing.T) {
	t.Parallel()
	b := openBooking(t)
	b.Fill("#trip-name", "Ann")
	b.WaitText("#heard", "Ann|||de|north")
	b.s.Gate.Shut()
	b.Press("Enter")
	check(t, b.s.Gate.Held(t.Context(), 1))
	b.Eval(`document.getElementById("book").click(), document.getElementById("book").click(), document.getElementById("trip").requestSubmit()`, nil)
	b.s.Gate.Open()
	b.WaitText("#booked", "Ann")
	b.quiet()
	b.WaitText("#booked", "Ann")
	b.is("voucher", `e.matches(":disabled") && e.value === "none"`)
	b.is("book", `!e.disabled`)
	b.is("sb-notice", `e.textContent === ""`)
}

func TestACompositionIsNotDisturbed(t *testing.T) {
	t.Parallel()
	b := openBooking(t)
	b.Eval(`document.getElementById("trip-name").focus()`, nil)
	for i, text := range []string{"に", "にほ", "にほん"} {
		b.Compose(text)
		b.WaitText("#heard", text+"|||de|north") // what is composed is sent, too
		b.is("trip-name", `e.value === `+quote(text)+` && e.selectionStart === `+strconv.Itoa(i+1))
	}
	b.Insert("日本")
	b.WaitText("#heard", "日本|||de|north")
	b.is("trip-name", `e.value === "日本" && e.selectionStart === 2 && document.activeElement === e`)
}

func TestHalfANumberAndHalfADateAreNotDisturbed(t *testing.T) {
	t.Parallel()
	b := openBooking(t)
	for _, half := range []string{"1e", "-", "1."} {
		b.Fill("#trip-seats", half)
		b.quiet()
		b.Press("3")
		b.is("trip-seats", `e.value === `+quote(half+"3")+` && document.activeElement === e`)
		b.quiet()
		b.is("trip-seats", `e.value === `+quote(half+"3"))
	}
	b.Eval(`document.getElementById("trip-day").focus()`, nil)
	parts := []string{"1", "2", "0", "1"}
	for _, key := range parts {
		b.Press(key)
	}
	b.quiet() // the year is not there yet
	for _, key := range []string{"2", "0", "2", "6"} {
		b.Press(key)
	}
	b.is("trip-day", `e.value === "2026-12-01" && document.activeElement === e`)
	b.quiet()
	b.is("trip-day", `e.value === "2026-12-01" && document.activeElement === e`)
}

func TestAFieldThatTheServerChangesIsShownAndOthersStay(t *testing.T) {
	t.Parallel()
	b := openBooking(t)
	b.Select("#trip-region", "west")
	b.WaitText("#heard", "|||de|west")
	b.Fill("#trip-name", "Ann")
	b.Select("#trip-country", "fr")
	b.WaitText("#heard", "Ann|||fr|south")
	b.is("trip-region", `e.value === "south"`)
	b.is("trip-name", `e.value === "Ann"`)
	b.is("trip-country", `e.value === "fr"`)
}

// Case 40. Whatever the browser has kept of the fields, the first event tells the view of all of them.
func TestAReloadedFormAgreesWithItsViewAfterOneEvent(t *testing.T) {
	t.Parallel()
	b := openBooking(t)
	b.Fill("#trip-name", "Ann")
	b.Select("#trip-country", "fr")
	b.WaitText("#heard", "Ann|||fr|south")
	b.Reload()
	live(t, b.Page)
	b.Eval(`document.getElementById("trip-name").value = "Ann, as the browser has kept it"`, nil) // no event says so
	b.Select("#trip-region", "west")
	country := b.Value("#trip-country")
	b.WaitText("#heard", "Ann, as the browser has kept it|||"+country+"|west")
}

// Case 40, with what Chromium itself makes of the fields of a page that is loaded again, or gone back to.
func TestAFormThatTheBrowserFillsInAgreesWithItsViewAfterOneEvent(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(b *booking){
		"reload": func(b *booking) { b.Reload() },
		"back":   func(b *booking) { b.Goto(b.s.URL + "/ledger"); b.Back() },
		"back, from history": func(b *booking) {
			b.Eval(`addEventListener("unload", () => {})`, nil) // keeps the document out of the back/forward cache
			b.Goto(b.s.URL + "/ledger")
			b.Back()
			// What the browser has kept is the page as it was loaded: it has itself loaded again.
			b.WaitFor(`performance.getEntriesByType("navigation")[0].type !== "back_forward"`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := openBooking(t)
			b.Fill("#trip-name", "Eve")
			b.Click("#book") // from now on the form has another number than the page that was loaded
			b.WaitText("#booked", "Eve")
			b.Fill("#trip-name", "Ann")
			b.Fill("#trip-note", "two\nlines")
			b.Select("#trip-country", "fr")
			b.WaitText("#heard", "Ann|two lines||fr|south") // by the server; an event before would still say north
			b.Check("#trip-gift", true)
			b.Fill("#trip-name", "Ann Lee") // what was typed last may not have been sent
			leave(b)
			live(t, b.Page)
			other := map[string]string{"north": "west", "south": "west", "west": "north"}[b.Value("#trip-region")]
			b.Select("#trip-region", other)
			b.WaitFor(`(() => {
				const at = id => document.getElementById("trip-" + id);
				const shown = ["name", "note", "day", "country", "region"].map(id => at(id).value).join("|");
				return document.getElementById("heard").textContent === shown && at("region").value === ` + quote(other) + `;
			})()`)
			b.quiet()
			b.is("trip-region", `e.value === `+quote(other))
			b.is("trip-name", `document.getElementById("heard").textContent.startsWith(e.value + "|")`)
		})
	}
}

// What the answers to earlier events make of a choice whose own event waits.
func TestAChoiceWhoseEventWaitsDoesNotFlicker(t *testing.T) {
	t.Parallel()
	b := openBooking(t)
	b.s.Gate.Shut()
	b.Check("#trip-gift", true)
	check(t, b.s.Gate.Held(t.Context(), 1))
	b.Select("#trip-region", "west")
	b.Check("#trip-gift", false)
	b.Select("#trip-region", "north")
	b.Eval(`(() => {
		window.seen = [];
		const look = () => { seen.push(document.getElementById("trip-region").value + document.getElementById("trip-gift").checked); requestAnimationFrame(look) };
		look();
	})()`, nil)
	b.s.Gate.Open()
	b.WaitFor(`Number(document.getElementById("changes").textContent) >= 4`) // and a field that is left for the first time says so
	b.quiet()
	b.is("trip-region", `e.value === "north" && seen.every(s => s === "northfalse")`)
	b.is("trip-gift", `!e.checked`)
}

func TestAFormKeepsWhatWasTypedWhereMiddlewareRefusesIt(t *testing.T) {
	t.Parallel()
	for _, status := range []int{401, 403, 419, 429, 500, 502} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			b := openBooking(t)
			b.AllowErrors("answered", "htmx:response:error")
			b.Fill("#trip-name", "Ann")
			b.Press("Tab")
			b.WaitText("#heard", "Ann|||de|north")
			b.Fill("#text", "milk")
			stay(b.Page)
			b.s.Guard.Refuse(says(status))
			b.Click("#book")
			if status != http.StatusBadGateway { // a proxy's: the page says that the server can't be reached
				b.is("sb-notice", `e.textContent !== ""`)
			}
			b.Click("#send")
			b.quiet()
			stayed(t, b.Page)
			b.is("trip-name", `e.value === "Ann"`)
			b.is("text", `e.value === "milk"`)
			b.s.Guard.Refuse(nil)
			b.Click("#book")
			b.WaitText("#booked", "Ann")
			b.Click("#send")
			b.WaitText("#messages", "milk//")
		})
	}
}

func TestTwoTabsHaveAFormEach(t *testing.T) {
	t.Parallel()
	b := openBooking(t)
	b.Fill("#trip-name", "Ann")
	b.WaitText("#heard", "Ann|||de|north")
	other := b.NewTab(b.s.URL + "/booking")
	live(t, other)
	other.WaitFor(`document.getElementById("trip-name").value === ""`)
	other.Fill("#trip-name", "Bob")
	other.Press("Enter")
	other.WaitText("#booked", "Bob")
	b.Front()
	live(t, b.Page)
	b.is("trip-name", `e.value === "Ann"`)
	b.Click("#book")
	b.WaitText("#booked", "Ann")
}
