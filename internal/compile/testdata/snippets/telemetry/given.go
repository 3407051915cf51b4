package snippets

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"

	"github.com/sideband-go/sideband/handlers"
)

var (
	exporter, _  = stdouttrace.New()
	kit          = handlers.New(handlers.Config{})
	r            = chi.NewRouter()
	requireAdmin func(http.Handler) http.Handler
)
