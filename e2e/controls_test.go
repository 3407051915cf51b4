package e2e_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// desk is the page of controls with a count of its events.
type desk struct {
	*browser.Page
	t    *testing.T
	seen int
}

func openControls(t *testing.T) (*desk, *fixture.Site) {
	t.Helper()
	s := fixture.Serve(t, handlers.Config{})
	s.Gate.Open()
	p := browser.Open(t, s.URL+"/controls?as=ann")
	live(t, p)
	return &desk{p, t, 0}, s
}

// event waits until the page shows that one more event has been handled.
func (d *desk) event() {
	d.t.Helper()
	d.seen++
	d.WaitText("#seen", strconv.Itoa(d.seen))
}

// is waits until a script about the element e is true.
func (d *desk) is(id, script string) {
	d.t.Helper()
	d.WaitFor(`(e => ` + script + `)(document.getElementById(` + quote(id) + `))`)
}

func TestABoxThatTheServerRefusesStaysUnchecked(t *testing.T) {
	t.Parallel()
	d, _ := openControls(t)
	for range 3 {
		d.Click("#refused")
		d.event()
		d.is("refused", "!e.checked")
	}
	d.Check("#allowed", true)
	d.event()
	d.is("allowed", "e.checked")
	d.Check("#allowed", false)
	d.event()
	d.is("allowed", "!e.checked")
	d.is("refused", "!e.checked")
}

func TestAFieldThatTheServerClearsIsEmpty(t *testing.T) {
	t.Parallel()
	d, _ := openControls(t)
	for i, text := range []string{"milk", "bread", "milk"} {
		d.Fill("#todo", text)
		d.Press("Enter")
		d.event()
		d.is("todo", `e.value === ""`)
		d.WaitCount("#todos>li", i+1)
		d.is("todo", `document.activeElement === e`)
	}
	d.WaitText("#todos", "milkbreadmilk")
}

func TestAChoiceThatTheServerRefusesIsSetBack(t *testing.T) {
	t.Parallel()
	d, _ := openControls(t)
	for range 2 {
		d.Select("#size", "l")
		d.event()
		d.is("size", `e.value === "m"`)
	}
	d.Select("#size", "s")
	d.event()
	d.is("size", `e.value === "s"`)
	d.Select("#size", "l")
	d.event()
	d.is("size", `e.value === "s"`)
}

func TestANumberThatTheServerCorrectsIsTheCorrectOne(t *testing.T) {
	t.Parallel()
	d, _ := openControls(t)
	for _, c := range []struct{ entered, shown string }{{"50", "10"}, {"50", "10"}, {"-1", "1"}, {"007", "7"}} {
		d.Fill("#amount", c.entered)
		d.Press("Tab")
		d.event()
		d.is("amount", `e.value === `+quote(c.shown))
	}
}

func TestWhatCanNotBeReadGoesBackToWhatTheServerHas(t *testing.T) {
	t.Parallel()
	d, _ := openControls(t)
	d.AllowErrors("answered 400", "htmx:response:error")
	for _, entered := range []string{"", "1.5", "1e9", ""} {
		d.Fill("#amount", entered)
		d.Press("Tab")
		d.WaitText("#sb-notice", "That value could not be read.")
		d.is("amount", `e.value === "5"`)
		d.Click("#allowed")
		d.event()
		d.WaitText("#sb-notice", "")
	}
}

func TestWhatIsBeingTypedIsNotOverwritten(t *testing.T) {
	t.Parallel()
	d, s := openControls(t)
	s.Gate.Shut()
	d.Fill("#search", "b")                // one letter: between two, its event may be sent
	check(t, s.Gate.Held(t.Context(), 1)) // the server works on "b", and would have it in capitals
	d.Press("c")
	watchText(d.Page, "#found")
	s.Gate.Open()
	d.WaitText("#found", "BC")
	if got := watched(d.Page); !slices.Equal(got, []string{"B", "BC"}) {
		t.Errorf("what was found is %q, one after the other", got)
	}
	d.is("search", `document.activeElement === e`)
	d.is("search", `e.value === "bc" && e.selectionStart === 2`)
	d.Press("d")
	d.WaitText("#found", "BCD")
	d.is("search", `e.value === "bcd"`)
}

func TestAPushDoesNotOverwriteWhatIsBeingTyped(t *testing.T) {
	t.Parallel()
	d, s := openControls(t)
	d.Fill("#todo", "half a tho")
	check(t, fixture.Enter(s.Visits.Ref("ann"), 8))
	d.is("amount", `e.value === "8"`) // an untouched control shows the new value
	d.is("todo", `e.value === "half a tho" && document.activeElement === e`)
	d.Press("x")
	d.is("todo", `e.value === "half a thox"`)
}

func TestAFormFollowsTheServerInFieldsThatTheUserDidNotTouch(t *testing.T) {
	t.Parallel()
	d, _ := openControls(t)
	d.Fill("#city", "Bremen")
	d.Press("Tab")
	d.event()
	d.WaitText("#address", "de: Bremen")
	d.Select("#country", "fr")
	d.event()
	d.WaitText("#address", "fr:")
	d.is("city", `e.value === ""`)
	d.is("country", `e.value === "fr"`)
	d.Fill("#city", "Bremen")
	d.Press("Tab")
	d.event()
	d.WaitText("#address", "fr: Bremen")
	d.is("city", `e.value === "Bremen"`)
}

func TestARadioButtonThatTheServerRefusesIsSetBack(t *testing.T) {
	t.Parallel()
	d, _ := openControls(t)
	for range 2 {
		d.Click("#colour-blue")
		d.event()
		d.is("colour-red", `e.checked`)
		d.is("colour-blue", `!e.checked`)
	}
	d.Click("#colour-green")
	d.event()
	d.is("colour-green", `e.checked`)
	d.Click("#colour-blue")
	d.event()
	d.is("colour-green", `e.checked`)
	d.is("colour-blue", `!e.checked`)
}

func TestATypedFieldShowsTheServersTextOnceTheUserHasLeftIt(t *testing.T) {
	t.Parallel()
	d, _ := openControls(t)
	d.Fill("#search", "abcd")
	d.WaitText("#found", "ABCD")
	d.is("search", `e.value === "abcd"`)
	d.Press("Tab")
	d.is("search", `e.value === "ABCD"`)
}
