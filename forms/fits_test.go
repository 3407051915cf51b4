package forms_test

import (
	"context"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/forms"
)

// A component that can't show a field says so, where the page would lose what is in it.
func TestComponentsRefuseFieldsThatTheyCantShow(t *testing.T) {
	f, err := sheets.Decode(t.Context(), url.Values{})
	if err != nil {
		t.Fatal(err)
	}
	name, news, tags, homes := f.Field(&f.Data.Name), f.Field(&f.Data.News), f.Field(&f.Data.Tags), f.Field(&f.Data.Homes)
	g := decode(t, url.Values{})
	home := g.Field(&g.Data.Home)
	for want, c := range map[string]templ.Component{
		"Checkbox is for a bool, and the field name is a single value":           forms.Checkbox(name, ""),
		"Boxes is for a list of values, and the field name is a single value":    forms.Boxes(name, "", days),
		"Text is for a single value, and the field news is a bool":               forms.Text(news, ""),
		"Radio is for a single value, and the field tags is a list of values":    forms.Radio(tags, "", days),
		"Number is for a single value, and the field home is a struct: render":   forms.Number(home, ""),
		"Select is for a single value, and the field homes is a list of structs": forms.Select(homes, "", days),
	} {
		said := panics(func() { _ = c.Render(context.Background(), io.Discard) })
		if !strings.Contains(said, want) {
			t.Errorf("%s: %s", want, said)
		}
	}
}
