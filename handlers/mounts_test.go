package handlers_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/views"
)

// rush asks a kit for pages, of which those at /slow/… are mounted when the test says so.
type rush struct {
	desk
	goOn    chan struct{} // lets one Mount go on
	mu      sync.Mutex
	mounted []string // the rooms of slow pages, in order
	answers sync.WaitGroup
}

func newRush(c handlers.Config) *rush {
	k := &rush{desk: desk{log: &record{}}, goOn: make(chan struct{})}
	c.Timeouts.Event, c.Logger = time.Hour, slog.New(slog.NewTextHandler(k.log, nil))
	k.kit = handlers.New(c)
	r := chi.NewRouter()
	r.Use(k.kit.Middleware)
	r.Handle("/slow/{room}", handlers.View(k.kit, rooms.Page{Before: func(_ *views.Socket, room string) error {
		k.mu.Lock()
		k.mounted = append(k.mounted, room)
		k.mu.Unlock()
		<-k.goOn
		return nil
	}}))
	r.Handle("/quick/{room}", handlers.View(k.kit, rooms.Page{}))
	k.router = r
	return k
}

func from(ctx context.Context, address, path string) *http.Request {
	r := httptest.NewRequestWithContext(ctx, "GET", path, nil)
	r.RemoteAddr = address
	return r
}

// come asks for a page n times at once, and returns when all are mounted or wait.
func (k *rush) come(ctx context.Context, n int, address, path string) {
	for range n {
		k.answers.Go(func() { k.ask(from(ctx, address, path)) })
	}
	synctest.Wait()
}

// leave lets all Mounts go on.
func (k *rush) leave(t *testing.T) {
	close(k.goOn)
	k.answers.Wait()
	k.close(t)
}

// Case 70: pages whose Mount is slow do not hold up those of other routes, and one
// client's do not hold up another's.
func TestSlowMountsHoldUpNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newRush(handlers.Config{})
		k.come(t.Context(), 700, "192.0.2.1:1000", "/slow/a")
		waiting := k.kit.Stats().MountsWaiting
		if len(k.mounted) == 0 || waiting+len(k.mounted) != 700 {
			t.Fatalf("%d are mounted, %d wait", len(k.mounted), waiting)
		}
		for range 20 {
			if w := k.ask(from(t.Context(), "192.0.2.1:1001", "/quick/a")); w.Code != http.StatusOK {
				t.Fatalf("a quick page: %d", w.Code)
			}
		}
		before := len(k.mounted)
		k.come(t.Context(), 1, "192.0.2.2:1000", "/slow/b")
		if n := len(k.mounted); n != before+1 || k.mounted[before] != "b" {
			t.Errorf("another client's page waits: %v", k.mounted[before:])
		}
		k.come(t.Context(), 1, "192.0.2.1:1002", "/slow/c")
		if len(k.mounted) != before+1 {
			t.Errorf("the same client's page does not wait: %v", k.mounted[before:])
		}
		k.leave(t)
		if st := k.kit.Stats(); st.MountsRefused > 0 || st.MountsWaiting > 0 {
			t.Errorf("%+v", st)
		}
	})
}

// Case 70: who waits is served in turn.
func TestMountsTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newRush(handlers.Config{Limits: handlers.Limits{Mounts: 1}})
		k.come(t.Context(), 4, "192.0.2.1:1000", "/slow/a")
		k.come(t.Context(), 2, "192.0.2.2:1000", "/slow/b")
		k.come(t.Context(), 2, "[2001:db8::1]:1000", "/slow/c")
		k.come(t.Context(), 2, "[2001:db8::2]:1000", "/slow/c") // the same subscriber's
		for range 9 {
			k.goOn <- struct{}{}
			synctest.Wait()
		}
		k.leave(t)
		got := ""
		for _, room := range k.mounted {
			got += room
		}
		if got != "aabcabcacc" {
			t.Errorf("mounted in this order: %s", got)
		}
	})
}
