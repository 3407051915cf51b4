package snippets

import (
	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

type Filter struct {
	Text    string `form:"text" validate:"max=20"`
	Country string `form:"country"`
}

var (
	Form      = forms.New[Filter]("filter")
	Found     = state.NewKey[string]("found")
	countries = []forms.Option{{Label: "Everywhere"}, {Value: "DE", Label: "Germany"}}
)

type Page struct{}

func (Page) Mount(s *views.Socket, _ views.NoParams) error { Found.Set(s, "all"); return nil }

func (Page) Change(s *views.Socket, f *forms.Form[Filter]) error {
	if f.Valid() {
		Found.Set(s, f.Data.Text+" in "+f.Data.Country)
	}
	return nil
}
