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

// Signup is what is posted.
type Signup struct {
	Email string `form:"email" validate:"required,email"`
	Age   int    `form:"age,omitempty" validate:"gte=18"`
}

var SignupForm = forms.New[Signup]("sign-up")

// SignupPage is a page. In a program its Render is written as a templ template:
//
//	templ (SignupPage) Render() {
//		{{ f := SignupForm.Get(ctx) }}
//		@views.Flash()
//		@forms.For(SignupForm, SignupPage.Save, SignupPage.Change) {
//			@forms.Summary(f, "Please correct this:")
//			@forms.Text(f.Field(&f.Data.Email), "Email")
//			@forms.Number(f.Field(&f.Data.Age), "Age")
//			@forms.Submit("Sign up", "Signing up…")
//		}
//	}
type SignupPage struct{}

func (SignupPage) Mount(s *views.Socket, _ views.NoParams) error {
	SignupForm.Set(s, Signup{Email: "@example.org"})
	return nil
}

// Change runs for each change of a field.
func (SignupPage) Change(_ *views.Socket, f *forms.Form[Signup]) error {
	check(f)
	return nil
}

// Save runs for a submit whose data is valid.
func (SignupPage) Save(s *views.Socket, f *forms.Submission[Signup]) error {
	if check(f.Form); f.Valid() {
		s.Flash(views.FlashSuccess, "Welcome, "+f.Data.Email)
		f.Reset(Signup{})
	}
	return nil
}

func check(f *forms.Form[Signup]) {
	if strings.HasPrefix(f.Data.Email, "bob@") {
		f.AddError(&f.Data.Email, "is taken")
	}
}

func (SignupPage) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		f := SignupForm.Get(ctx)
		return templ.Join(views.Flash(), forms.For(SignupForm, SignupPage.Save, SignupPage.Change)).Render(templ.WithChildren(ctx, templ.Join(
			forms.Summary(f, "Please correct this:"),
			forms.Text(f.Field(&f.Data.Email), "Email"),
			forms.Number(f.Field(&f.Data.Age), "Age"),
			forms.Submit("Sign up", "Signing up…"),
		)), w)
	})
}

// A form shows what is wrong with a field once it was used, and all of it after a submit.
func Example() {
	visit(SignupPage{}, func(page *livetest.Page) {
		form := page.Form("Sign up")
		form.Fill("Email", "bob@example.org")
		fmt.Printf("%q\n", form.Errors())
		form.Submit()
		fmt.Printf("%q\n", form.Errors())

		form.Fill("Email", "ann@example.org")
		form.Fill("Age", "30")
		form.Submit()
		fmt.Println(page.Flash(views.FlashSuccess))
	})
	// Output:
	// ["Email: is taken"]
	// ["Email: is taken" "Age: must be 18 or more"]
	// Welcome, ann@example.org
}
