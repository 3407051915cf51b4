package handlers_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
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
	c.EventDeadline, c.Logger = time.Hour, slog.New(slog.NewTextHandler(k.log, nil))
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
		k := newRush(handlers.Config{MaxMounts: 1})
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

// Case 70: who has left waits no more.
func TestWhoHasLeftDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newRush(handlers.Config{MaxMounts: 1})
		ctx, leave := context.WithCancel(t.Context())
		k.come(t.Context(), 1, "192.0.2.1:1000", "/slow/a")
		k.come(ctx, 100, "192.0.2.2:1000", "/slow/b")
		k.come(t.Context(), 1, "192.0.2.3:1000", "/slow/c")
		if n := k.kit.Stats().MountsWaiting; n != 101 {
			t.Errorf("%d wait", n)
		}
		leave()
		synctest.Wait()
		if n := k.kit.Stats().MountsWaiting; n != 1 {
			t.Errorf("%d wait", n)
		}
		k.goOn <- struct{}{}
		synctest.Wait()
		if n := len(k.mounted); n != 2 || k.mounted[1] != "c" {
			t.Errorf("mounted: %v", k.mounted)
		}
		k.leave(t)
	})
}

// Case 70: when too many wait, those have to go of whom there are most.
func TestTooManyWait(t *testing.T) {
	const most = 500 // instead of 8,192, which take the race detector long
	synctest.Test(t, func(t *testing.T) {
		k := newRush(handlers.Config{MaxMounts: 1})
		handlers.WaitAtMost(k.kit, most)
		k.come(t.Context(), most+101, "192.0.2.1:1000", "/slow/a")
		if st := k.kit.Stats(); st.MountsWaiting != most || st.MountsRefused != 100 {
			t.Errorf("%+v", st)
		}
		k.come(t.Context(), 5, "192.0.2.2:1000", "/slow/b")
		k.come(t.Context(), 5, "192.0.2.1:1000", "/quick/a")
		if st := k.kit.Stats(); st.MountsWaiting != most || st.MountsRefused != 110 || st.Mounts != 1 {
			t.Errorf("%+v", st)
		}
		k.goOn <- struct{}{}
		synctest.Wait()
		k.goOn <- struct{}{}
		synctest.Wait()
		if n := len(k.mounted); n < 2 || k.mounted[1] != "a" || k.kit.Stats().Mounts < 3 {
			t.Errorf("mounted: %v", k.mounted)
		}
		k.leave(t)
	})
}

// Case 70: whoever comes, waits and leaves, all slots are used and none twice.
func TestMountsInAnyOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const slots = 5
		var mu sync.Mutex
		now, peak, mounted := 0, 0, 0
		page := func(pause time.Duration) rooms.Page {
			return rooms.Page{Before: func(*views.Socket, string) error {
				mu.Lock()
				now++
				mounted++
				peak = max(peak, now)
				mu.Unlock()
				time.Sleep(pause)
				mu.Lock()
				now--
				mu.Unlock()
				return nil
			}}
		}
		kit := handlers.New(handlers.Config{MaxMounts: slots, Logger: slog.New(slog.DiscardHandler)})
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		for i := range 3 {
			r.Handle(fmt.Sprintf("/%d/{room}", i), handlers.View(kit, page(time.Duration(i*i)*30*time.Millisecond)))
		}
		d := &desk{kit: kit, router: r}
		random := rand.New(rand.NewPCG(3, 3))
		var all sync.WaitGroup
		left := 0
		for range 1000 {
			ctx, leave := t.Context(), func() {}
			if random.IntN(4) == 0 {
				left++
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, time.Duration(random.IntN(500))*time.Millisecond)
				leave = cancel
			}
			req := from(ctx, fmt.Sprintf("192.0.2.%d:1", random.IntN(9)), fmt.Sprintf("/%d/a", random.IntN(3)))
			all.Go(func() {
				defer leave()
				d.ask(req)
			})
			time.Sleep(time.Duration(random.IntN(10)) * time.Millisecond)
		}
		all.Wait()
		st := kit.Stats()
		if peak != slots || now != 0 || st.MountsWaiting != 0 {
			t.Errorf("%d at a time, %d in the end, %+v", peak, now, st)
		}
		// Who has left may have been mounted all the same, if the turn came at that moment.
		if mounted+int(st.MountsRefused) != 1000 || int(st.MountsRefused) > left || mounted < 1000-left {
			t.Errorf("%d mounted, %d left, %+v", mounted, left, st)
		}
		d.close(t)
	})
}
