package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/board"
)

// A page whose connection does not open gets its patches with the answers to its events, which it
// sends one after the other. It is not remounted for each of them.
func TestEventsOfAPageWithoutAConnection(t *testing.T) {
	d := &desk{kit: handlers.New(handlers.Config{}), log: &record{}}
	r := chi.NewRouter()
	r.Use(d.kit.Middleware)
	r.Handle("/", handlers.View(d.kit, board.Page{List: &board.List{}}))
	d.router = r
	defer d.close(t)
	p := d.open(t, "/", "")
	for _, id := range []string{"event_201", "event_202", "event_203"} {
		w := d.post(p, "/?event=Add&value=x")
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "line-"+id) {
			t.Errorf("%s: %d %s", id, w.Code, w.Body)
		}
	}
	if st := d.kit.Stats(); st.Remounts != 0 {
		t.Errorf("remounted %d times", st.Remounts)
	}
	// The whole view, which it gets as long as nobody knows what has arrived, has all items.
	w := d.post(p, "/?event=Write&value=noted")
	body := w.Body.String()
	for _, want := range []string{"noted", `"line-event_201" data-large="">x`, `"line-event_202" data-large="">x`, `"line-event_203" data-large="">x`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s: %s", want, body)
		}
	}
}
