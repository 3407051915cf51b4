package forms_test

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Tip is what is posted.
type Tip struct {
	Bill    int `form:"bill,omitempty" validate:"gte=0,lte=10000"`
	Percent int `form:"percent" validate:"gte=0,lte=50"`
}

var (
	TipForm = forms.New[Tip]("tip")
	Paid    = state.NewKey[string]("paid")
)

// TipPage is a page with a <form> of its own. In a program its Render is written as a templ template:
//
//	templ (TipPage) Render() {
//		{{ f := TipForm.Get(ctx) }}
//		{{ b := forms.Bind(ctx, TipForm, TipPage.Pay, TipPage.Change) }}
//		{{ ctx = b.Context(ctx) }}
//		<form { b.Attrs()... }>
//			@b.Hidden()
//			@forms.Number(f.Field(&f.Data.Bill), "Bill")
//			@forms.Number(f.Field(&f.Data.Percent), "Percent")
//			<button>Pay</button>
//		</form>
//		<p id="paid">{ Paid.Get(ctx) }</p>
//	}
type TipPage struct{}

func (TipPage) Mount(s *views.Socket, _ views.NoParams) error {
	TipForm.Set(s, Tip{Percent: 10})
	Paid.Set(s, "")
	return nil
}

// Change sets what follows from other fields.
func (TipPage) Change(_ *views.Socket, f *forms.Form[Tip]) error {
	if f.Changed(&f.Data.Bill) && f.Data.Bill > 100 {
		f.Data.Percent = 5
	}
	return nil
}

func (TipPage) Pay(s *views.Socket, f *forms.Submission[Tip]) error {
	Paid.Set(s, "Paid: "+strconv.Itoa(f.Data.Bill*(100+f.Data.Percent)/100))
	return nil
}

func (TipPage) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		f := TipForm.Get(ctx)
		b := forms.Bind(ctx, TipForm, TipPage.Pay, TipPage.Change)
		return templ.Join(
			element("form", b.Attrs(),
				b.Hidden(),
				forms.Number(f.Field(&f.Data.Bill), "Bill"),
				forms.Number(f.Field(&f.Data.Percent), "Percent"),
				templ.Raw("<button>Pay</button>"),
			),
			templ.Raw(`<p id="paid">`+Paid.Get(ctx)+`</p>`),
		).Render(b.Context(ctx), w)
	})
}

// A method for changes may set other fields; the one for submits gets parsed, valid data.
func ExampleBind() {
	visit(TipPage{}, func(page *livetest.Page) {
		form := page.Form("Pay")
		form.Fill("Bill", "12o")
		form.Submit()
		fmt.Printf("%q %q\n", form.Errors(), page.Find("#paid").Text())

		form.Fill("Bill", "120")
		fmt.Println("Percent:", form.Field("Percent").Value())
		form.Submit()
		fmt.Println(page.Find("#paid").Text())
	})
	// Output:
	// ["Bill: must be a number"] ""
	// Percent: 5
	// Paid: 126
}
