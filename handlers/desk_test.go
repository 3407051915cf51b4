package handlers_test

import (
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
)

// leaf is a page that was opened without a server, for tests in which time passes.
type leaf struct {
	ticket, cookie string
	header         http.Header
}

// desk serves requests without a server.
type desk struct {
	kit    *handlers.Kit
	router http.Handler
	log    *record
}

func newDesk(c handlers.Config, p rooms.Page) *desk {
	d := &desk{log: &record{}}
	c.Logger = slog.New(slog.NewTextHandler(d.log, nil))
	d.kit = handlers.New(c)
	r := chi.NewRouter()
	r.Use(d.kit.Middleware)
	r.Handle("/rooms/{room}", handlers.View(d.kit, p))
	d.router = r
	return d
}

func (d *desk) close(t *testing.T) {
	t.Helper()
	if err := d.kit.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

func (d *desk) ask(r *http.Request) *httptest.ResponseRecorder {
	r.Host = "localhost"
	w := httptest.NewRecorder()
	d.router.ServeHTTP(w, r)
	return w
}

func (d *desk) open(t *testing.T, path, cookie string) leaf {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	w := d.ask(r)
	m := ticketIn.FindStringSubmatch(html.UnescapeString(w.Body.String()))
	if w.Code != http.StatusOK || m == nil {
		t.Fatalf("GET %s: %d %s", path, w.Code, w.Body)
	}
	for _, c := range w.Result().Cookies() {
		cookie = c.Name + "=" + c.Value
	}
	return leaf{m[1], cookie, w.Header()}
}

func (d *desk) post(l leaf, url string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", url, nil)
	r.Header.Set("Sideband-Ticket", l.ticket)
	r.Header.Set("Cookie", l.cookie)
	return d.ask(r)
}
