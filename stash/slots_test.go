package stash_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/stash/internal/shop"
	"github.com/sideband-go/sideband/stash/stashtest"
)

// Case 307: pages that wait for a store that hangs leave the turns to mount to others.
func TestAStoreThatHangsTakesNoTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &stashtest.Faulty{Store: new(stash.Memory)}
		k := handlers.New(handlers.Config{
			Stash: handlers.Stash{Store: store}, Limits: handlers.Limits{Mounts: 1},
			Security: handlers.Security{Secrets: secrets}, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		})
		defer func() { _ = k.Shutdown(t.Context()) }()
		site := shop.Site(k)
		open := func(cookies []*http.Cookie) *http.Response {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/", nil)
			for _, c := range cookies {
				r.AddCookie(c)
			}
			w := httptest.NewRecorder()
			site.ServeHTTP(w, r)
			return w.Result()
		}
		known := open(nil).Cookies()
		store.Hang()
		answered := make(chan int, 1)
		go func() { answered <- open(known).StatusCode }()
		synctest.Wait() // it waits for the store
		if n := store.Calls("Get"); n != 1 {
			t.Fatalf("the store was asked %d times", n)
		}
		began := time.Now() // by the clock of the test, which goes on only when all wait
		if r := open(nil); r.StatusCode != http.StatusOK || time.Since(began) > 0 {
			t.Errorf("a newcomer is answered %d after %v", r.StatusCode, time.Since(began))
		}
		store.Mend()
		if status := <-answered; status != http.StatusOK || k.Stats().StashFailed != 0 {
			t.Errorf("%d, %+v", status, k.Stats())
		}
	})
}
