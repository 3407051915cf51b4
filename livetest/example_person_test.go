package livetest_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/sideband-go/sideband/livetest"
)

// Behind a password, and a proxy that adds a header.
func ExamplePerson_SetBasicAuth() {
	example(func(t testing.TB) {
		r := chi.NewRouter()
		r.Use(middleware.BasicAuth("orders", map[string]string{"ann": "secret"}))
		r.Get("/country", func(w http.ResponseWriter, r *http.Request) { fmt.Println("from", r.Header.Get("X-Country")) })
		r.Mount("/", site())
		ann := livetest.Serve(t, r).Person()
		ann.SetBasicAuth("ann", "secret")
		ann.SetHeader("X-Country", "IS")
		fmt.Println(ann.Open("/help").Title())
		ann.Open("/country")
	})
	// Output:
	// Help
	// from IS
}

// Enter in a field submits its form as a browser does.
func ExampleElement_Key() {
	example(func(t testing.TB) {
		page := livetest.Open(t, gesturesSite(), "/")
		page.Field("two a").Key("Enter") // of two fields, without a button
		fmt.Printf("%q\n", page.Find("#noted").Text())
		page.Field("one a").Key("Enter") // of one field, without a button
		fmt.Printf("%q\n", page.Find("#noted").Text())
	})
	// Output:
	// ""
	// "one"
}
