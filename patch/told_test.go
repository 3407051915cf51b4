package patch_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/patch"
)

// show is a page with its view, rendering by rendering.
type show struct {
	t    *testing.T
	tree patch.Tree
	doc  *htmxdom.Document
	ops  string // of the last rendering
}

func newShow(t *testing.T, view string) *show {
	t.Helper()
	s := &show{t: t}
	r, err := patch.Scan([]byte(view), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.tree.Commit(r)
	if s.doc, err = htmxdom.Parse(pageOf(view)); err != nil {
		t.Fatal(err)
	}
	return s
}

// render renders the view after an event, or without one.
func (s *show) render(view string, p *patch.Posted) {
	s.t.Helper()
	r, err := patch.Scan([]byte(view), nil, &s.tree)
	if err != nil {
		s.t.Fatal(err)
	}
	r.SetPosted(p)
	ops, err := patch.Diff(nil, &s.tree, r, rootID)
	if err != nil {
		s.t.Fatal(err)
	}
	if p != nil && !p.Typing {
		ops, _ = r.AppendForced(ops, rootID, *p)
	}
	s.tree.Commit(r)
	s.ops = string(ops)
	if err := s.doc.Apply(s.ops); err != nil {
		s.t.Fatal(err)
	}
}

// types lets the user type into a field, and returns what the event then posts.
func (s *show) types(id, text string) *patch.Posted {
	s.t.Helper()
	s.doc.Do(htmxdom.TypeInto(id, text))
	fields, err := url.ParseQuery(s.doc.Submission(s.doc.ByID("f"), nil).Query)
	if err != nil {
		s.t.Fatal(err)
	}
	return &patch.Posted{Source: id, Fields: fields, Typing: true}
}

func (s *show) shows(id, want string) {
	s.t.Helper()
	if got := s.doc.Value(s.doc.ByID(id)); got != want {
		s.t.Errorf("#%s shows %q, not %q: %s", id, got, want, s.ops)
	}
}

// sends fails the test unless the last operations have a number of bytes at most.
func (s *show) sends(most int) {
	s.t.Helper()
	if len(s.ops) > most {
		s.t.Errorf("%d bytes, not %d at most: %s", len(s.ops), most, s.ops)
	}
}

// twoFields is a form with two texts, each with an event of its own.
func twoFields(a, b, more string) string {
	return `<form id="f">` +
		`<input id="a" name="a" value="` + a + `" hx-post="?event=C&amp;typing" hx-trigger="input delay:300ms, change"` + more + `>` +
		`<textarea id="b" name="b" hx-post="?event=C&amp;typing" hx-trigger="input delay:300ms, change">` + b + `</textarea></form>`
}

func TestWhatAnEventHasPostedIsNotSentBack(t *testing.T) {
	t.Parallel()
	s := newShow(t, twoFields("", "", ""))
	s.render(twoFields("x", "", ""), s.types("a", "x"))
	s.sends(0)
	s.render(twoFields("xy", "", ""), s.types("a", "xy"))
	s.sends(0)
	s.render(twoFields("xy", "long", ""), s.types("b", "long"))
	s.sends(0)
	s.doc.SetFocus(nil)
	s.render(twoFields("xy", "", ""), nil) // back to what the page's HTML still has
	s.shows("a", "xy")
	s.shows("b", "")
	s.render(twoFields("", "", ""), nil)
	s.shows("a", "")
}

// A field that was typed in and whose event waits is told of by the event of another.
func TestWhatAnotherFieldsEventHasPostedIsNotSentBack(t *testing.T) {
	t.Parallel()
	s := newShow(t, twoFields("", "", ""))
	s.types("a", "x")
	p := s.types("b", "long")
	s.doc.Do(htmxdom.TypeInto("a", "xyz")) // since
	s.doc.SetFocus(nil)
	s.render(twoFields("x", "long", ""), p)
	s.sends(0)
	s.shows("a", "xyz")
}

func TestOtherAttributesOfAFieldAreSentWithoutItsText(t *testing.T) {
	t.Parallel()
	s := newShow(t, twoFields("", "", ""))
	p := s.types("a", "x")
	s.types("a", "xyz") // since
	s.doc.SetFocus(nil)
	s.render(twoFields("x", "", ` aria-invalid="true"`), p)
	if strings.Contains(s.ops, "value=") || !strings.Contains(s.ops, `aria-invalid="true"`) {
		t.Error(s.ops)
	}
	s.shows("a", "xyz")
	s.render(twoFields("x", "", ""), nil)
	s.shows("a", "xyz")
	s.render(twoFields("xyz", "", ""), &patch.Posted{Source: "a", Fields: url.Values{"a": {"xyz"}, "b": {""}}})
	s.sends(0)
	s.render(twoFields("", "", ""), nil)
	s.shows("a", "")
}

// What the server has changed while an event was on its way is put right by the event.
func TestAnEventThatWasOnItsWayIsNotTrusted(t *testing.T) {
	t.Parallel()
	s := newShow(t, twoFields("", "", ""))
	first, second := s.types("a", "x"), s.types("a", "xy")
	s.doc.SetFocus(nil)
	s.render(twoFields("server", "", ""), nil)
	s.shows("a", "server")
	s.render(twoFields("x", "", ""), first)
	s.render(twoFields("xy", "", ""), second)
	s.shows("a", "xy")
}

func TestOnlyFieldsOfTheSameFormAreToldOf(t *testing.T) {
	t.Parallel()
	view := func(a, o string) string {
		return `<form id="f"><input id="a" name="a" value="` + a + `" hx-post="?event=C"></form>` +
			`<form id="g"><input id="o" name="a" value="` + o + `" hx-post="?event=C"></form>`
	}
	s := newShow(t, view("", ""))
	s.render(view("x", "x"), s.types("a", "x"))
	s.shows("o", "x")
}

func TestAChoiceIsNotSentBack(t *testing.T) {
	t.Parallel()
	view := func(chosen string, checked string) string {
		list := ""
		for _, o := range []string{"one", "two", "three"} {
			mark := ""
			if o == chosen {
				mark = " selected"
			}
			list += `<option value="` + o + `"` + mark + `>` + o + `</option>`
		}
		return `<form id="f"><select id="s" name="s" hx-post="?event=C">` + list + `</select>` +
			`<input id="c" name="c" type="checkbox" hx-post="?event=C"` + checked + `></form>`
	}
	s := newShow(t, view("one", ""))
	s.doc.Do(htmxdom.Choose("s", "two"))
	s.render(view("two", ""), &patch.Posted{Source: "s", Fields: url.Values{"s": {"two"}}})
	s.sends(0)
	s.doc.Do(htmxdom.ClickOn("c"))
	s.render(view("two", " checked"), &patch.Posted{Source: "c", Fields: url.Values{"s": {"two"}, "c": {"on"}}})
	s.sends(0)
	s.render(view("one", ""), nil)
	s.shows("s", "one")
	if s.doc.Checked(s.doc.ByID("c")) {
		t.Errorf("the box is checked: %s", s.ops)
	}
}

// A view does not render passwords: it does not say that there is none.
func TestAPasswordStaysWhereThePageIsNotKnown(t *testing.T) {
	t.Parallel()
	view := `<form id="f"><input id="p" name="p" type="password" hx-post="?event=C"><input id="a" name="a" value="" hx-post="?event=C"></form>`
	s := newShow(t, view)
	s.types("p", "secret")
	s.types("a", "x")
	s.doc.SetFocus(nil)
	if err := s.doc.Apply(wholeAfterPost(t, view, &patch.Posted{})); err != nil {
		t.Fatal(err)
	}
	s.shows("p", "secret")
	s.shows("a", "")
}
