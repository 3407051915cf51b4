package forms_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/views"
)

// house has rows in rows.
type house struct {
	Floors []floor `form:"floors" validate:"dive"`
}

type floor struct {
	Rooms []room `form:"rooms" validate:"dive"`
}

type room struct {
	Name string `form:"name" validate:"required"`
}

var (
	plainHouses = forms.New[house]("plain-house")
	houses      = forms.New[house]("house", forms.WithLabels(func(_ context.Context, path string) string {
		return map[string]string{"floors[]": "%d. Stock", "floors.rooms[]": "Zimmer", "floors.rooms.name": "Name"}[path]
	}))
)

// plot is a page with a form of houses.
type plot struct{ key *forms.Key[house] }

func (p plot) Mount(s *views.Socket, _ views.NoParams) error {
	p.key.Set(s, house{[]floor{{[]room{{"a"}}}, {[]room{{"b"}, {"c"}}}}})
	return nil
}

func (plot) Save(*views.Socket, *forms.Submission[house]) error { return nil }

func (p plot) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		f := p.key.Get(ctx)
		content := []templ.Component{forms.Summary(f, "Wrong:"), templ.Raw("<p>" + f.RowLabel(ctx, &f.Data.Floors, 1) + "</p>")}
		for i := range f.Data.Floors {
			for j := range f.Data.Floors[i].Rooms {
				content = append(content, forms.Text(f.Field(&f.Data.Floors[i].Rooms[j].Name), ""))
			}
		}
		return forms.For(p.key, plot.Save, nil).Render(templ.WithChildren(ctx, templ.Join(content...)), w)
	})
}

func TestTheSummaryNamesRows(t *testing.T) {
	for _, c := range []struct {
		key       *forms.Key[house]
		row, want string
	}{
		{plainHouses, "Floors 2", "Floors 2, Rooms 2, Name: can&#39;t be blank"},
		{houses, "2. Stock", "2. Stock, Zimmer 2, Name: can&#39;t be blank"},
	} {
		v := viewtest.New(t, viewtest.Define(plot{c.key}))
		fields := fieldsIn(v.Page())
		fields.Set("floors[1].rooms[1].name", "")
		send(t, v, "Save", "", fields)
		if page := v.Page(); !strings.Contains(page, ">"+c.want+"</a>") || !strings.Contains(page, "<p>"+c.row+"</p>") {
			t.Errorf("the page does not say %q: %s", c.want, page)
		}
		// The number is that of the place, also where the row has moved.
		fields.Set("sb-row", "move floors 1 0")
		send(t, v, "Save", "", fields)
		if page := v.Page(); !strings.Contains(page, strings.Replace(c.want, "2", "1", 1)) {
			t.Errorf("after a move the page does not say %q: %s", strings.Replace(c.want, "2", "1", 1), page)
		}
	}
}
