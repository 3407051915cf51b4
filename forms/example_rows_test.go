package forms_test

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// Trip is what is posted.
type Trip struct {
	Stops []Stop `form:"stops" validate:"max=3,dive"`
}

// Stop is a row.
type Stop struct {
	City string `form:"city" validate:"required"`
}

var TripForm = forms.New[Trip]("trip")

// TripPage is a page. In a program its Render is written as a templ template:
//
//	templ (TripPage) Render() {
//		{{ f := TripForm.Get(ctx) }}
//		@views.Flash()
//		@forms.For(TripForm, TripPage.Save, nil) {
//			for i := range f.Data.Stops {
//				@forms.Text(f.Field(&f.Data.Stops[i].City), "City")
//				<button { f.RemoveRow(&f.Data.Stops, i)... }>Remove</button>
//				<button { f.MoveRow(&f.Data.Stops, i, i-1)... }>Up</button>
//			}
//			<button { f.AddRow(&f.Data.Stops)... }>Add stop</button>
//			<button>Save</button>
//		}
//	}
type TripPage struct{}

func (TripPage) Mount(s *views.Socket, _ views.NoParams) error {
	TripForm.Set(s, Trip{Stops: []Stop{{"Rome"}}})
	return nil
}

func (TripPage) Save(s *views.Socket, f *forms.Submission[Trip]) error {
	var cities []string
	for _, stop := range f.Data.Stops {
		cities = append(cities, stop.City)
	}
	s.Flash(views.FlashSuccess, "Saved: "+strings.Join(cities, ", "))
	return nil
}

func (TripPage) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		f := TripForm.Get(ctx)
		var fields []templ.Component
		for i := range f.Data.Stops {
			fields = append(fields,
				forms.Text(f.Field(&f.Data.Stops[i].City), "City"),
				element("button", f.RemoveRow(&f.Data.Stops, i), templ.Raw("Remove")),
				element("button", f.MoveRow(&f.Data.Stops, i, i-1), templ.Raw("Up")),
			)
		}
		fields = append(fields, element("button", f.AddRow(&f.Data.Stops), templ.Raw("Add stop")), templ.Raw("<button>Save</button>"))
		form := forms.For(TripForm, TripPage.Save, nil)
		return templ.Join(views.Flash(), form).Render(templ.WithChildren(ctx, templ.Join(fields...)), w)
	})
}

// Rows are added, moved and removed by buttons that need no method.
func ExampleForm_AddRow() {
	visit(TripPage{}, func(page *livetest.Page) {
		form := page.Form("Save")
		form.Button("Add stop").Click()
		form.Button("Add stop").Click()
		form.Field("City").Nth(1).Fill("Oslo")
		form.Field("City").Nth(2).Fill("Paris")
		form.Button("Up").Nth(2).Click()
		form.Button("Remove").Nth(0).Click()
		form.Submit("Save")
		fmt.Println(page.Flash(views.FlashSuccess))
	})
	// Output: Saved: Paris, Oslo
}
