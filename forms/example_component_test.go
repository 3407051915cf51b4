package forms_test

import (
	"context"
	"fmt"
	"io"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// Offer is what is posted.
type Offer struct {
	Price   int    `form:"price,omitempty" validate:"gte=1"`
	Comment string `form:"comment" validate:"max=200"`
}

var OfferForm = forms.New[Offer]("offer")

// Euros is a component for a field with an amount. In a program it is written as a templ template:
//
//	templ Euros(f forms.Field, label string) {
//		<label for={ f.ID }>{ label }</label>
//		<span class="money"><input inputmode="numeric" { f.InputAttrs(ctx)... }/> €</span>
//		@forms.Errors(f)
//	}
func Euros(f forms.Field, label string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return templ.Join(
			element("label", templ.Attributes{"for": f.ID}, templ.Raw(label)),
			templ.Raw(`<span class="money">`),
			element("input", append(templ.OrderedAttributes{{Key: "inputmode", Value: "numeric"}}, f.InputAttrs(ctx)...)),
			templ.Raw(" €</span>"),
			forms.Errors(f),
		).Render(ctx, w)
	})
}

// Note is one for a text of several lines:
//
//	templ Note(f forms.Field, label string) {
//		<label for={ f.ID }>{ label }</label>
//		<textarea { f.Attrs(ctx)... }>{ f.Value }</textarea>
//		@forms.Errors(f)
//	}
func Note(f forms.Field, label string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return templ.Join(
			element("label", templ.Attributes{"for": f.ID}, templ.Raw(label)),
			element("textarea", f.Attrs(ctx), templ.Raw(templ.EscapeString(f.Value))),
			forms.Errors(f),
		).Render(ctx, w)
	})
}

// OfferPage is a page that uses them as those of package forms.
type OfferPage struct{}

func (OfferPage) Mount(*views.Socket, views.NoParams) error { return nil }

func (OfferPage) Change(*views.Socket, *forms.Form[Offer]) error { return nil }

func (OfferPage) Make(s *views.Socket, f *forms.Submission[Offer]) error {
	s.Flash(views.FlashSuccess, fmt.Sprintf("You have offered %d €.", f.Data.Price))
	return nil
}

func (OfferPage) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		f := OfferForm.Get(ctx)
		form := forms.For(OfferForm, OfferPage.Make, OfferPage.Change)
		return templ.Join(views.Flash(), form).Render(templ.WithChildren(ctx, templ.Join(
			Euros(f.Field(&f.Data.Price), "Price"),
			Note(f.Field(&f.Data.Comment), "Comment"),
			forms.Submit("Make an offer", ""),
		)), w)
	})
}

// A component of one's own needs the field's attributes, its label and its errors.
func ExampleField_InputAttrs() {
	visit(OfferPage{}, func(page *livetest.Page) {
		form := page.Form("Make an offer")
		form.Fill("Price", "ten")
		fmt.Println(form.Error("Price"))
		form.Fill("Price", "10")
		form.Fill("Comment", "Cash")
		form.Submit()
		fmt.Println(page.Flash(views.FlashSuccess))
	})
	// Output:
	// must be a number
	// You have offered 10 €.
}
