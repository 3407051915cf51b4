package patch_test

import (
	"net/url"
	"testing"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/patch"
)

// An event corrects the controls that it has posted, also those with the focus, of which the rendering has changed
// with it: a field whose text the view has followed is empty once its form is submitted.
func TestWhatAnEventToldOfShowsTheViewThoughItHasTheFocus(t *testing.T) {
	t.Parallel()
	text := func(id, value string) string {
		return `<input id="` + id + `" name="n" value="` + value + `" hx-post="?event=E">`
	}
	bare := `<input id="t" name="n" hx-post="?event=E">`
	form := func(in string) string { return `<form id="f" hx-post="?event=S">` + in + `</form>` }
	area := func(text string) string { return form(`<textarea id="t" name="n">` + text + `</textarea>`) }
	for _, c := range []struct {
		name, before, after, source, posted, want string
		form                                      bool
	}{
		{"the submitted form's", form(text("t", "typed")), form(text("t", "")), "f", "n=typed", "", true},
		{"the submitted form's, without a value", form(text("t", "typed")), form(bare), "f", "n=typed", "", true},
		{"the submitted form's second of a name", form(text("s", "x") + text("t", "typed")), form(text("s", "x") + text("t", "")), "f", "n=x&n=typed", "", true},
		{"the submitted form's, that agrees", form(text("t", "old")), form(text("t", "typed")), "f", "n=typed", "typed", true},
		{"a text area of the submitted form", area("old"), area(""), "f", "n=typed", "", true},
		{"not those of a form that has failed", form(text("t", "old")), form(text("t", "new")), "", "n=typed", "typed", false},
		{"the source's", text("t", "old"), text("t", "new"), "t", "n=typed", "new", false},
		{"the source's, one of several of a name", form(text("s", "x") + text("t", "old")), form(text("s", "x") + text("t", "new")), "t", "n=x&n=typed", "new", false},
		{"not another's of the name", form(text("s", "x") + text("t", "old")), form(text("s", "x") + text("t", "new")), "s", "n=x&n=typed", "typed", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			fields, err := url.ParseQuery(c.posted)
			if err != nil {
				t.Fatal(err)
			}
			p := &patch.Posted{Source: c.source, Form: c.form, Fields: fields}
			for _, ops := range []string{afterPost(t, c.before, c.after, p), wholeAfterPost(t, c.after, p)} {
				doc, err := htmxdom.Parse(pageOf(c.before))
				if err != nil {
					t.Fatal(err)
				}
				doc.Do(htmxdom.TypeInto("t", "typed"))
				if err := doc.Apply(ops); err != nil {
					t.Fatal(err)
				}
				if got := doc.Value(doc.ByID("t")); got != c.want {
					t.Errorf("shows %q, not %q: %s", got, c.want, ops)
				}
				if f := doc.Focus(); f == nil || attr(f, "id") != "t" {
					t.Errorf("the field has lost the focus: %s", ops)
				}
			}
		})
	}
}

// afterPost returns the operations from a to b after an event that posted controls.
func afterPost(t *testing.T, a, b string, p *patch.Posted) string {
	t.Helper()
	var tree patch.Tree
	r, err := patch.Scan([]byte(a), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	tree.Commit(r)
	if r, err = patch.Scan([]byte(b), nil, &tree); err != nil {
		t.Fatal(err)
	}
	r.SetPosted(p)
	ops, err := patch.Diff(nil, &tree, r, rootID)
	if err != nil {
		t.Fatal(err)
	}
	ops, _ = r.AppendForced(ops, rootID, *p)
	return string(ops)
}

// wholeAfterPost are the operations that make any page show the view after such an event.
func wholeAfterPost(t *testing.T, view string, p *patch.Posted) string {
	t.Helper()
	r, err := patch.Scan([]byte(view), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetPosted(p)
	ops := r.AppendBound(patch.AppendMorph(nil, rootID, []byte(view)), &patch.Tree{}, rootID)
	ops, _ = r.AppendForced(ops, rootID, *p)
	return string(ops)
}
