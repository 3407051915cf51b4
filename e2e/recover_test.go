package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

func openSheet(t *testing.T, c handlers.Config) (*browser.Page, *fixture.Site) {
	t.Helper()
	s := fixture.Serve(t, c)
	p := browser.Open(t, s.URL+"/sheet")
	p.AllowErrors(lost...)
	live(t, p)
	stay(p)
	return p, s
}

// told waits until the view says what was filled in, and checks that the form's event has run once.
func told(t *testing.T, p *browser.Page, s *fixture.Site, says string) {
	t.Helper()
	p.WaitText("#says", says)
	live(t, p)
	if got := s.Sheet.Lines("change"); len(got) != 1 {
		t.Errorf("the form's events: %q", got)
	}
	p.WaitFor(`document.getElementById("sb-left").childElementCount < 2`)
}

// holds checks what fields show.
func holds(t *testing.T, p *browser.Page, fields map[string]string) {
	t.Helper()
	for id, want := range fields {
		if got := p.Value("#" + id); got != want {
			t.Errorf("%s holds %q, want %q", id, got, want)
		}
	}
}

func TestWhatWasFilledInIsThereAfterARestartAndTheViewKnowsIt(t *testing.T) {
	t.Parallel()
	p, s := openSheet(t, secrets('a'))
	p.Fill("#note", "outside of the form")
	p.Check("#mail", true)
	p.WaitText("#says", "/outside of the form/true/a")
	p.Select("#kind", "b")
	p.WaitText("#says", "/outside of the form/true/b")
	p.Click("#add")
	p.WaitCount("#lines input", 2)
	p.Fill("#line-0", "one")
	p.Fill("#line-1", "two")
	p.Fill("#card-1-text", "a card")
	p.Fill("#card-m-text", "an item")
	p.Fill("#named-text", "named")
	p.Click("#show-extra")
	p.WaitCount("#extra", 1)
	p.Fill("#extra-text", "Mount does not know it")
	p.Fill("#name", "Ann")
	p.Eval(`document.getElementById("name").setSelectionRange(1, 2)`, nil)
	p.WaitText("#card-m-says", "an item")
	p.WaitText("#says", "Ann/outside of the form/true/b")
	for range 2 {
		mark(p, "#sheet, #lines input, #note")
		all := p.Count("#sheet, #lines input, #note")
		s.Sheet.Reset()
		s.Restart(secrets('a'))
		until(t, "the view is remounted", func() bool { return s.Kit.Stats().Remounts == 1 })
		until(t, "the forms are recovered", func() bool { return len(s.Sheet.Lines("")) >= 5 })
		told(t, p, s, "Ann/outside of the form/true/b")
		p.WaitCount("#extra", 0)
		holds(t, p, map[string]string{
			"name": "Ann", "note": "outside of the form", "kind": "b", "line-0": "one", "line-1": "two", "card-1-text": "a card", "card-m-text": "an item", "card-2-text": "",
		})
		p.WaitText("#card-m-says", "an item")
		p.WaitText("#named-says", "restored named")
		p.WaitFor(`(e => document.activeElement === e && e.selectionStart === 1 && e.selectionEnd === 2)(document.getElementById("name"))`)
		p.WaitFor(`document.getElementById("mail").checked`)
		if n := marked(p, "#sheet, #lines input, #note"); n == 0 || n > all {
			t.Errorf("%d of %d elements are the same as before", n, all)
		}
		if got := s.Sheet.Lines("change"); strings.Contains(got[0], "locked") || got[0] != "change Ann/outside of the form/true/b/one,two" {
			t.Errorf("the form's event got %q", got)
		}
		if got := s.Sheet.Lines("card"); !slices.Equal(got, []string{"card 1 a card", "card 2 ", "card m an item"}) {
			t.Errorf("the cards' events: %q", got)
		}
		stayed(t, p)
	}
	p.Click("#save")
	p.WaitText("#saved", "1")
	holds(t, p, map[string]string{"name": "", "note": ""})
	if got := s.Sheet.Lines("save"); !slices.Equal(got, []string{"save Ann"}) {
		t.Errorf("the form was submitted as %q", got)
	}
	stayed(t, p)
}

// The event that comes first after a restart has posted its form: recovery does not undo it.
func TestAnEventOfAFormIsTheFirstAfterARestart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ press, shows, says string }{
		{"#add", "#lines:has(#line-1)", "Ann/a note/false/a"},
		{"#save", "#saved", "//false/"},
	} {
		t.Run(c.press, func(t *testing.T) {
			t.Parallel()
			p, s := openSheet(t, secrets('a'))
			p.Fill("#card-1-text", "a card")
			p.Fill("#note", "a note")
			p.Fill("#name", "Ann")
			p.WaitText("#says", "Ann/a note/false/a")
			allow := s.Net.Refuse(cut.Streams)
			s.Sheet.Reset()
			s.Restart(secrets('a'))
			p.Click(c.press)
			p.WaitCount(c.shows, 1)
			p.WaitText("#card-1-says", "a card")
			p.WaitText("#says", c.says)
			// An answer that comes after the connection would have the page asked for its forms once more.
			p.WaitFor(`!document.querySelector(".htmx-request")`)
			allow()
			live(t, p)
			p.WaitText("#says", c.says)
			// The field that the click has left tells of its change, as ever. The page may recover before the other event comes,
			// or tell once more what it shows when it is asked for all of its forms.
			all := s.Sheet.Lines("")
			got := slices.DeleteFunc(slices.Clone(all), func(line string) bool {
				kind, _, _ := strings.Cut(line, " ")
				return kind != "change" && kind != "add" && kind != "save"
			})
			for len(got) > 2 && strings.HasPrefix(got[len(got)-1], "change "+c.says) {
				got = got[:len(got)-1]
			}
			if len(got) != 2 || got[0] != "change Ann/a note/false/a/" || !strings.HasPrefix("#"+got[1], c.press) {
				t.Errorf("the events: %q", all)
			}
			holds(t, p, map[string]string{"card-1-text": "a card"})
			stayed(t, p)
		})
	}
}

func TestWhatWasTypedDuringACutReachesTheViewAfterwards(t *testing.T) {
	t.Parallel()
	p, s := openSheet(t, handlers.Config{})
	p.Fill("#name", "Ann")
	p.WaitText("#says", "Ann//false/a")
	allow := s.Net.Refuse(cut.Any)
	s.Net.Cut(cut.Any)
	p.Fill("#note", "typed offline")
	p.Check("#mail", true)
	p.Fill("#name", "Anna") // the event of the box is lost, too
	p.WaitCount("#sb-failed>p", 1)
	s.Sheet.Reset()
	allow()
	p.WaitText("#says", "Anna/typed offline/true/a")
	holds(t, p, map[string]string{"note": "typed offline", "name": "Anna"})
	p.WaitFor(`document.getElementById("mail").checked && document.querySelector("#sb-failed>b")`)
	stayed(t, p)
}

// A script has filled in a field: no event has told of it.
func TestWhatNobodyWasToldOfIsNotLostWhenTheConnectionHasAged(t *testing.T) {
	t.Parallel()
	p, s := openSheet(t, handlers.Config{Timeouts: handlers.Timeouts{ConnectionAge: 2 * time.Second}})
	p.Eval(`(() => { document.getElementById("name").value = "Ann"; document.getElementById("card-m-text").value = "an item" })()`, nil)
	p.WaitText("#says", "Ann//false/a")
	holds(t, p, map[string]string{"name": "Ann", "card-m-text": "an item"})
	seen := s.Net.Count(cut.Streams)
	until(t, "the next connection has aged", func() bool { return s.Net.Count(cut.Streams) > seen })
	live(t, p)
	holds(t, p, map[string]string{"name": "Ann", "card-m-text": "an item"})
	stayed(t, p)
}

func TestAHiddenPageIsRecoveredWhenItIsShown(t *testing.T) {
	t.Parallel()
	p, s := openSheet(t, secrets('a'))
	p.Fill("#name", "Ann")
	p.WaitText("#says", "Ann//false/a")
	other := p.NewTab("about:blank")
	until(t, "the hidden page's connection is closed", func() bool { return s.Net.Open(cut.Streams) == 0 })
	s.Sheet.Reset()
	s.Restart(secrets('a'))
	p.Front()
	until(t, "the form is recovered", func() bool { return len(s.Sheet.Lines("change")) > 0 })
	told(t, p, s, "Ann//false/a")
	holds(t, p, map[string]string{"name": "Ann"})
	stayed(t, p)
	other.Close()
}

// A proxy refuses the answers.
func TestAPageWhoseAnswersAreRefusedGoesOn(t *testing.T) {
	t.Parallel()
	p, s := openSheet(t, secrets('a'))
	p.Fill("#name", "Ann")
	p.WaitText("#says", "Ann//false/a")
	stop := s.Net.Answer(cut.Events, 403, "no")
	p.AllowErrors(append(lost, "403")...)
	s.Restart(secrets('a'))
	p.WaitText("#says", "//false/")
	stop()
	p.Click("#show-extra")
	p.WaitCount("#extra", 1)
	stayed(t, p)
}

func TestASignUpFormIsRecovered(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, secrets('a'))
	p := browser.Open(t, s.URL+"/signup")
	p.AllowErrors(lost...)
	live(t, p)
	stay(p)
	field := func(label string, nth int) string {
		var id string
		p.Eval(fmt.Sprintf(`[...document.querySelectorAll("#signup label")].filter(l => l.textContent.trim() === %s)[%d].control.id`, quote(label), nth), &id)
		return "#" + id
	}
	p.Fill(field("Name", 0), "Ann")
	p.Fill(field("Password", 0), "correct horse battery")
	p.Fill(field("Age", 0), "12x")
	p.Select(field("Country", 0), "France")
	// Not by the mouse: messages beside fields move what is below.
	listens(p)
	p.Eval(`[...document.querySelectorAll("button")].find(b => b.textContent === "Add address").click()`, nil)
	p.WaitFor(`[...document.querySelectorAll("#addresses input[type=text]")].length === 4`)
	p.Fill(field("Street", 0), "Street 1")
	p.Fill(field("Street", 1), "Street 2")
	p.Fill(field("City", 1), "Paris")
	p.Fill(field("Email", 0), "ann@example.org")
	p.WaitFor(`document.querySelector("#signup-age").getAttribute("aria-invalid") === "true"`)
	// The last keystrokes are not sent yet.
	s.Restart(secrets('a'))
	until(t, "the view is remounted", func() bool { return s.Kit.Stats().Remounts == 1 })
	live(t, p)
	p.WaitFor(`document.getElementById("sb-left").childElementCount < 2`)
	for selector, want := range map[string]string{
		field("Name", 0): "Ann", field("Email", 0): "ann@example.org", field("Age", 0): "12x", field("Country", 0): "FR", field("Password", 0): "correct horse battery",
		field("Street", 0): "Street 1", field("Street", 1): "Street 2", field("City", 1): "Paris",
	} {
		if got := p.Value(selector); got != want {
			t.Errorf("%s holds %q, want %q", selector, got, want)
		}
	}
	p.WaitFor(`document.querySelector("#signup-age").getAttribute("aria-invalid") === "true"`)
	p.WaitFor(`document.querySelectorAll("#addresses input[type=text]").length === 4`)
	p.Fill(field("Age", 0), "21")
	p.Fill(field("City", 0), "Lyon")
	p.Press("Enter")
	until(t, "Ann is saved", func() bool { return len(s.Users.Saved()) > 0 })
	p.WaitFor(`document.querySelector("#signup-name").value === ""`)
	all := s.Users.Saved()
	if u := all[0]; len(all) != 1 || u.Name != "Ann" || u.Password != "correct horse battery" || u.Age != 21 || len(u.Addresses) != 2 || u.Addresses[1].City != "Paris" || u.ID != 7 {
		t.Errorf("saved: %+v", all)
	}
	stayed(t, p)
}
