package htmxdom_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/htmxdom"
)

// In a long-lived page, in which thousands of elements come and go, the elements that stay keep what was
// typed and checked, and stay initialised by htmx.
func TestALongLivedPage(t *testing.T) {
	d, err := htmxdom.Parse(`<main><input id="text" hx-post="/text"><input id="box" type="checkbox"><ul id="list"></ul></main>`)
	if err != nil {
		t.Fatal(err)
	}
	d.Do(htmxdom.TypeInto("text", "typed"), htmxdom.CheckBox("box", true))
	for round := range 30 {
		var b strings.Builder
		b.WriteString(`<hx-partial id="list" hx-swap="innerHTML">`)
		for i := range 100 {
			fmt.Fprintf(&b, `<li><input id="i%d" value="%d"><a hx-get="/%d">%d</a><template><input></template></li>`, i, round, i, i)
		}
		b.WriteString(`</hx-partial>`)
		if err := d.Apply(b.String()); err != nil {
			t.Fatal(err)
		}
		d.Do(htmxdom.TypeInto("i7", "mine"))
	}
	for id, want := range map[string]string{"text": "typed", "i7": "mine", "i8": "29"} {
		if got := d.Value(d.ByID(id)); got != want {
			t.Errorf("#%s shows %q, not %q", id, got, want)
		}
	}
	if !d.Checked(d.ByID("box")) {
		t.Error("the box is not checked any more")
	}
	if n := len(d.Dispatch("change", d.ByID("text"), true)); n != 1 {
		t.Errorf("a change of the field triggers %d requests", n)
	}
	if n := len(d.Dispatch("click", d.Find("#list a")[50], true)); n != 1 {
		t.Errorf("a click in the list triggers %d requests", n)
	}
	if c := d.Content(d.Find("#list template")[50]); c == nil || c.FirstChild == nil {
		t.Error("a template has lost what it held")
	}
}
