package e2e_test

import (
	"testing"
	"time"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// followedShows is what the controls of the page show, for the letter that it says.
const followedShows = `({
	box: box.checked, untoldBox: document.getElementById("untold-box").checked,
	radio: document.querySelector("#group :checked")?.value, untoldRadio: document.querySelector("#untold-group :checked")?.value,
	one: one.value, several: [...several.selectedOptions].map(o => o.text).join(), longer: longer.value,
	text: text.value, goes: goes.value, area: area.value, range: range.value,
	details: details.open, dialog: dialog.open, loose: document.querySelector("#loose input").checked, panel: panel.getAttribute("opened"),
})`

var followedStates = map[string]string{
	"a": `{"box":false,"untoldBox":false,"radio":"a","untoldRadio":"a","one":"a","several":"a,c","longer":"a","text":"a","goes":"","area":"a","range":"1","details":false,"dialog":false,"loose":false,"panel":"a"}`,
	"b": `{"box":true,"untoldBox":true,"radio":"b","untoldRadio":"b","one":"b","several":"b,c","longer":"b","text":"b","goes":"here","area":"b","range":"9","details":true,"dialog":true,"loose":true,"panel":"b"}`,
}

func openFollowed(t *testing.T, c handlers.Config) (*browser.Page, *fixture.Site) {
	t.Helper()
	s := fixture.Serve(t, c)
	p := browser.Open(t, s.URL+"/followed?as=ann")
	p.AllowErrors(lost...)
	live(t, p)
	stay(p)
	return p, s
}

// follows waits until each control shows what the page says.
func follows(t *testing.T, p *browser.Page, letter string) {
	t.Helper()
	p.WaitText("#says", letter)
	var got string
	defer func() {
		if t.Failed() {
			t.Logf("the controls show %s, and not %s", got, followedStates[letter])
		}
	}()
	until(t, "all controls show "+letter, func() bool {
		p.Eval("JSON.stringify("+followedShows+")", &got)
		return got == followedStates[letter]
	})
}

// touch does to each control what a user may do without telling the server.
func touch(p *browser.Page) {
	p.Eval(`(() => {
		for (const e of [document.getElementById("untold-box"), document.querySelector("#loose input"), document.getElementById("untold-c")]) e.click();
		for (const e of [several, longer]) e.options[0].selected = !e.options[0].selected;
		longer.selectedIndex = 2;
		goes.value = area.value = "mine";
		range.value = 5;
		details.open = !details.open;
		dialog.open = !dialog.open;
	})()`, nil)
}

// Case 99.
func TestControlsFollowWhateverChangesThem(t *testing.T) {
	t.Parallel()
	p, s := openFollowed(t, handlers.Config{})
	follows(t, p, "a")
	say := func(letter string) { check(t, fixture.Say(s.Visits.Ref("ann"), letter)) }
	for _, change := range []struct {
		what string
		to   string
		do   func()
	}{
		{"a button", "b", func() { p.Click("#set-b") }},
		{"a message", "a", func() { say("a") }},
		{"a message", "b", func() { say("b") }},
		{"a box", "a", func() { p.Click("#box") }},
		{"a box", "b", func() { p.Click("#box") }},
		{"a radio button", "a", func() { p.Click("#radio-a") }},
		{"a select", "b", func() { p.Select("#one", "b") }},
		{"a text", "a", func() { p.Fill("#text", "a"); p.Press("Enter") }},
		{"a button", "b", func() { p.Click("#set-b") }},
	} {
		t.Log(change.what)
		touch(p)
		change.do()
		follows(t, p, change.to)
	}
	stayed(t, p)
}

func TestWhatTheViewHasNotChangedStaysTheUsers(t *testing.T) {
	t.Parallel()
	p, _ := openFollowed(t, handlers.Config{})
	touch(p)
	var mine, after string
	p.Eval("JSON.stringify("+followedShows+")", &mine)
	p.Fill("#note", "untold")
	p.Fill("#name", "unsaved")
	p.Click("#make-noise")
	p.WaitText("#noise", "1")
	p.Click("#hint") // a button in the form, which is no submission
	p.WaitText("#noise", "2")
	p.Select("#sort", "price")
	p.WaitText("#noise", "3")
	p.Eval("JSON.stringify("+followedShows+")", &after)
	if mine != after {
		t.Errorf("the controls show %s, and showed %s", after, mine)
	}
	p.WaitFor(`note.value === "untold" && document.getElementById("name").value === "unsaved" && sort.value === "price"`)
}

func TestAFormThatIsRefusedKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	p, _ := openFollowed(t, handlers.Config{})
	p.AllowErrors("answered 400", "htmx:response:error")
	p.Fill("#name", "Ann")
	p.Fill("#count", "12x")
	p.Click("#save")
	p.WaitText("#sb-notice", "That value could not be read.")
	p.WaitFor(`document.getElementById("name").value === "Ann" && count.value === "12x"`)
	p.Fill("#count", "12")
	p.Click("#save")
	p.WaitText("#noise", "1")
	p.WaitFor(`document.getElementById("name").value === "" && count.value === ""`)
}

func TestAFieldThatHasTheFocusIsRightAfterItIsLeft(t *testing.T) {
	t.Parallel()
	p, s := openFollowed(t, handlers.Config{})
	say := func(letter string) {
		check(t, fixture.Say(s.Visits.Ref("ann"), letter))
		p.WaitText("#says", letter)
	}
	for _, id := range []string{"text", "area", "range", "goes"} {
		for _, letter := range []string{"b", "a", "b", "a"} {
			p.Eval(`document.getElementById(`+quote(id)+`).focus()`, nil)
			p.Press("ArrowRight")
			say(letter)
			p.WaitFor(`document.activeElement.id === ` + quote(id))
			p.Eval(`document.activeElement.blur()`, nil)
			follows(t, p, letter)
		}
	}
	// What is being typed stays while it is typed.
	p.Fill("#goes", "half a tho")
	say("b")
	p.Press("u")
	p.WaitFor(`goes.value === "half a thou" && document.activeElement === goes`)
	p.Click("#make-noise")
	p.WaitFor(`goes.value === "here"`)
}

func TestAControlThatIsRenewedSendsNothingAndKeepsTheFocus(t *testing.T) {
	t.Parallel()
	p, s := openFollowed(t, handlers.Config{})
	for _, id := range []string{"box", "radio-a", "one", "several", "longer"} {
		p.Eval(`document.getElementById(`+quote(id)+`).focus()`, nil)
		before := s.Kit.Stats().Events
		for _, letter := range []string{"b", "a"} {
			check(t, fixture.Say(s.Visits.Ref("ann"), letter))
			follows(t, p, letter)
			p.WaitFor(`document.activeElement.id === ` + quote(id))
		}
		if n := s.Kit.Stats().Events - before; n != 0 {
			t.Errorf("%s: %d events", id, n)
		}
	}
}

// Case 99.
func TestBoundControlsShowWhatTheViewSaysAfterARestart(t *testing.T) {
	t.Parallel()
	p, s := openFollowed(t, secrets('f'))
	p.Click("#box")
	follows(t, p, "b")
	p.Fill("#note", "untold")
	p.Select("#sort", "price")
	p.WaitText("#noise", "1")
	s.Restart(secrets('f'))
	p.WaitText("#says", "a")
	live(t, p)
	p.WaitFor(`!box.checked && document.querySelector("#group :checked").value === "a" && one.value === "a" && text.value === "a" && !dialog.open`)
	p.WaitFor(`note.value === "untold" && sort.value === "name"`)
	stayed(t, p)
	p.Click("#box")
	p.WaitText("#says", "b")
}

func TestBoundControlsShowWhatTheViewSaysAfterTheStreamHasAged(t *testing.T) {
	t.Parallel()
	p, _ := openFollowed(t, handlers.Config{Timeouts: handlers.Timeouts{ConnectionAge: 2 * time.Second}})
	p.Fill("#note", "untold")
	p.Eval(`box.checked = true; document.getElementById("radio-c").checked = true; one.value = "c"; details.open = true`, nil)
	p.WaitFor(`!box.checked && document.querySelector("#group :checked").value === "a" && one.value === "a"`)
	p.WaitFor(`note.value === "untold" && details.open`)
	stayed(t, p)
}

func TestBoundControlsShowWhatTheViewSaysAfterACutInWhichTheirEventsWereLost(t *testing.T) {
	t.Parallel()
	p, s := openFollowed(t, handlers.Config{})
	p.Fill("#note", "untold")
	allow := s.Net.Refuse(cut.Any)
	s.Net.Cut(cut.Any)
	p.Click("#box")
	visible(p, "#sb-failed>*", true)
	p.Eval(`document.getElementById("radio-c").checked = true; one.value = "c"`, nil)
	allow()
	live(t, p)
	p.WaitFor(`!box.checked && document.querySelector("#group :checked").value === "a" && one.value === "a"`)
	p.WaitFor(`note.value === "untold"`)
	p.Click("#box")
	follows(t, p, "b")
	stayed(t, p)
}
