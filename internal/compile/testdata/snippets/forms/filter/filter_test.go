package snippets

import (
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
)

// A change, Enter and a button without JavaScript do the same.
func TestFilter(t *testing.T) {
	kit := handlers.New(handlers.Config{})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, Page{}))
	site := livetest.Serve(t, r)

	page := site.Open("/")
	page.Field("Country").Choose("Germany")
	page.Expect("#found", "in DE")
	page.Field("Name").Type("Ann")
	page.Field("Name").Key("Enter")
	page.Expect("#found", "Ann in DE")

	page = site.Person().WithoutScripts().Open("/")
	page.Field("Name").Fill("Ann")
	page.Field("Country").Choose("Germany")
	page.Button("Go").Click()
	page.Expect("#found", "Ann in DE")
	page.Field("Name").ExpectValue("Ann")
}
