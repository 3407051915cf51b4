package patch_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/htmxdom/chromium"
	"github.com/sideband-go/sideband/patch"
)

// submitted are the two messages of a submit that has posted the fields.
func submitted(t *testing.T, tree *patch.Tree, view string, fields url.Values) (first, ops string) {
	t.Helper()
	r, err := patch.Scan([]byte(view), nil, tree)
	if err != nil {
		t.Fatal(err)
	}
	p := &patch.Posted{Source: "f", Form: true, Fields: fields, InSteps: true}
	r.SetPosted(p)
	b, err := patch.Diff(nil, tree, r, rootID)
	if err != nil {
		t.Fatal(err)
	}
	b, _ = r.AppendForced(b, rootID, *p)
	tree.Commit(r)
	return string(r.First()), string(b)
}

type sinceCase struct {
	name, before, after string
	posted, since       string // what was typed
	left                bool   // the field was left before the answer came
	want                string
}

// sinceCases are forms with a field #x that is submitted, typed in, and cleared.
func sinceCases() []sinceCase {
	form := func(in string) string {
		return `<form id="f" hx-post="?event=S">` + in + `<button id="b">Go</button></form>`
	}
	text := form(`<input id="x" name="x" value="">`)
	followed := form(`<input id="x" name="x" value="milk">`)
	around := func(form, n string) string {
		return strings.Replace(form, "<input", `<input type="hidden" name="n" value="`+n+`"><input`, 1)
	}
	area := form(`<textarea id="x" name="x"></textarea>`)
	hard := `a.b*(c)[d]{e}|/\^$?+-'"&<`
	return []sinceCase{
		{"nothing since", text, text, "milk", "milk", false, ""},
		{"more", text, text, "milk", "milk and", false, "milk and"},
		{"another of the same length", text, text, "milk", "eggs", false, "eggs"},
		{"less", text, text, "milk", "", false, ""},
		{"more, and it was left", text, text, "milk", "milk and", true, "milk and"},
		{"nothing since, and it was left", text, text, "milk", "milk", true, ""},
		{"all characters", text, text, hard, hard, false, ""},
		{"all characters, and more", text, text, hard, hard + "x", false, hard + "x"},
		{"the view had followed", form(`<input id="x" name="x" value="milk">`), text, "milk", "milk", false, ""},
		{"the view had followed, more", form(`<input id="x" name="x" value="milk">`), text, "milk", "milk and", false, "milk and"},
		{"a text that stood there", form(`<input id="x" name="x" value="milk">`), form(`<input id="x" name="x" value="none">`), "milk", "", true, "none"},
		{"conditions of its own", form(`<input id="x" name="x" value="" required pattern="[a-z]+" minlength="2" maxlength="9">`), form(`<input id="x" name="x" value="" required pattern="[a-z]+" minlength="2" maxlength="9">`), "milk", "milk", false, ""},
		{"a number", form(`<input id="x" name="x" type="number" min="1" value="">`), form(`<input id="x" name="x" type="number" min="1" value="">`), "12", "12", false, ""},
		{"a number, more", form(`<input id="x" name="x" type="number" min="1" value="">`), form(`<input id="x" name="x" type="number" min="1" value="">`), "12", "123", false, "123"},
		{"another field of the form, more, and it was left", around(text, "1"), around(text, "2"), "milk", "milk and", true, "milk and"},
		{"another field of the form", around(text, "1"), around(text, "2"), "milk", "milk", true, ""},
		{"the view had followed, and another field of the form, more", around(followed, "1"), around(text, "2"), "milk", "milk and", true, "milk and"},
		{"the view had followed, and another field of the form", around(followed, "1"), around(text, "2"), "milk", "milk", true, ""},
		{"a text area", area, area, "two\nlines", "two\nlines", false, ""},
		{"a text area, more", area, area, "two\nlines", "two\nlines more", false, "two\nlines more"},
	}
}

func TestWhatIsTypedAfterASubmitStays(t *testing.T) {
	t.Parallel()
	var inChromium []chromium.Case
	var expected []sinceCase
	for _, c := range sinceCases() {
		var tree patch.Tree
		r, err := patch.Scan([]byte(c.before), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		tree.Commit(r)
		first, ops := submitted(t, &tree, c.after, url.Values{"x": {strings.ReplaceAll(c.posted, "\n", "\r\n")}})
		if first == "" {
			t.Errorf("%s: there is no first message: %s", c.name, ops)
		}
		page := chromium.Case{Page: pageOf(c.before), Messages: []string{first, ops}}
		if c.since != "" {
			page.Setup = []htmxdom.Gesture{htmxdom.TypeInto("x", c.since)}
		}
		if c.left {
			page.Setup = append(page.Setup, htmxdom.FocusOn("b"))
		}
		if !strings.Contains(c.before, "textarea") || c.since == c.posted { // a length counts once a user has typed
			inChromium, expected = append(inChromium, page), append(expected, c)
		}
		model, err := chromium.Model(page)
		if err != nil {
			t.Fatal(err)
		}
		checkSince(t, c, "the model", model, ops)
	}
	for i, got := range chromium.Run(t, inChromium) {
		checkSince(t, expected[i], "Chromium", got, strings.Join(inChromium[i].Messages, "\n"))
	}
}

func checkSince(t *testing.T, c sinceCase, where string, got chromium.Result, ops string) {
	t.Helper()
	if got.Values["x"] != c.want {
		t.Errorf("%s: in %s it shows %q, not %q: %s", c.name, where, got.Values["x"], c.want, ops)
	}
	focus := "x"
	if c.left {
		focus = "b"
	}
	if c.since != "" && got.Focus != focus {
		t.Errorf("%s: in %s the focus is at %q", c.name, where, got.Focus)
	}
	own := strings.Contains(c.after, "pattern")
	if strings.Contains(got.HTML, "pattern=") != own || strings.Contains(got.HTML, "minlength=") != own || strings.Contains(got.HTML, ` max="12"`) {
		t.Errorf("%s: in %s the conditions stay: %s", c.name, where, got.HTML)
	}
}

// Where a field can't be asked what it shows, it is put right in any case.
func TestSubmittedFieldsThatCanNotBeAskedArePutRight(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		`<input name="x" value="">`,
		`<input id="x" name="x" type="email" multiple value="">`,
		`<input id="x" name="x" type="range" value="1">`,
		`<input id="x" name="x" value=""><input id="y" name="x" value="">`,
	} {
		view := `<form id="f" hx-post="?event=S">` + in + `</form>`
		var tree patch.Tree
		r, err := patch.Scan([]byte(view), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		tree.Commit(r)
		fields := url.Values{"x": {"7"}}
		if strings.Contains(in, "y") {
			fields["x"] = []string{"7", "8"}
		}
		if first, ops := submitted(t, &tree, view, fields); first != "" || !strings.Contains(ops, `hx-swap="outerHTML"`) {
			t.Errorf("%s: %s and %s", in, first, ops)
		}
	}
}

// A page that gets the first message only, since its connection breaks, gets the whole view later: it is as if the
// condition had never been there.
func TestAPageWithTheFirstMessageOnlyIsPutRight(t *testing.T) {
	t.Parallel()
	var inChromium []chromium.Case
	var expected []sinceCase
	for _, c := range sinceCases() {
		var tree patch.Tree
		r, err := patch.Scan([]byte(c.before), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		tree.Commit(r)
		first, _ := submitted(t, &tree, c.after, url.Values{"x": {strings.ReplaceAll(c.posted, "\n", "\r\n")}})
		page := chromium.Case{Page: pageOf(c.before), Messages: []string{first, wholeAfterPost(t, c.after, &patch.Posted{})}}
		if c.since != "" {
			page.Setup = []htmxdom.Gesture{htmxdom.TypeInto("x", c.since)}
		}
		if c.left {
			page.Setup = append(page.Setup, htmxdom.FocusOn("b"))
		}
		inChromium, expected = append(inChromium, page), append(expected, c)
	}
	for i, got := range chromium.Run(t, inChromium) {
		c := expected[i]
		without := inChromium[i]
		without.Messages = without.Messages[1:]
		want, err := chromium.Model(without)
		if err != nil {
			t.Fatal(err)
		}
		own := strings.Contains(c.after, "pattern")
		shows := got.Values["x"] == want.Values["x"] || got.Values["x"] == c.want || c.left // what was left may be overwritten
		if !shows || strings.Contains(got.HTML, "pattern=") != own || strings.Contains(got.HTML, "minlength=") != own || strings.Contains(got.HTML, ` max="12"`) {
			t.Errorf("%s: it shows %q, without the first message %q: %s", c.name, got.Values["x"], want.Values["x"], got.HTML)
		}
		if c.since != "" && !c.left && got.Focus != "x" {
			t.Errorf("%s: the focus is at %q", c.name, got.Focus)
		}
	}
}
