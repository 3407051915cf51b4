package e2e_test

import (
	"strings"
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// openFilled opens the page of the form with all components.
func openFilled(t *testing.T) (*browser.Page, *fixture.Site) {
	t.Helper()
	s := fixture.Serve(t, handlers.Config{})
	s.Gate.Open()
	p := browser.Open(t, s.URL+"/filled")
	live(t, p)
	return p, s
}

// announced waits until what a screen reader finds in an element has a line, see browser.Page.Accessible.
func announced(t *testing.T, p *browser.Page, selector, line string) {
	t.Helper()
	var tree string
	if !within(func() bool {
		tree = p.Accessible(selector)
		for l := range strings.Lines(tree) {
			if strings.TrimSpace(l) == line {
				return true
			}
		}
		return false
	}) {
		t.Fatalf("a screen reader does not find %s in\n%s", line, tree)
	}
}

// focused waits until an element that matches has the focus.
func focused(t *testing.T, p *browser.Page, selector string) {
	t.Helper()
	var saw string
	if !within(func() bool {
		p.Eval("(e => e.matches("+quote(selector)+") ? '' : e.outerHTML)(document.activeElement)", &saw)
		return saw == ""
	}) {
		t.Fatalf("%s does not get the focus, but %s", selector, saw)
	}
}

// typed presses a key for each letter.
func typed(p *browser.Page, text string) {
	for _, c := range text {
		p.Press(string(c))
	}
}

// Case 130.
func TestAScreenReaderFindsNamesStatesAndErrorsOfAForm(t *testing.T) {
	t.Parallel()
	p, _ := openFilled(t)
	for _, line := range []string{
		`textbox "Name" required=true`,
		`textbox "E-mail" required=true`,
		`textbox "Password" required=true`,
		`textbox "Age"`,
		`Date "Born"`,
		`combobox "Country" value="Choose"`,
		`group "Europe"`,
		`radiogroup "Plan" required=true`,
		`radio "Paid"`,
		`group "Days"`,
		`checkbox "Tuesday"`,
		`checkbox "Newsletter"`,
		`textbox "About you"`,
		`ColorWell "Colour" value="#336699"`,
		`button "Save"`,
	} {
		announced(t, p, "#signup", line)
	}
	if tree := p.Accessible("#signup"); strings.Contains(tree, "invalid=true") {
		t.Errorf("before anything was typed a screen reader hears of errors:\n%s", tree)
	}
	// Where nothing is wrong there is a place that speaks.
	announced(t, p, "#signup-email--field", "generic live=polite")

	p.Eval(`document.getElementById("signup-email").focus()`, nil)
	p.Press("Tab")
	announced(t, p, "#signup", `textbox "E-mail" description="can't be blank" invalid=true required=true`)
	announced(t, p, "#signup-email--errors", `StaticText "can't be blank"`)
	p.Click("#save")
	announced(t, p, "#signup", `group "Please correct this:" focused=true`)
	announced(t, p, "#signup", "alert live=assertive")
	announced(t, p, "#signup", `link "Plan: can't be blank"`)
	announced(t, p, "#signup", `radiogroup "Plan" description="can't be blank" invalid=true required=true`)
	announced(t, p, "#signup", `combobox "Country" value="Choose" description="can't be blank" invalid=true`)
}

// Case 135: pressing the mouse leaves a field, whose error moves what is pressed before the mouse goes up.
func TestAClickIsNotLostWhenAnErrorMovesItsButton(t *testing.T) {
	t.Parallel()
	p, _ := openFilled(t)
	top := func(selector string) (y float64) {
		p.Eval("document.querySelector("+quote(selector)+").getBoundingClientRect().y", &y)
		return y
	}
	moved := func(field, pressed string) func() {
		p.Eval("document.getElementById("+quote(field)+").focus()", nil)
		before := top(pressed)
		return func() {
			p.WaitText("#"+field+"--errors", "can't be blank")
			if top(pressed) == before {
				t.Errorf("the error of %s does not move %s", field, pressed)
			}
		}
	}
	p.ClickSlowly("#signup-news", moved("signup-name", "#signup-news"))
	p.WaitFor(`document.getElementById("signup-news").checked`)
	p.ClickSlowly("[value='add nicknames']", moved("signup-email", "[value='add nicknames']"))
	p.WaitCount(".row", 1)
	focused(t, p, "#signup-nicknames-0-text")
	p.Eval(`document.getElementById("below").addEventListener("click", () => window.below = true)`, nil)
	p.ClickSlowly("#below", moved("signup-country", "#below"))
	p.WaitFor(`window.below`)
	p.Eval(`document.getElementById("signup-password").focus()`, nil)
	p.WaitText("#signup-nicknames-0-text--errors", "can't be blank") // which moves the button before it is pressed
	p.ClickSlowly("#save", moved("signup-password", "#save"))
	focused(t, p, ".sb-summary")
}

// Case 131.
func TestAFormIsFilledInByKeyboardAlone(t *testing.T) {
	t.Parallel()
	p, _ := openFilled(t)
	p.Eval(`document.getElementById("signup-name").focus()`, nil)
	p.Press("Enter") // presses the form's first button, which is no row's
	focused(t, p, ".sb-summary")
	p.WaitCount(".row", 0)
	p.Press("Tab")
	focused(t, p, `a[href="#signup-name"]`)
	p.Press("Enter")
	focused(t, p, "#signup-name")
	for _, text := range []string{"Ann", "ann@example.org", "a long password", "41"} {
		typed(p, text)
		p.Press("Tab")
	}
	for _, text := range []string{"01", "31", "1985"} {
		typed(p, text)
	}
	for range 3 { // past the button of the calendar, if it takes the focus
		if p.Press("Tab"); p.Count("#signup-country:focus") == 1 {
			break
		}
	}
	focused(t, p, "#signup-country")
	if v := p.Value("#signup-born"); v != "1985-01-31" {
		t.Errorf("the day is %q", v)
	}
	typed(p, "Ger")
	p.Press("Tab")
	p.Press("ArrowDown")
	p.WaitFor(`document.getElementById("signup-plan--1").checked || document.getElementById("signup-plan--0").checked`)
	p.Press("Tab")
	focused(t, p, "#signup-days--0")
	p.Press("Space")
	p.Press("Enter")
	p.WaitText(".sb-flash p span", "Welcome, Ann")
	p.WaitCount(".sb-summary", 0)
}

// Case 130.
func TestASummaryLeadsToEachField(t *testing.T) {
	t.Parallel()
	p, _ := openFilled(t)
	p.Click("#save")
	focused(t, p, ".sb-summary")
	for href, field := range map[string]string{
		"#signup-age": "#signup-age", "#signup-country": "#signup-country", "#signup-plan": "fieldset#signup-plan",
	} {
		p.Click(`a[href="` + href + `"]`)
		focused(t, p, field)
	}
	stay(p)
	// What was put right leaves the summary, which does not take the focus again.
	p.Fill("#signup-name", "Ann")
	p.WaitCount(`a[href="#signup-name"]`, 0)
	focused(t, p, "#signup-name")
	p.Click("#save")
	focused(t, p, ".sb-summary")
	stayed(t, p)
}

// Case 132.
func TestASubmitButtonIsBusyWhileItsFormIsSubmitted(t *testing.T) {
	t.Parallel()
	p, s := openFilled(t)
	p.Fill("#signup-name", "Ann")
	p.Fill("#signup-email", "ann@example.org")
	p.Fill("#signup-password", "a long password")
	p.Fill("#signup-age", "41")
	p.Select("#signup-country", "Germany")
	p.Click("#signup-plan--0")
	s.Gate.Shut()
	p.Click("#save")
	announced(t, p, "#signup", `button "Saving…" focused=true`)
	p.Click("#save") // taken once
	s.Gate.Open()
	p.WaitText(".sb-flash p span", "Welcome, Ann")
	p.WaitCount(".sb-flash p", 1)
	announced(t, p, "#signup", `button "Save" focused=true`)
	announced(t, p, "#closed", `textbox "Voucher" disabled=true`)
	if n := p.Count("#signup [disabled]"); n != 1 {
		t.Errorf("%d elements are disabled", n)
	}
}
