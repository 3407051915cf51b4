package snippets

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"example.com/app/counter"
	"github.com/sideband-go/sideband/handlers"
)

var secrets [][]byte

func routes() http.Handler {
	kit := handlers.New(handlers.Config{})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, counter.Page{}))
	return r
}
