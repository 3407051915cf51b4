package handlers_test

import (
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var Name = state.NewKey[string]("name")

// Hello is a page; its Render would be a templ template.
type Hello struct{}

func (Hello) Mount(s *views.Socket, q struct {
	Name string `path:"name"`
},
) error {
	s.SetTitle("Hello")
	Name.Set(s, q.Name)
	return nil
}

func (Hello) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, "<h1>Hello, %s!</h1>", templ.EscapeString(Name.Get(ctx)))
		return err
	})
}

func Example() {
	kit := handlers.New(handlers.Config{Logger: quietLogger})
	r := chi.NewRouter()
	r.Use(kit.Middleware) // outermost
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/hello/{name}", handlers.View(kit, Hello{}))

	w := httptest.NewRecorder()
	r.ServeHTTP(w, httptest.NewRequest("GET", "/hello/Ann", nil))
	_, body, _ := strings.Cut(w.Body.String(), "<h1>")
	heading, _, _ := strings.Cut(body, "</h1>")
	fmt.Println(w.Code, heading)

	if err := kit.Shutdown(context.Background()); err != nil {
		panic(err)
	}
	// Output: 200 Hello, Ann!
}
