package forms_test

import (
	"context"
	"fmt"
	"io"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Account is what is posted.
type Account struct {
	Name string `form:"name" validate:"required"`
	Age  int    `form:"age,omitempty" validate:"gte=18"`
}

// Language is the language of the page.
var Language = state.NewKey[string]("language")

var AccountForm = forms.New[Account]("account",
	forms.WithMessages(func(ctx context.Context, p forms.Problem) string {
		if Language.Get(ctx) != "de" {
			return "" // the text in English
		}
		switch p.Rule {
		case "required":
			return "darf nicht leer sein"
		case "gte":
			return "muss mindestens " + p.Param + " sein"
		case forms.RuleParse:
			return "muss eine Zahl sein"
		}
		return "stimmt nicht"
	}),
	forms.WithLabels(func(ctx context.Context, path string) string {
		if Language.Get(ctx) != "de" {
			return ""
		}
		return map[string]string{"age": "Alter"}[path] // "" is one made of the field's name
	}),
)

// AccountPage is a page. In a program its Render is written as a templ template. Components without a label have that of
// WithLabels, or one that is made of the field's name:
//
//	@forms.For(AccountForm, AccountPage.Save, AccountPage.Change) {
//		@forms.Text(f.Field(&f.Data.Name), "")
//		@forms.Number(f.Field(&f.Data.Age), "")
//		@forms.Submit("Save", "")
//	}
type AccountPage struct{}

func (AccountPage) Mount(s *views.Socket, _ views.NoParams) error {
	Language.Set(s, "en")
	return nil
}

func (AccountPage) Speak(s *views.Socket, language string) error {
	Language.Set(s, language)
	return nil
}

func (AccountPage) Change(*views.Socket, *forms.Form[Account]) error     { return nil }
func (AccountPage) Save(*views.Socket, *forms.Submission[Account]) error { return nil }

func (AccountPage) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		f := AccountForm.Get(ctx)
		form := forms.For(AccountForm, AccountPage.Save, AccountPage.Change)
		deutsch := element("button", views.OnClick(ctx, AccountPage.Speak, "de"), templ.Raw("Deutsch"))
		return templ.Join(deutsch, form).Render(templ.WithChildren(ctx, templ.Join(
			forms.Text(f.Field(&f.Data.Name), ""),
			forms.Number(f.Field(&f.Data.Age), ""),
			forms.Submit("Save", ""),
		)), w)
	})
}

// Texts are made when the page is rendered, in its language.
func ExampleWithMessages() {
	visit(AccountPage{}, func(page *livetest.Page) {
		page.Button("Save").Click()
		fmt.Printf("%q\n", page.Errors())
		page.Button("Deutsch").Click()
		fmt.Printf("%q\n", page.Errors())
	})
	// Output:
	// ["Name: can't be blank" "Age: must be 18 or more"]
	// ["Name: darf nicht leer sein" "Alter: muss mindestens 18 sein"]
}
