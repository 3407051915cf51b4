package uploads_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/uploads"
)

// A page without a connection, as one without JavaScript, would be forgotten while its file arrives.
func TestAPageIsNotForgottenWhileItsFileArrives(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		p := &page{
			avatar: uploads.New("avatar", uploads.Config{}), taken: make(chan string, 1),
			gallery: uploads.New("gallery", uploads.Config{Store: uploads.NewStore(dir, 1<<20)}),
		}
		kit := handlers.New(handlers.Config{Logger: quiet, Limits: handlers.Limits{Views: state.Limits{PendingLife: time.Minute}}})
		mux := chi.NewRouter()
		mux.Use(kit.Middleware)
		mux.Handle("/", handlers.View(kit, p))
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		b, kind := body(part{"gallery", "a.txt", "hello"})
		pipe, to := io.Pipe()
		r := httptest.NewRequest("POST", "/?event=Save", pipe)
		r.Header.Set("Content-Type", kind)
		r.Header.Set("HX-Request", "true")
		r.Header.Set("Sideband-Ticket", ticketOf(w.Body.String()))
		for _, k := range w.Result().Cookies() {
			r.AddCookie(k)
		}
		go func() {
			for i, x := range b.Bytes() {
				if i%(b.Len()/5) == 1 {
					time.Sleep(40 * time.Second)
				}
				if _, err := to.Write([]byte{x}); err != nil {
					return
				}
			}
			to.Close()
		}()
		start := time.Now()
		w = httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		pipe.Close() // whoever still writes, if it was refused
		if w.Code != http.StatusOK || time.Since(start) < 3*time.Minute {
			t.Errorf("answered %d after %v: %s", w.Code, time.Since(start), w.Body)
		}
		select {
		case got := <-p.taken:
			if got != " a.txt text/plain 5 hello" {
				t.Errorf("took %q", got)
			}
		default:
			t.Error("took nothing")
		}
		if err := kit.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
