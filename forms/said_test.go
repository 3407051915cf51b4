package forms_test

import (
	"context"
	"io"
	"slices"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/views"
)

// Nickname is the data of a form about which only its submit knows all.
type Nickname struct {
	Name  string `form:"name" validate:"required"`
	Group string `form:"group"`
}

var nicknames = forms.New[Nickname]("nickname")

// nicknamePage refuses the name bob at each submit, and the group no at each change.
type nicknamePage struct{}

func (nicknamePage) Mount(s *views.Socket, _ views.NoParams) error {
	nicknames.Set(s, Nickname{Name: "bob", Group: "all"})
	return nil
}

func (nicknamePage) Change(_ *views.Socket, f *forms.Form[Nickname]) error {
	if f.Data.Group == "no" {
		f.AddError(&f.Data.Group, "is closed")
	}
	return nil
}

func (p nicknamePage) Save(s *views.Socket, f *forms.Submission[Nickname]) error {
	if f.Data.Name == "bob" {
		f.AddError(&f.Data.Name, "is taken")
		f.AddFormError("Nothing was saved.")
	}
	return p.Change(s, f.Form)
}

func (nicknamePage) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		f := nicknames.Get(ctx)
		return forms.For(nicknames, nicknamePage.Save, nicknamePage.Change).Render(templ.WithChildren(ctx, templ.Join(
			forms.Summary(f, "Please correct this:"),
			forms.Text(f.Field(&f.Data.Name), "Name"),
			forms.Text(f.Field(&f.Data.Group), "Group"),
			forms.Submit("Save", ""),
		)), w)
	})
}

// What a submit has said is not taken back because the user leaves the field from which it was sent, or fills in
// another one.
func TestWhatASubmitHasSaidStays(t *testing.T) {
	page := openPage(t, nicknamePage{})
	form := page.Form("Save")
	form.Field("Name").Focus()
	form.Field("Name").Key("Enter") // the summary gets the focus, and the field is left
	page.Settle()
	expectList := func(when string, want ...string) {
		t.Helper()
		if got := page.Find(".sb-summary li").Texts(); !slices.Equal(got, want) {
			t.Errorf("%s, the summary says %q", when, got)
		}
	}
	expectList("after the submit", "Nothing was saved.", "Name: is taken")
	form.Field("Group").Focus()
	page.Blur()
	expectList("after a field was left", "Nothing was saved.", "Name: is taken")
	form.Fill("Group", "no")
	expectList("after another field has changed", "Name: is taken", "Group: is closed")
	form.Submit()
	expectList("after another submit", "Nothing was saved.", "Name: is taken", "Group: is closed")
	form.Fill("Group", "yes")
	form.Fill("Name", "ann")
	form.ExpectErrors()
	form.Submit()
	form.ExpectErrors()
}
