package forms_test

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// Login is what is posted.
type Login struct {
	Name     string `form:"name" validate:"required"`
	Password string `form:"password" validate:"required"`
}

var LoginForm = forms.New[Login]("login")

// LoginPage is a page whose form the browser posts to /enter. In a program its Render is written as a templ template:
//
//	templ (LoginPage) Render() {
//		{{ f := LoginForm.Get(ctx) }}
//		{{ b := forms.BindTo(ctx, LoginForm, "/enter", LoginPage.Change) }}
//		{{ ctx = b.Context(ctx) }}
//		@views.Flash()
//		<form { b.Attrs()... }>
//			@b.Hidden()
//			@forms.Text(f.Field(&f.Data.Name), "Name")
//			@forms.Password(f.Field(&f.Data.Password), "Password")
//			<button>Log in</button>
//		</form>
//	}
type LoginPage struct{}

func (LoginPage) Mount(*views.Socket, views.NoParams) error { return nil }

// Change has nothing to do: the fields are validated before it runs.
func (LoginPage) Change(*views.Socket, *forms.Form[Login]) error { return nil }

func (LoginPage) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		f := LoginForm.Get(ctx)
		b := forms.BindTo(ctx, LoginForm, "/enter", LoginPage.Change)
		return templ.Join(views.Flash(), element("form", b.Attrs(),
			b.Hidden(),
			forms.Text(f.Field(&f.Data.Name), "Name"),
			forms.Password(f.Field(&f.Data.Password), "Password"),
			templ.Raw("<button>Log in</button>"),
		)).Render(b.Context(ctx), w)
	})
}

// enter is an ordinary handler, below the kit's middleware.
func enter(kit *handlers.Kit) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			http.Error(w, "That could not be read.", http.StatusBadRequest)
			return
		}
		f, err := LoginForm.Decode(r.Context(), r.PostForm)
		switch {
		case err != nil:
			http.Error(w, "Please try again.", http.StatusInternalServerError)
			return
		case !f.Valid() || f.Data.Password != "correct horse":
			kit.Flash(w, r, views.FlashError, "The name or the password is wrong.")
		default:
			http.SetCookie(w, &http.Cookie{Name: "user", Value: f.Data.Name, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
			kit.Flash(w, r, views.FlashSuccess, "Welcome, "+f.Data.Name)
		}
		http.Redirect(w, r, "/", http.StatusSeeOther)
	}
}

// A form may be posted to an ordinary handler, while its fields are validated live.
func ExampleKey_Decode() {
	visit(LoginPage{}, func(page *livetest.Page) {
		form := page.Form("Log in")
		form.Fill("Name", "Ann")
		form.Fill("Name", "")
		fmt.Printf("%q\n", form.Errors())
		form.Submit()
		fmt.Println(page.Flash(views.FlashError))

		form.Fill("Name", "Ann")
		form.Fill("Password", "correct horse")
		form.Submit()
		fmt.Println(page.Flash(views.FlashSuccess))
	}, func(kit *handlers.Kit, r chi.Router) {
		r.Post("/enter", enter(kit))
	})
	// Output:
	// ["Name: can't be blank"]
	// The name or the password is wrong.
	// Welcome, Ann
}
