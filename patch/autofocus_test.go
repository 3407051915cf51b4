package patch_test

import (
	"testing"

	"github.com/sideband-go/sideband/patch"
)

// Case 136.
func TestElementsThatWereBroughtWithAutofocusLoseIt(t *testing.T) {
	for _, c := range []struct{ name, ops, want string }{
		{"none", `<hx-partial id="a" hx-swap="beforeend"><input id="b"></hx-partial>`, ""},
		{"the word in a text", `<hx-partial id="a" hx-swap="textContent">&lt;input id="b" autofocus></hx-partial>`, ""},
		{"the word in a text area", `<hx-partial id="a" hx-swap="beforeend"><textarea id="t"><input id="b" autofocus></textarea></hx-partial>`, ""},
		{"a field", `<hx-partial id="a" hx-swap="beforeend"><p>x</p><input id="b" autofocus value="1" hx-post="?x"></hx-partial>`, `<hx-partial id="b" hx-swap="outerMorph"><input id="b" value="1" hx-post="?x"></hx-partial>`},
		{"a text area", `<textarea id="b" autofocus="">x</textarea><i>y</i>`, `<hx-partial id="b" hx-swap="outerMorph"><textarea id="b">x</textarea></hx-partial>`},
		{"a button with content", `<button autofocus id="b"><i>x</i></button>`, `<hx-partial id="b" hx-swap="outerMorph"><button id="b" sb-skip></button></hx-partial>`},
		{"two", `<input id="b" autofocus><input id="c" autofocus>`, `<hx-partial id="b" hx-swap="outerMorph"><input id="b"></hx-partial><hx-partial id="c" hx-swap="outerMorph"><input id="c"></hx-partial>`},
		{"no id", `<input autofocus>`, ""},
		{"an id that is no target", `<input id="a,b" autofocus>`, ""},
		{"a link, unless it is SVG's", `<a id="b" autofocus href="/x"><i>x</i></a>`, `<hx-partial hx-target='#b:not(svg *)' hx-swap="outerMorph"><a id="b" href="/x" sb-skip></a></hx-partial>`},
		{"what may be of SVG", `<svg><title id="b" autofocus></title></svg>`, ""},
		{"what is not closed", `<input id="b" autofocus`, ""},
	} {
		if got := string(patch.AppendFocused(nil, []byte(c.ops))); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}
