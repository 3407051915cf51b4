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
		{"a text area that was changed", `<textarea id="a" name="a">x</textarea>`, "a", "a=y", false, "a"},
		{"all of the source's form", form(text + `<input id="u" name="u" value="">`), "b", "t=1&u=2", false, "t u"},
		{"not those of other forms", form(text) + `<form><input id="o" name="o" value="x"></form>`, "f", "t=1&o=1", false, "t"},
		{"a form without id", `<form>` + text + `</form>`, "", "t=1", false, "t"},
		{"two forms alike", `<form>` + text + `</form><form><input id="v" name="t"></form>`, "", "t=1", false, ""},
		{"controls of one name", form(`<input id="x" name="n" value="1"><input id="y" name="n" value="2">`), "f", "n=1&n=9", false, "y"},
		{"a password", `<input id="p" name="p" type="password">`, "p", "p=secret", false, ""},
		{"a hidden field", `<input id="h" name="h" type="hidden" value="1">`, "h", "h=2", false, ""},
		{"a colour without value", `<input id="k" name="k" type="color">`, "k", "k=%23000000", false, ""},
		{"a disabled field", `<input id="d" name="d" value="1" disabled>`, "d", "", false, ""},
		{"a control without id", `<input name="t" value="srv">`, "", "t=mine", false, ""},
		{"in a comment or a script", `<!-- <input id="t" name="t"> --><script><input id="t" name="t"></script>`, "t", "t=mine", false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			fields, err := url.ParseQuery(c.posted)
			if err != nil {
				t.Fatal(err)
			}
			ops := string(patch.AppendForced(nil, []byte(c.view), patch.Posted{Source: c.source, Fields: fields, Typing: c.typing}))
			var ids []string
			for _, op := range strings.Split(ops, `<hx-partial id="`)[1:] {
				id, rest, _ := strings.Cut(op, `"`)
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
