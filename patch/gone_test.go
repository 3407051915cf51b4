package patch_test

import (
	"testing"

	"github.com/sideband-go/sideband/internal/htmxdom"
)

// What was typed into a field without an id does not turn up in another one that takes its place.
func TestAFieldWithoutAnIDShowsNothingOfOneThatIsGone(t *testing.T) {
	t.Parallel()
	form := func(in string) string { return `<form id="f">` + in + `</form>` }
	for _, c := range []struct {
		name, before, after, want string
	}{
		{"a password, then a name", form(`<p>Password <input type="password" name="secret"></p>`), form(`<p>Name <input type="text" name="nick"></p>`), ""},
		{"in no form", `<p><input name="secret"></p>`, `<p><input name="nick" value="x"></p>`, "x"},
		{"another type of one name", form(`<input type="password" name="n">`), form(`<input name="n">`), ""},
		{"a text area", form(`<textarea name="a"></textarea>`), form(`<textarea name="b"></textarea>`), ""},
		{"one that stays beside it", form(`<input name="a"><b>x</b>`), form(`<input name="b"><input name="a"><b>y</b>`), ""},
		{"one that is as before", form(`<input name="a"><b>x</b>`), form(`<input name="a"><b>y</b>`), "secret"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ops := between(t, c.before, c.after)
			doc, err := htmxdom.Parse(pageOf(c.before))
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range doc.Elements() {
				if n.Data == "input" || n.Data == "textarea" {
					doc.Type(n, "secret")
				}
			}
			doc.SetFocus(nil)
			if err := doc.Apply(ops); err != nil {
				t.Fatal(err)
			}
			for _, n := range doc.Elements() {
				if n.Data == "input" || n.Data == "textarea" {
					if got := doc.Value(n); got != c.want {
						t.Errorf("%s shows %q, not %q: %s", attr(n, "name"), got, c.want, ops)
					}
					break
				}
			}
		})
	}
}
