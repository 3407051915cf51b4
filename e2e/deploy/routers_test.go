package deploy_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/sideband-go/sideband/handlers"
)

// routers are the ways to the page at a path.
var routers = map[string]struct {
	path   string
	routes routing
}{
	"http.ServeMux": {"/rooms/7/count", func(kit *handlers.Kit, page http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle(kit.AssetsPath()+"/", kit.Assets())
		mux.Handle("/rooms/{room}/count", page)
		return kit.Middleware(mux)
	}},
	"http.ServeMux with methods": {"/count", func(kit *handlers.Kit, page http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("GET /count", page)
		mux.Handle("POST /count", page)
		return kit.Middleware(mux)
	}},
	"chi's Route": {"/rooms/7/count", func(kit *handlers.Kit, page http.Handler) http.Handler {
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.Route("/rooms", func(r chi.Router) {
			r.Use(middleware.RequestID)
			r.Route("/{room}", func(r chi.Router) { r.Handle("/count", page) })
		})
		return r
	}},
	"chi's Mount": {"/rooms/7/count", func(kit *handlers.Kit, page http.Handler) http.Handler {
		below := chi.NewRouter()
		below.Use(middleware.RequestID)
		below.Handle("/{room}/count", page)
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.Mount("/rooms", below)
		return r
	}},
	"chi's Group and With": {"/count", func(kit *handlers.Kit, page http.Handler) http.Handler {
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.Group(func(r chi.Router) { r.With(middleware.RequestID).Handle("/count", page) })
		return r
	}},
	"chi below http.ServeMux": {"/app/count", func(kit *handlers.Kit, page http.Handler) http.Handler {
		below := chi.NewRouter()
		below.Handle("/app/count", page)
		mux := http.NewServeMux()
		mux.Handle("/app/", below)
		return kit.Middleware(mux)
	}},
	"http.StripPrefix": {"/app/count", func(kit *handlers.Kit, page http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("/app/", http.StripPrefix("/app", onChi()(kit, page)))
		return mux
	}},
	"http.StripPrefix below the kit": {"/app/count", func(kit *handlers.Kit, page http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("/count", page)
		return kit.Middleware(http.StripPrefix("/app", mux))
	}},
	"no router": {"/", func(kit *handlers.Kit, page http.Handler) http.Handler { return kit.Middleware(page) }},
}

func TestAPageWorksOnTheUsualRouters(t *testing.T) {
	t.Parallel()
	for name, c := range routers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := start(t, "", handlers.Config{}, c.routes)
			p := visit(t, http1())
			p.works(a.url() + c.path)
			if said := a.log.complaints(); said != nil {
				t.Errorf("the app complains: %q", said)
			}
			// The next process mounts the page again, from what its ticket says of the route.
			rest := a.closes()
			b := start(t, a.addr, handlers.Config{}, c.routes)
			rest()
			p.connect()
			p.counts("Count: 1")
			if n := b.mounts.Load(); n != 1 {
				t.Errorf("the next process has mounted %d views", n)
			}
		})
	}
}

func TestWithoutTheKitsMiddlewareAPageWorksAndItIsSaid(t *testing.T) {
	t.Parallel()
	a := start(t, "", handlers.Config{}, func(_ *handlers.Kit, page http.Handler) http.Handler {
		r := chi.NewRouter()
		r.Handle("/count", page)
		return r
	})
	for range 2 {
		visit(t, http1()).works(a.url() + "/count")
	}
	said := a.log.complaints()
	if len(said) != 1 || !strings.Contains(said[0], "kit.Middleware is not the router's outermost middleware") {
		t.Errorf("the app says %q", said)
	}
}
