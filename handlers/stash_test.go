package handlers_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/stash"
)

// A program without durable keys, as this one, has nothing of them in its pages, and asks no store.
func TestPagesWithoutDurableKeys(t *testing.T) {
	t.Parallel()
	store := new(stash.Memory)
	k := handlers.New(handlers.Config{Stash: handlers.Stash{Store: store}})
	w := httptest.NewRecorder()
	k.Middleware(handlers.View(k, aisle{})).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "http://localhost/", nil))
	if body := w.Body.String(); w.Code != 200 || !strings.Contains(body, "sb-stream") || strings.Contains(body, "stash") {
		t.Errorf("%d %s", w.Code, body)
	}
	if n := store.Len(); n != 0 {
		t.Errorf("%d records", n)
	}
}
