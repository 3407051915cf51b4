package stash_test

import (
	"errors"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/stash/internal/shop"
	"github.com/sideband-go/sideband/stash/stashtest"
)

// BenchmarkFiles is a Put of a kilobyte.
func BenchmarkFiles(b *testing.B) {
	f, err := stash.OpenFiles(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	key, fence := stashtest.Key("s", "i", "n"), stashtest.Fence("f")
	if _, err := f.Take(b.Context(), key, fence, time.Hour); !errors.Is(err, stash.ErrNotFound) {
		b.Fatal(err)
	}
	data := make([]byte, 1000)
	b.ReportAllocs()
	for b.Loop() {
		if err := f.Put(b.Context(), key, fence, data, time.Hour); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEvent is an event that changes a durable key, beside one that does not, without a network and with a store in
// memory.
func BenchmarkEvent(b *testing.B) {
	for _, event := range []string{"Next", "Look"} {
		b.Run(event, func(b *testing.B) {
			h := shop.Site(handlers.New(handlers.Config{
				Stash: handlers.Stash{Store: new(stash.Memory)}, Limits: handlers.Limits{SessionEvents: 1e9}, Logger: slog.New(slog.DiscardHandler),
			}))
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequestWithContext(b.Context(), "GET", "http://localhost/", nil))
			ticket := ticketPattern.FindStringSubmatch(w.Body.String())[1]
			cookie := w.Result().Cookies()[0]
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), "POST", "http://localhost/?event="+event, nil)
				r.Header.Set("Sideband-Ticket", ticket)
				r.Header.Set("HX-Request", "true")
				r.AddCookie(cookie)
				w := httptest.NewRecorder()
				if h.ServeHTTP(w, r); w.Code >= 300 {
					b.Fatal(w.Code, w.Body.String())
				}
			}
		})
	}
}
