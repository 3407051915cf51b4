package deploy_test

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/httprate"

	"github.com/sideband-go/sideband/handlers"
)

type wrap = func(http.Handler) http.Handler

// usual is the middleware that pages work under.
var usual = map[string]wrap{
	"one that adds values to the context": adding,
	"CleanPath":                           middleware.CleanPath,
	"ClientIP":                            middleware.ClientIPFromRemoteAddr,
	"Compress":                            middleware.Compress(5),
	"GetHead":                             middleware.GetHead,
	"Heartbeat":                           middleware.Heartbeat("/alive"),
	"Logger":                              middleware.RequestLogger(&middleware.DefaultLogFormatter{Logger: log.New(io.Discard, "", 0), NoColor: true}),
	"RealIP":                              middleware.RealIP, //nolint:staticcheck // it is deprecated, and used all the same
	"Recoverer":                           middleware.Recoverer,
	"RequestID":                           middleware.RequestID,
	"RequestSize":                         middleware.RequestSize(1 << 20),
	"StripSlashes":                        middleware.StripSlashes,
	"Throttle":                            middleware.Throttle(100),
	"httprate":                            limit(1000),
	"ContentCharset":                      middleware.ContentCharset("", "utf-8"),
}

// limit bounds the requests of an address in a minute.
func limit(requests int) wrap {
	return httprate.LimitBy(requests, time.Minute, func(r *http.Request) (string, error) {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		return httprate.CanonicalizeIP(host), err
	})
}

type key struct{}

func adding(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, "value")))
	})
}

func TestAQuestionForItsHealthMakesNoSession(t *testing.T) {
	t.Parallel()
	a := start(t, "", handlers.Config{}, onChi(middleware.Heartbeat("/alive")))
	got := visit(t, http1()).do(http.MethodGet, a.url()+"/alive")
	if got.status != http.StatusOK || got.header.Get("Set-Cookie") != "" || a.kit.Stats().Sessions != 0 {
		t.Errorf("answered %d %v; there are %d sessions", got.status, got.header, a.kit.Stats().Sessions)
	}
}

func TestAPageWorksUnderTheUsualMiddleware(t *testing.T) {
	t.Parallel()
	var all []wrap
	for name, w := range usual {
		all = append(all, w)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			under(t, w)
		})
	}
	t.Run("all of it", func(t *testing.T) {
		t.Parallel()
		under(t, all...)
	})
}

// under checks that a page works below middleware that stands below the kit's own, and
// above it.
func under(t *testing.T, others ...wrap) {
	t.Helper()
	for _, routes := range []routing{onChi(others...), func(kit *handlers.Kit, page http.Handler) http.Handler {
		r := chi.NewRouter()
		r.Use(others...)
		r.Mount("/", onChi()(kit, page))
		return r
	}} {
		a := start(t, "", handlers.Config{}, routes)
		visit(t, http1()).works(a.url() + "/count")
		if said := a.log.complaints(); said != nil {
			t.Errorf("the app complains: %q", said)
		}
		a.stop()
	}
}
