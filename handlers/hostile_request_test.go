package handlers_test

import (
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/alexedwards/scs/v2"
	"github.com/alexedwards/scs/v2/memstore"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/hostile"
	"github.com/sideband-go/sideband/views"
)

// Case 60: what the application's code panics with in a request is that request's matter.
func TestPanicsInRequests(t *testing.T) {
	var where atomic.Value
	where.Store("")
	at := func(place string) {
		if where.Load() == place {
			panic(place)
		}
	}
	manager := ownManager(store{memstore.NewWithCleanupInterval(0), at})
	s := newSite(t, handlers.Config{
		Sessions: handlers.Sessions{Manager: manager},
		Identity: func(*http.Request) string { at("Identity"); return "" },
		Layout: func(d views.Document) templ.Component {
			at("Layout")
			return views.DefaultLayout(d)
		},
	}, func(kit *handlers.Kit, r chi.Router) {
		r.With(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(writer{w, at}, r)
			})
		}).Handle("/", handlers.View(kit, hostile.Page{Hooks: &hostile.Hooks{}}))
	})
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // net/http says it there
	page, stream, event := "/", "/?sideband=stream", "/?event=Add&value=1"
	for place, requests := range map[string][]string{
		"Identity": {page, stream, event}, "Find": {page, stream, event}, "Write": {page, stream, event},
		"Layout": {page, event}, "Commit": {page, event}, "Flush": {stream},
	} {
		t.Run(place, func(t *testing.T) {
			b := s.browser(t)
			p := b.open("/")
			where.Store(place)
			for _, q := range requests {
				method := http.MethodGet
				if q == event {
					method = http.MethodPost
				}
				if a, err := b.ask(method, q, nil, "Sideband-Ticket", p.ticket); err == nil && strings.Contains(a.body, place) {
					t.Errorf("%s reads %s", q, a.body)
				}
			}
			where.Store("")
			p.connect("")
			if a := p.post("event=Add&value=1", nil); a.status != http.StatusNoContent {
				t.Errorf("the event after that is answered %d %s", a.status, a.body)
			}
			p.message()
		})
	}
	inTime(t, "a stream that has broken and counts as open", func() {
		for s.kit.Stats().Connections > 0 || s.kit.Stats().Views.Connected > 0 {
			runtime.Gosched()
		}
	})
}

// store panics where it is told to.
type store struct {
	scs.Store
	at func(string)
}

func (s store) Find(token string) ([]byte, bool, error) {
	s.at("Find")
	return s.Store.Find(token)
}

func (s store) Commit(token string, b []byte, expiry time.Time) error {
	s.at("Commit")
	return s.Store.Commit(token, b, expiry)
}

// writer panics where it is told to.
type writer struct {
	http.ResponseWriter
	at func(string)
}

func (w writer) Write(p []byte) (int, error) {
	w.at("Write")
	return w.ResponseWriter.Write(p)
}

func (w writer) FlushError() error {
	w.at("Flush")
	return http.NewResponseController(w.ResponseWriter).Flush()
}

func (w writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }
