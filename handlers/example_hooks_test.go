package handlers_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// User is who has signed in.
type User struct{ Name string }

type userKey struct{}

// LoadUser is plain middleware: it runs before each page, connection and event.
func LoadUser(find func(*http.Request) (User, bool)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if u, ok := find(r); ok {
				r = r.WithContext(context.WithValue(r.Context(), userKey{}, u))
			}
			next.ServeHTTP(w, r)
		})
	}
}

// CurrentUser is set in each page below RequireUser.
var CurrentUser = state.NewKey[User]("user")

// RequireUser sends strangers to the login.
var RequireUser = views.FromContext(userKey{}, CurrentUser, func(s *views.Socket) error {
	s.Flash(views.FlashError, "Please log in")
	return s.Redirect("/login")
})

// Dashboard is a page for who has signed in.
//
//	templ (Dashboard) Render() {
//		<h1>Hello, { CurrentUser.Get(ctx).Name }</h1>
//	}
type Dashboard struct{}

func (Dashboard) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle(CurrentUser.Get(s).Name)
	return nil
}

func (Dashboard) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, "<h1>Hello, %s</h1>", templ.EscapeString(CurrentUser.Get(ctx).Name))
		return err
	})
}

// All pages of a group know who has signed in, and strangers are sent to the login.
func ExampleKit_Hooks() {
	kit := handlers.New(handlers.Config{Logger: quietLogger})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Use(LoadUser(func(r *http.Request) (User, bool) { // here, from a header
		name := r.Header.Get("User")
		return User{name}, name != ""
	}))
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Group(func(r chi.Router) {
		r.Use(kit.Hooks(RequireUser))
		r.Handle("/dashboard", handlers.View(kit, Dashboard{}))
	})

	for _, name := range []string{"Ann", ""} {
		req := httptest.NewRequest("GET", "/dashboard", nil)
		req.Header.Set("User", name)
		w := httptest.NewRecorder()
		r.ServeHTTP(w, req)
		_, body, _ := strings.Cut(w.Body.String(), "<h1>")
		heading, _, _ := strings.Cut(body, "</h1>")
		fmt.Println(w.Code, heading+w.Header().Get("Location"))
	}
	if err := kit.Shutdown(context.Background()); err != nil {
		panic(err)
	}
	// Output:
	// 200 Hello, Ann
	// 303 /login
}
