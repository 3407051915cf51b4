package snippets

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

func routes(users *Users) http.Handler {
	kit := handlers.New(handlers.Config{Security: handlers.Security{Secrets: [][]byte{bytes.Repeat([]byte("s"), 32)}}})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/users", handlers.View(kit, views.Static("Users", views.Flash())))
	r.Handle("/users/{id}", handlers.View(kit, Page{Users: users}))
	return r
}

// The second of two who save is told so, also if the program was restarted in between.
func TestTwoEditOne(t *testing.T) {
	for _, restarts := range []bool{false, true} {
		users := &Users{one: User{ID: 7, Version: 1, Name: "Ann"}}
		site := livetest.Serve(t, routes(users))
		first, second := site.Open("/users/7"), site.Open("/users/7")
		second.Field("Name").Fill("Bea")
		first.Field("Name").Fill("Cleo")
		first.Form("edit").Submit()
		if first.Path() != "/users" {
			t.Fatalf("the first is at %s", first.Path())
		}
		if restarts {
			site.Restart(routes(users))
		}
		second.Form("edit").Submit()
		second.Expect(".sb-summary li", "Somebody else has saved this meanwhile. What you have typed is still here.")
		second.Field("Name").ExpectValue("Bea")
		if users.one.Name != "Cleo" {
			t.Errorf("restart %v: %s is saved", restarts, users.one.Name)
		}
	}
}
