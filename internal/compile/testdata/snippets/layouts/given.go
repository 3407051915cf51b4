package snippets

import (
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/state"
)

var (
	Share  = state.NewKey[int]("share")
	State  = state.NewKey[string]("state")
	router = chi.NewRouter()
)
