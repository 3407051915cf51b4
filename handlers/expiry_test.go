package handlers_test

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/state"
)

func TestPagesThatNeverConnectAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		kit := handlers.New(handlers.Config{Logger: slog.New(slog.NewTextHandler(&log, nil)), Limits: handlers.Limits{Views: state.Limits{PendingLife: time.Minute}}})
		closed := make(chan struct{}, 1)
		r := chi.NewRouter()
		r.Handle("/rooms/{room}", handlers.View(kit, rooms.Page{Closed: closed}))
		w := httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequest("GET", "/rooms/a", nil))
		if c := kit.Stats().Views; w.Code != 200 || c.Pending != 1 {
			t.Errorf("%d, %+v", w.Code, c)
		}
		start := time.Now()
		select {
		case <-closed:
		case <-time.After(time.Hour):
			t.Fatal("it is never forgotten")
		}
		if waited := time.Since(start); waited < time.Minute || waited > 70*time.Second || kit.Stats().Views.Pending != 0 {
			t.Errorf("forgotten after %v: %+v", waited, kit.Stats().Views)
		}
		if err := kit.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		w = httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequest("GET", "/rooms/a", nil))
		if w.Code != 503 || w.Header().Get("Retry-After") == "" {
			t.Errorf("a page of a kit that is shut down: %d", w.Code)
		}
		if said := log.String(); strings.Contains(said, "level=ERROR") {
			t.Errorf("a shutdown is logged as a fault: %s", said)
		}
	})
}

func TestDevelopersAreToldWhatCostsMore(t *testing.T) {
	s := roomSite(t, handlers.Config{Development: true}, rooms.Page{})
	p := s.browser(t).open("/rooms/a").connect("")
	for range 2 {
		p.post("event=Check", nil, "HX-Source", "input")
	}
	if n := strings.Count(s.log.String(), "has no id"); n != 1 {
		t.Errorf("told %d times", n)
	}
}
