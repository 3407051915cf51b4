package snippets

import (
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
)

// Who logs in on one page is logged in on the others, with scripts and without.
func TestLogIn(t *testing.T) {
	for _, scripts := range []bool{true, false} {
		kit := handlers.New(handlers.Config{})
		page := handlers.View(kit, Page{Sessions: kit.Sessions()})
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.Mount(kit.AssetsPath(), kit.Assets())
		r.Handle("/", page)
		r.Handle("/login", page)
		person := livetest.Serve(t, r).Person()
		if !scripts {
			person.WithoutScripts()
		}
		tab, other := person.Open("/login"), person.Open("/")
		form := tab.Form("Log in")
		form.Fill("Name", "Ann")
		form.Fill("Password", "wrong")
		form.Submit()
		tab.Expect(".sb-summary li", "The name or the password is wrong.")
		form.Field("Name").ExpectValue("Ann")
		form.Fill("Password", "correct horse")
		form.Submit()
		tab.Expect("#name", "Ann")
		if tab.Path() != "/" {
			t.Errorf("scripts %v: who has logged in is at %s", scripts, tab.Path())
		}
		if scripts {
			other.Wait("#name", "Ann") // it reloads
		}
	}
}
