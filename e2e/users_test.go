package e2e_test

import (
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
)

// userForm is the demo's page with the form of a user.
type userForm struct{ *browser.Page }

func openUser(t *testing.T, path string) userForm {
	t.Helper()
	p := browser.Open(t, demo.at(t, path)).Within(patience)
	live(t, p)
	return userForm{p}
}

// focused waits until the element with the id has the focus.
func (p userForm) focused(id string) {
	p.WaitFor(`document.activeElement.id === ` + quote(id))
}

// enter types a text into what has the focus, key by key, and goes on to the next.
func (p userForm) enter(id, text string) {
	p.focused(id)
	for _, key := range text {
		p.Press(string(key))
	}
	p.Press("Tab")
}

// streets waits until the form has addresses with these streets.
func (p userForm) streets(want ...string) {
	p.WaitFor(`[...document.querySelectorAll('[name$=".street"]')].map(e => e.value).join("|") === ` + quote(strings.Join(want, "|")))
}

// saved waits until the list says so.
func (p userForm) saved(flash string) {
	p.WaitText("h1", "Users")
	p.WaitText(".sb-flash span", flash)
}

func TestAUserIsAddedByKeyboardAlone(t *testing.T) {
	t.Parallel()
	p := openUser(t, "/users/new")
	p.Eval(`document.getElementById("user-name").focus()`, nil)
	p.enter("user-name", "Kim Keys")
	p.enter("user-email", "kim")
	p.WaitText("#user-email--errors", "must have the @ sign, a domain and no spaces")
	p.Press("Shift+Tab")
	p.enter("user-email", "kim@example.org") // in place of what is selected
	p.WaitText("#user-email--errors", "")
	p.enter("user-password", "all by keyboard")
	p.enter("user-age", "40")
	p.focused("user-country")
	p.Press("J")
	p.WaitFor(`document.getElementById("user-region").textContent.includes("Kyoto")`)
	p.Press("Tab")
	p.focused("user-region")
	p.Press("K")
	p.WaitFor(`document.getElementById("user-region").value === "Kyoto"`)
	p.Press("Tab")
	p.Press("ArrowDown")
	p.focused("user-role--1")
	p.Press("Tab")
	p.focused("user-newsletter")
	p.Press(" ")
	p.Press("Tab")
	p.enter("user-addresses-0-street", "Key Street 1")
	p.enter("user-addresses-0-city", "Kyoto")
	p.WaitFor(`document.activeElement.textContent === "Remove"`)
	p.Press("Tab")
	p.WaitFor(`document.activeElement.textContent === "Add address"`)
	p.Press("Enter")
	p.enter("user-addresses-1-street", "Key Street 2")
	p.enter("user-addresses-1-city", "Osaka")
	p.WaitFor(`document.activeElement.textContent === "Remove"`)
	p.Press("Tab")
	p.focused("user-addresses-1--up")
	p.Press("Enter")
	p.streets("Key Street 2", "Key Street 1")
	p.WaitFor(`document.activeElement.id.startsWith("user-addresses-1--down")`)
	p.Press("Shift+Tab") // past Up, which is disabled now
	p.focused("user-addresses-1--remove")
	p.Press(" ")
	p.streets("Key Street 1")
	p.WaitFor(`document.activeElement.id.startsWith("user-addresses-0--remove")`)
	p.Press("Tab")
	p.WaitFor(`document.activeElement.textContent === "Add address"`)
	p.Press("Tab")
	p.WaitFor(`document.activeElement.textContent === "Save"`)
	p.Press("Enter")
	p.saved("Kim Keys is a user now.")
	p.ClickText("link", "Kim Keys")
	p.streets("Key Street 1")
}

// Case 130.
func TestAScreenReaderFindsTheFormOfAUser(t *testing.T) {
	t.Parallel()
	p := openUser(t, "/users/new")
	for _, line := range []string{
		`form "New user"`,
		`textbox "Name" required=true`,
		`textbox "Password" description="It has 12 characters at least." required=true`,
		`textbox "Age" required=true`,
		`combobox "Region" value="Choose one"`,
		`radiogroup "Role" required=true`,
		`radio "Member" checked=true`,
		`group "Addresses"`,
		`group "Address 1"`,
		`textbox "Street" required=true`,
		`button "Up" disabled=true`,
		`button "Save"`,
		`link "Cancel"`,
	} {
		announced(t, p.Page, "main", line)
	}
	if tree := p.Accessible("main"); strings.Contains(tree, "invalid=true") {
		t.Errorf("before anything was typed a screen reader hears of errors:\n%s", tree)
	}
	p.ClickText("button", "Add address")
	p.WaitCount(".address", 2)
	announced(t, p.Page, "#user-addresses-1-street-row", `textbox "Street" focused=true required=true`)
	p.ClickText("button", "Save")
	announced(t, p.Page, "main", `group "This could not be saved:" focused=true`)
	announced(t, p.Page, "main", `link "Address 2, City: can't be blank"`)
	announced(t, p.Page, "main", `textbox "Password" description="can't be blank It has 12 characters at least." invalid=true required=true`)
	p.ClickText("link", "Address 2, City: can't be blank")
	announced(t, p.Page, "#user-addresses-1-street-row", `textbox "City" description="can't be blank" invalid=true focused=true required=true`)
	p.ClickText("button", "Remove") // the first: the second address is the first one now
	announced(t, p.Page, "main", `link "Address 1, City: can't be blank"`)
}

// A submit that is refused says why, with links to the fields.
func TestASummaryLeadsToTheFields(t *testing.T) {
	t.Parallel()
	p := openUser(t, "/users/new")
	p.ClickText("button", "Save")
	p.WaitFor(`document.activeElement.classList.contains("sb-summary")`)
	p.ClickText("link", "Email: can't be blank")
	p.focused("user-email")
	p.WaitText("#user-name--errors", "can't be blank")
}

func TestAddressesKeepWhatIsTyped(t *testing.T) {
	t.Parallel()
	p := openUser(t, "/users/3/edit")
	p.streets("Via Roma 4", "Via del Porto 9")
	p.Fill("#user-addresses-1-street", "Via Nuova 1") // which is not sent yet when the button is clicked
	p.ClickText("button", "Add address")
	p.streets("Via Roma 4", "Via Nuova 1", "")
	p.Fill("#user-addresses-2-street", "Via Nuova 2")
	p.Click(`#user-addresses-2-street-row .tools :nth-child(2)`)
	p.streets("Via Roma 4", "Via Nuova 2", "Via Nuova 1")
	p.Click(`#user-addresses-0-street-row .tools :nth-child(1)`)
	p.streets("Via Nuova 2", "Via Nuova 1")
}

func TestTheSecondTabHearsWhatTheFirstHasSaved(t *testing.T) {
	t.Parallel()
	first := openUser(t, "/users/4/edit")
	second := openUser(t, "/users/4/edit")
	first.Fill("#user-age", "42")
	first.Press("Enter")
	first.saved("Dai Sato has been saved.")
	second.Fill("#user-name", "Dai S.")
	second.ClickText("button", "Save")
	second.WaitText(".sb-summary li", "This user has been saved elsewhere meanwhile, with Age: 42. Save again to replace that with what is here.")
	second.ClickText("button", "Save")
	second.saved("Dai S. has been saved.")
}

func TestUsersAreSearchedWhileTyping(t *testing.T) {
	t.Parallel()
	p := browser.Open(t, demo.at(t, "/users")).Within(patience)
	live(t, p)
	stay(p)
	p.Fill("#search-text", "braun")
	p.WaitText("#users th", "Maria Braun")
	p.WaitCount("#users tr", 1)
	stayed(t, p)
	p.Press("Enter")
	p.WaitFor(`location.search === "?search=braun"`)
	p.WaitText("#found", "1 user")
}

func TestUsersWithoutScripts(t *testing.T) {
	t.Parallel()
	p := userForm{browser.Open(t, "").Within(patience)}
	p.Scripts(false)
	p.Goto(demo.at(t, "/users"))
	p.Fill("#search-text", "felix")
	p.ClickText("button", "Search")
	p.WaitText("#found", "1 user")
	p.ClickText("link", "Felix Huber")
	p.WaitText("h1", "Edit user")
	p.Fill("#user-age", "6x")
	p.ClickText("button", "Add address")
	p.Fill("#user-addresses-0-street", "Am Steg 1")
	p.ClickText("button", "Add address")
	p.Fill("#user-addresses-1-street", "Am Steg 2")
	p.Click(`#user-addresses-1-street-row .tools :nth-child(2)`)
	p.streets("Am Steg 2", "Am Steg 1")
	p.ClickText("button", "Save")
	p.WaitText("#user-addresses-0-city--errors", "can't be blank")
	p.Reload() // which sends nothing again
	p.WaitText("#user-addresses-0-city--errors", "can't be blank")
	if got := p.Value("#user-age"); got != "6x" {
		t.Errorf("the age is %q", got)
	}
	p.Fill("#user-age", "65")
	p.Fill("#user-addresses-0-city", "Graz")
	p.Fill("#user-addresses-1-city", "Linz")
	p.ClickText("button", "Save")
	p.saved("Felix Huber has been saved.")
}

func TestWhatAFingerHitsIsLargeEnough(t *testing.T) {
	t.Parallel()
	p := openUser(t, "/users/3/edit")
	p.Viewport(390, 844)
	p.ClickText("button", "Add address")
	p.WaitCount(".address", 3)
	p.ClickText("button", "Save")
	p.WaitCount(".sb-summary", 1)
	var small []string
	p.Eval(`[...document.querySelectorAll("#user :is(button, a, select, input, label:has(input))")]
		.filter(e => e.getClientRects().length && !e.matches("label input"))
		.filter(e => { const r = e.getBoundingClientRect(); return r.height < 44 || r.width < 44 }).map(e => e.outerHTML)`, &small)
	if len(small) > 0 {
		t.Errorf("these are smaller than 44 pixels: %q", small)
	}
	p.WaitFor(`document.documentElement.scrollWidth <= innerWidth`)
}

// Case 267. From the list to a new user and back the document stays, and the form is gone with its page.
func TestFromTheListToANewUserAndBackWithoutALoad(t *testing.T) {
	t.Parallel()
	p := openUser(t, "/users")
	stay(p.Page)
	for range 2 {
		p.ClickText("a", "New user")
		p.WaitText("h1", "New user")
		p.WaitFor(`location.pathname === "/users/new" && document.title.startsWith("New user")`)
		live(t, p.Page)
		p.WaitFor(`document.getElementById("user-name").value === ""`)
		p.Fill("#user-name", "Nobody")
		p.ClickText("a", "Cancel")
		p.WaitText("h1", "Users")
		p.WaitFor(`location.pathname === "/users"`)
		live(t, p.Page)
	}
	p.Eval("history.back()", nil)
	p.WaitText("h1", "New user")
	live(t, p.Page)
	p.Fill("#user-email", "x")
	p.WaitText("#user-email--errors", "must have the @ sign, a domain and no spaces")
	stayed(t, p.Page)
}
