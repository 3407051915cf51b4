package handlers_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/views"
)

// early is a page that is restarted while it is first mounted: as a subscriber whose mailbox
// has filled up during a slow Mount is.
type early struct{ mounts *atomic.Int32 }

func (p early) Mount(s *views.Socket, _ views.NoParams) error {
	if p.mounts.Add(1) == 1 {
		s.Ref().Restart()
	}
	return nil
}

func (early) Bump(*views.Socket, views.NoParams) error { return nil }

func (early) Render() templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<p id="p">here</p>`)
		return err
	})
}

// A view may be restarted while it is first mounted.
func TestARestartDuringTheFirstMount(t *testing.T) {
	for _, method := range []string{http.MethodHead, http.MethodGet} {
		t.Run(method, func(t *testing.T) {
			p := early{new(atomic.Int32)}
			s := newSite(t, handlers.Config{}, func(kit *handlers.Kit, r chi.Router) { r.Handle("/", handlers.View(kit, p)) })
			b := s.browser(t)
			if method == http.MethodHead {
				b.do("HEAD", "/", nil)
				time.Sleep(50 * time.Millisecond)
				return
			}
			tb := b.open("/")
			time.Sleep(50 * time.Millisecond)
			// The page must be usable: its event runs in a view that was remounted.
			if a := tb.post("event=Bump", url.Values{}); a.status >= 300 {
				t.Errorf("an event is answered %d", a.status)
			}
			if n := p.mounts.Load(); n != 2 {
				t.Errorf("mounted %d times", n)
			}
		})
	}
}
