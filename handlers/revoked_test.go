package handlers_test

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// revocable is the key of who is logged in, in the context of a request.
type revocable struct{}

// A connection that has passed the application's middleware before Disconnect, and would remount its view after it, passes
// that middleware once more.
func TestDisconnectWhileAPageIsRemounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		tokens, armed := map[string]string{"t1": "ann"}, false
		held, release := make(chan struct{}, 10), make(chan struct{})
		kit := handlers.New(handlers.Config{
			Logger:   slog.New(slog.DiscardHandler),
			Identity: func(r *http.Request) string { id, _ := r.Context().Value(revocable{}).(string); return id },
		})
		load := func(next http.Handler) http.Handler { // as examples/auth: who is logged in, by the database
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				id := tokens[r.Header.Get("Test-Token")]
				mu.Unlock()
				if id == "" {
					http.Error(w, "Please log in.", http.StatusForbidden)
					return
				}
				next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), revocable{}, id)))
			})
		}
		slow := func(next http.Handler) http.Handler { // another middleware, that takes its time
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				is := armed && r.URL.Query().Get("sideband") == "stream"
				mu.Unlock()
				if is {
					held <- struct{}{}
					<-release
				}
				next.ServeHTTP(w, r)
			})
		}
		ref := make(chan views.Ref, 100)
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.Mount(kit.AssetsPath(), kit.Assets())
		r.With(load, slow).Handle("/rooms/{room}", handlers.View(kit, rooms.Page{Ref: ref}))
		site := livetest.Serve(t, r)
		site.Skip(livetest.Failures, livetest.NoNames)
		p := site.Person()
		p.SetHeader("Test-Token", "t1")
		page := p.Open("/rooms/kitchen")
		<-ref
		page.Cut()
		time.Sleep(20 * time.Minute) // the view has expired
		mu.Lock()
		armed = true
		mu.Unlock()
		done := make(chan struct{})
		go func() { defer close(done); page.Restore() }()
		<-held
		mu.Lock()
		delete(tokens, "t1") // log out everywhere
		armed = false
		mu.Unlock()
		n := kit.Disconnect("ann")
		close(release)
		<-done
		time.Sleep(30 * time.Second)
		select {
		case at := <-ref:
			err := views.Send(at, rooms.Page.Add, 7)
			synctest.Wait()
			t.Errorf("Disconnect has ended %d pages; 30 s later the page is live: %v, and is pushed to: %v, count %s", n, page.Live(), err == nil, page.Find("#count").Text())
		default:
		}
	})
}
