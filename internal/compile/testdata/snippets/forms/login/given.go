package snippets

import (
	"context"
	"io"

	"github.com/a-h/templ"
	"github.com/alexedwards/scs/v2"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

type Login struct {
	Name     string `form:"name" validate:"required"`
	Password string `form:"password" validate:"required"`
}

var Form = forms.New[Login]("login")

type Users struct{}

func (*Users) Check(_ context.Context, _, password string) bool { return password == "correct horse" }
func (*Users) Token(context.Context, string) string             { return "" }

type Page struct {
	Users    *Users
	Sessions *scs.SessionManager
}

var Name = state.NewKey[string]("name")

func (p Page) Mount(s *views.Socket, _ views.NoParams) error {
	Name.Set(s, p.Sessions.GetString(s, "user"))
	return nil
}

func (Page) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		f := Form.Get(ctx)
		return templ.Join(
			templ.Raw(`<h1 id="name">`+templ.EscapeString(Name.Get(ctx))+`</h1>`),
			forms.For(Form, Page.Enter, nil),
		).Render(templ.WithChildren(ctx, templ.Join(
			forms.Summary(f, "Not logged in:"),
			forms.Text(f.Field(&f.Data.Name), "Name"),
			forms.Password(f.Field(&f.Data.Password), "Password"),
			forms.Submit("Log in", ""),
		)), w)
	})
}

var kit = handlers.New(handlers.Config{})

func check(Login) bool { return false }

func init() { handlers.View(kit, Page{}) }
