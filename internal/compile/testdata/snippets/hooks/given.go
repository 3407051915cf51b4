package snippets

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
)

var (
	kit    = handlers.New(handlers.Config{})
	router = chi.NewRouter()
)

func find(r *http.Request) (User, bool) {
	name := r.Header.Get("User")
	return User{Name: name}, name != ""
}
