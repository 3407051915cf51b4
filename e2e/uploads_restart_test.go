package e2e_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// slowBody is a body that comes slowly for a time.
type slowBody struct {
	io.ReadCloser
	slow *atomic.Bool
}

func (b *slowBody) Read(p []byte) (int, error) {
	if b.slow.Load() {
		time.Sleep(50 * time.Millisecond)
		p = p[:min(len(p), 16<<10)]
	}
	return b.ReadCloser.Read(p)
}

// Case 516: an upload that a restart has cut says so beside its file, and is sent again from the control; what has waited
// in the process says that it is lost.
func TestAnUploadOverARestart(t *testing.T) {
	t.Parallel()
	for name, kill := range map[string]func(p *browser.Page, old *handlers.Kit, s *httptest.Server, down *atomic.Bool){
		"killed": func(p *browser.Page, _ *handlers.Kit, s *httptest.Server, down *atomic.Bool) {
			down.Store(true) // browsers send again what is cut at once
			s.CloseClientConnections()
			p.WaitFor(`!!document.querySelector("#sb-failed p")`)
			down.Store(false)
		},
		"shut down": func(_ *browser.Page, old *handlers.Kit, _ *httptest.Server, _ *atomic.Bool) {
			go func() { _ = old.Shutdown(context.Background()) }()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := site.Open(t.Context(), filepath.Join(t.TempDir(), "demo.db"))
			check(t, err)
			t.Cleanup(func() { check(t, data.Close()) })
			var serve atomic.Pointer[http.Handler]
			process := func() *handlers.Kit {
				kit := handlers.New(site.Config(handlers.Config{
					Logger: slog.New(slog.DiscardHandler), Security: handlers.Security{Secrets: [][]byte{make([]byte, 32)}},
				}))
				t.Cleanup(func() { _ = kit.Shutdown(context.Background()) })
				h := site.Routes(kit, data)
				serve.Store(&h)
				return kit
			}
			var slow, down atomic.Bool
			old := process()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if down.Load() {
					panic(http.ErrAbortHandler)
				}
				r.Body = &slowBody{r.Body, &slow}
				(*serve.Load()).ServeHTTP(w, r)
			}))
			t.Cleanup(func() { s.CloseClientConnections(); s.Close() })

			p := browser.Open(t, "").Within(patience)
			p.Goto(s.URL + "/uploads")
			live(t, p)
			stay(p)
			p.AllowErrors("ERR_", "htmx:error", "htmx:sse:error", "answered 503", "htmx:response:error")
			p.Upload("input[name=gallery]", fileOf(t, "waits.txt", []byte("waits")))
			p.WaitCount("#gallery-files input[name=caption]", 1)
			slow.Store(true)
			p.Upload("input[name=gallery]", pictureOf(t, "under way.png", 6<<20))
			p.WaitFor(`document.getElementById("gallery-progress")?.value > 0`)

			process()
			kill(p, old, s, &down)
			slow.Store(false)
			says := func(file, text string) {
				t.Helper()
				p.WaitFor(`[...document.querySelectorAll("#gallery-files li")].some(i => i.textContent.includes(` + quote(file) + `) && i.textContent.includes(` + quote(text) + `))`)
			}
			says("under way.png", "The connection was lost. Try again.")
			says("waits.txt", "This file was lost. Choose it again.")
			p.WaitCount("#gallery-files li", 2)
			p.WaitFor(`document.querySelector("input[name=gallery]").files.length === 1`)
			p.WaitFor(`document.getElementById("gallery-again")?._htmx?.initialized`)
			p.Click("#gallery-again")
			p.WaitCount("#gallery-files input[name=caption]", 1)
			says("under way.png", "6.0 MB")
			p.WaitCount("#gallery-again", 0)
			p.WaitCount("#gallery-files li", 2)
			p.WaitFor(`document.querySelector("input[name=gallery]").files.length === 0`)
			p.Upload("input[name=gallery]", fileOf(t, "waits.txt", []byte("waits")))
			p.WaitCount("#gallery-files input[name=caption]", 2)
			p.WaitCount("#gallery-files strong", 0)
			stayed(t, p)
		})
	}
}
