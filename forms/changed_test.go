package forms_test

import (
	"context"
	"io"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/views"
)

// Place is the data of a form with a choice that another one empties.
type Place struct {
	Country string `form:"country"`
	Region  string `form:"region"`
}

var placesForm = forms.New[Place]("place")

type placePage struct{}

func (placePage) Mount(s *views.Socket, _ views.NoParams) error {
	placesForm.Set(s, Place{Country: "DE"})
	return nil
}

func (placePage) Change(_ *views.Socket, f *forms.Form[Place]) error {
	if f.Changed(&f.Data.Country) {
		f.Data.Region = ""
	}
	return nil
}

func (placePage) Save(*views.Socket, *forms.Submission[Place]) error { return nil }

func (placePage) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		f := placesForm.Get(ctx)
		options := []forms.Option{{Value: "DE", Label: "Germany"}, {Value: "FR", Label: "France"}}
		return forms.For(placesForm, placePage.Save, placePage.Change).Render(templ.WithChildren(ctx, templ.Join(
			forms.Select(f.Field(&f.Data.Country), "Country", options),
			forms.Text(f.Field(&f.Data.Region), "Region"),
			forms.Submit("Save", ""),
		)), w)
	})
}

// A field that the user passes by empties nothing.
func TestAFieldThatIsLeftHasNotChanged(t *testing.T) {
	page := openPage(t, placePage{})
	page.Field("Region").Fill("Berlin")
	page.Field("Country").Focus()
	page.Blur()
	page.Settle()
	if got := page.Field("Region").Value(); got != "Berlin" {
		t.Errorf("after the country was left the region is %q", got)
	}
	form := page.Form("Save")
	form.Choose("Country", "France")
	if got := page.Field("Region").Value(); got != "" {
		t.Errorf("after the country has changed the region is %q", got)
	}
}
