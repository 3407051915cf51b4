package handlers_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"regexp"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/views"
)

// Things is a page that shows flash messages.
//
//	templ (Things) Render() {
//		@views.Flash()
//	}
type Things struct{}

func (Things) Mount(*views.Socket, views.NoParams) error { return nil }

func (Things) Render() templ.Component { return views.Flash() }

// A handler of the application's own tells the user something on the next page, once.
func ExampleKit_Flash() {
	kit := handlers.New(handlers.Config{Logger: quietLogger})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/things", handlers.View(kit, Things{}))
	r.Post("/save", func(w http.ResponseWriter, r *http.Request) {
		kit.Flash(w, r, views.FlashSuccess, "Saved")
		http.Redirect(w, r, "/things", http.StatusSeeOther)
	})
	server := httptest.NewServer(r)
	defer server.Close()
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err)
	}
	browser := &http.Client{Jar: jar}
	show := func(method, path string) {
		req, err := http.NewRequestWithContext(context.Background(), method, server.URL+path, nil)
		if err != nil {
			panic(err)
		}
		res, err := browser.Do(req)
		if err != nil {
			panic(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s %q\n", res.Request.URL.Path, regexp.MustCompile(`<span>(.*?)</span>`).FindAllSubmatch(body, -1))
	}
	show("POST", "/save")
	show("GET", "/things")

	if err := kit.Shutdown(context.Background()); err != nil {
		panic(err)
	}
	browser.CloseIdleConnections()
	// Output:
	// /things [["<span>Saved</span>" "Saved"]]
	// /things []
}
