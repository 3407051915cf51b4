package snippets

import (
	"context"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/views"
)

type Login struct {
	Name     string `form:"name" validate:"required"`
	Password string `form:"password" validate:"required"`
}

var Form = forms.New[Login]("login")

type Users struct{}

func (*Users) Token(context.Context, string, string) (string, bool) { return "", false }

type Page struct{ Users *Users }

func (Page) Mount(*views.Socket, views.NoParams) error { return nil }
func (Page) Render() templ.Component                   { return templ.NopComponent }

var kit = handlers.New(handlers.Config{})

func check(Login) bool { return false }

func init() { handlers.View(kit, Page{}) }
