package patch_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/patch"
)

func TestControlsThatShowSomethingElseAreReplaced(t *testing.T) {
	form := func(inner string) string { return `<form id="f">` + inner + `<button id="b">Go</button></form>` }
	text := `<input id="t" name="t" value="srv">`
	for _, c := range []struct {
		name, view, source, posted string
		typing                     bool
		want                       string // ids, in order
	}{
		{"a text that agrees", text, "t", "t=srv", false, ""},
		{"a text that was changed", text, "t", "t=mine", false, "t"},
		{"a text that is being typed", text, "t", "t=mine", true, ""},
		{"a value in entities", `<input id="t" name="t" value="a&amp;b &#34;c&#34;">`, "t", "t=a%26b+%22c%22", false, ""},
		{"a box checked in vain", `<input id="c" name="c" type="checkbox">`, "c", "c=on", false, "c"},
		{"a box unchecked in vain", `<input id="c" name="c" type="checkbox" checked>`, "c", "", false, "c"},
		{"a box that agrees", `<input id="c" name="c" type="checkbox" value="yes" checked>`, "c", "c=yes", false, ""},
		{"a radio chosen in vain", form(`<input id="r1" name="r" type="radio" value="1" checked><input id="r2" name="r" type="radio" value="2">`), "f", "r=2", false, "r1 r2"},
		{"a radio in no form", `<input id="r1" name="r" type="radio" value="1" checked><input id="r2" name="r" type="radio" value="2"><input id="q" name="q" type="radio" checked>`, "r2", "r=2", false, "r1 r2"},
		{"a choice set back", `<select id="s" name="s"><option value="1" selected>One</option><option value="2">Two</option></select>`, "s", "s=2", false, "s"},
		{"a choice that agrees, by its text", `<select id="s" name="s"><option>One</option><option>Two  x</option></select>`, "s", "s=One", false, ""},
		{"several choices", `<select id="s" name="s" multiple><option value="1" selected>a<option value="2" selected>b</select>`, "s", "s=2&s=1", false, ""},
		{"one of several choices", `<select id="s" name="s" multiple><option value="1" selected>a<option value="2">b</select>`, "s", "s=2&s=1", false, "s"},
		{"a text area", `<textarea id="a" name="a">` + "\nline\nline</textarea>", "a", "a=line%0D%0Aline", false, ""},
		{"a text area that begins with an empty line", "<textarea id=\"a\" name=\"a\">\r\n\r\nline</textarea>", "a", "a=%0D%0Aline", false, ""},
		{"an attribute that is written twice", `<input id="t" name="t" name="u" value="srv" value="other">`, "t", "t=mine", false, "t"},
		{"a text area that was changed", `<textarea id="a" name="a">x</textarea>`, "a", "a=y", false, "a"},
		{"all of a form that was submitted", form(text + `<input id="u" name="u" value="">`), "f", "t=1&u=2", false, "t u"},
		{"nothing beside a button", form(text + `<input id="u" name="u" value="">`), "b", "t=1&u=2", false, ""},
		{"nothing beside a field", form(text + `<input id="u" name="u" value="">`), "t", "t=1&u=2", false, "t"},
		{"a form that listens to changes", `<form id="f" hx-trigger="change">` + text + `</form>`, "f", "t=1", false, ""},
		{"a form that listens to submissions too", `<form id="f" hx-trigger="submit">` + text + `</form>`, "f", "t=1", false, "t"},
		{"a control of a form elsewhere", `<form id="f"></form><div>` + `<input id="t" name="t" form="f" value="x">` + `</div>`, "f", "t=1", false, "t"},
		{"a control that is another form's", `<form id="f"><input id="t" name="t" form="g"><input id="u" name="u"></form><form id="g"></form>`, "f", "u=1&t=1", false, "u"},
		{"in a disabled fieldset", form(`<fieldset disabled><legend><input id="l" name="l"></legend><input id="t" name="t"></fieldset>`), "f", "l=1&t=1", false, "l"},
		{"a disabled group of options", `<select id="s" name="s"><optgroup disabled><option>a</option></optgroup><option>b</option></select>`, "s", "s=b", false, ""},
		{"a choice that the view does not say", `<select id="s" name="s"><option>a</option><option>b</option></select>`, "s", "s=b", false, ""},
		{"a colour in capitals", `<input id="k" name="k" type="color" value="#AABBCC">`, "k", "k=%23aabbcc", false, ""},
		{"a colour that is none", `<input id="k" name="k" type="color" value="red">`, "k", "k=%23000000", false, ""},
		{"an address with blanks", `<input id="e" name="e" type="email" value=" a@b.c ">`, "e", "e=a%40b.c", false, ""},
		{"several addresses", `<input id="e" name="e" type="email" multiple value="a@b.c , d@e.f">`, "e", "e=a%40b.c%2Cd%40e.f", false, ""},
		{"a number that is none", `<input id="n" name="n" type="number" value="12x">`, "n", "n=", false, ""},
		{"a number that was changed", `<input id="n" name="n" type="number" value="12">`, "n", "n=13", false, "n"},
		{"a slider beyond its end", `<input id="r" name="r" type="range" max="10" value="99">`, "r", "r=10", false, ""},
		{"a slider that was moved", `<input id="r" name="r" type="range" max="10" value="5">`, "r", "r=7", false, "r"},
		{"a slider between its steps", `<input id="r" name="r" type="range" max="10" step="4" value="5">`, "r", "r=4", false, ""},
		{"a date that is none", `<input id="d" name="d" type="date" value="2026-13-01">`, "d", "d=", false, ""},
		{"a date that was changed", `<input id="d" name="d" type="date" value="2026-12-01">`, "d", "d=2026-12-02", false, "d"},
		{"a moment with seconds", `<input id="d" name="d" type="datetime-local" value="2026-01-01 10:00:00">`, "d", "d=2026-01-01T10%3A00", false, ""},
		{"lines in a text", "<input id=\"t\" name=\"t\" value=\"a\nb\">", "t", "t=ab", false, ""},
		{"not those of other forms", form(text) + `<form><input id="o" name="o" value="x"></form>`, "f", "t=1&o=1", false, "t"},
		{"a form without id", `<form hx-post="?event=E">` + text + `</form>`, "", "t=1", false, "t"},
		{"another form without id", `<form hx-post="?event=F">` + text + `</form>`, "", "t=1", false, ""},
		{"controls of one name", form(`<input id="x" name="n" value="1"><input id="y" name="n" value="2">`), "f", "n=1&n=9", false, "y"},
		{"a box of several that post the same", form(`<input id="x" name="n" type="checkbox" checked><input id="y" name="n" type="checkbox" checked>`), "x", "n=on", false, "x"},
		{"boxes that post the same, all ticked", form(`<input id="x" name="n" type="checkbox" checked><input id="y" name="n" type="checkbox" checked>`), "f", "n=on&n=on", false, ""},
		{"boxes that post the same, none ticked", form(`<input id="x" name="n" type="checkbox"><input id="y" name="n" type="checkbox" checked>`), "f", "", false, "y"},
		{"a password", `<input id="p" name="p" type="password">`, "p", "p=secret", false, ""},
		{"a hidden field", `<input id="h" name="h" type="hidden" value="1">`, "h", "h=2", false, ""},
		{"a colour without value", `<input id="k" name="k" type="color">`, "k", "k=%23000000", false, ""},
		{"a disabled field", `<input id="d" name="d" value="1" disabled>`, "d", "", false, ""},
		{"a control without id", `<p id="p"><input name="t" value="srv" hx-post="?event=E"></p>`, "", "t=mine", false, "#p input[name=\"t\"]:not([id]):not(#p [id] *)"},
		{"two without id", `<p id="p"><input name="t" value="srv" hx-post="?event=E"><input name="t"></p>`, "", "t=mine", false, ""},
		{"in a comment or a script", `<!-- <input id="t" name="t"> --><script><input id="t" name="t"></script>`, "t", "t=mine", false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			fields, err := url.ParseQuery(c.posted)
			if err != nil {
				t.Fatal(err)
			}
			ops := forced(t, c.view, patch.Posted{Source: c.source, Form: true, Address: "?event=E", Fields: fields, Typing: c.typing})
			var ids []string
			for _, op := range strings.Split(ops, `<hx-partial `)[1:] {
				id, rest, _ := strings.Cut(strings.TrimPrefix(op, "hx-target='"), "'")
				if strings.HasPrefix(op, "id=") {
					id, rest, _ = strings.Cut(strings.TrimPrefix(op, `id="`), `"`)
				}
				if ids = append(ids, id); !strings.Contains(rest, `hx-swap="outerHTML"><`) {
					t.Errorf("%s", op)
				}
			}
			if got := strings.Join(ids, " "); got != c.want {
				t.Errorf("replaces %q, not %q: %s", got, c.want, ops)
			}
		})
	}
}

// forced are the operations that set back what a page with the view has posted.
func forced(t testing.TB, view string, p patch.Posted) string {
	t.Helper()
	r, err := patch.Scan([]byte(view), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	ops, _ := r.AppendForced(nil, rootID, p)
	return string(ops)
}

func TestAFieldThatIsLeftIsReplacedUnlessItIsEntered(t *testing.T) {
	view := `<input id="t" name="t" value="srv"><input id="c" type="checkbox">`
	want := `<hx-partial hx-target='#t:not(:focus)' hx-swap="outerHTML"><input id="t" name="t" value="srv"></hx-partial>` +
		wait("t")
	if got := forced(t, view, patch.Posted{Source: "t", Left: true}); got != want {
		t.Errorf("%s\nnot %s", got, want)
	}
	for _, id := range []string{"c", "u", ""} {
		if got := forced(t, view, patch.Posted{Source: id, Left: true}); got != "" {
			t.Errorf("%q: %s", id, got)
		}
	}
}
