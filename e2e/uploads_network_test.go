package e2e_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
	"github.com/sideband-go/sideband/uploads"
	"github.com/sideband-go/sideband/views"
)

func TestTheProgressMovesOverASlowNetwork(t *testing.T) {
	t.Parallel()
	p := browser.Open(t, demo.at(t, "/uploads")).Within(patience)
	live(t, p)
	stay(p)
	p.Throttle(400<<10, 0)
	p.Upload("input[name=gallery]", pictureOf(t, "slow-network.png", 3<<20))
	value := func(than float64) (v float64) {
		t.Helper()
		p.WaitFor(fmt.Sprintf(`document.getElementById("gallery-progress")?.value > %f`, than))
		p.Eval(`document.getElementById("gallery-progress")?.value ?? -1`, &v)
		return v
	}
	var seen []float64
	for range 5 {
		last := 0.0
		if len(seen) > 0 {
			last = seen[len(seen)-1]
		}
		seen = append(seen, value(last))
	}
	if last := seen[len(seen)-1]; last >= 3<<20 {
		t.Errorf("the progress was at %v", seen)
	}
	p.WaitFor(`document.getElementById("gallery-left")?.textContent.includes("left")`)
	p.Throttle(0, 0)
	p.WaitCount("#gallery-files input[name=caption]", 1)
	p.WaitFor(`document.querySelector("#gallery-files img").naturalWidth === 8`)
	p.WaitCount("#gallery-progress", 0)
	p.Click("#gallery-files button")
	p.WaitCount("#gallery-files li", 0)
	stayed(t, p)
}

// shelf is a page whose files are sent at once.
type shelf struct{}

var shelfFiles = uploads.New("shelf", uploads.Config{MaxFiles: 3, MaxBytes: 20 << 20})

func (shelf) Mount(s *views.Socket, _ views.NoParams) error { shelfFiles.Allow(s); return nil }

func (shelf) Put(*views.Socket, *uploads.Event) error { return nil }

func (shelf) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		b := uploads.Bind(ctx, shelfFiles, shelf.Put)
		var t strings.Builder
		tag := func(name string, a templ.OrderedAttributes) {
			t.WriteString("<" + name)
			for _, v := range a {
				fmt.Fprintf(&t, ` %s="%s"`, v.Key, templ.EscapeString(fmt.Sprint(v.Value)))
			}
			t.WriteString(">")
		}
		tag("input", b.AtOnce())
		if shelfFiles.IsCut(ctx) {
			tag("button", append(b.TryAgain(), templ.KV[string, any]("id", "again")))
			t.WriteString("Try again</button>")
		}
		for _, e := range shelfFiles.Entries(ctx) {
			fmt.Fprintf(&t, `<p id="%s">%s %d %v %s</p>`, e.ID, templ.EscapeString(e.Name), e.Size, e.Done, strings.Join(shelfFiles.Errors(ctx, e), " "))
		}
		_, err := io.WriteString(w, t.String())
		return err
	})
}

// cutBody is a body whose connection breaks.
type cutBody struct {
	io.ReadCloser
	left int
}

func (b *cutBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// What was cut is sent again from the control, which has its files still. It is over HTTP/2, where the rest of the page's
// connection is not cut.
func TestFilesThatWereCutAreSentAgain(t *testing.T) {
	t.Parallel()
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
	var cuts atomic.Int32
	cuts.Store(2)
	r := chi.NewRouter()
	r.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
				if r.ProtoMajor != 2 {
					t.Errorf("the files came over %s", r.Proto)
				}
				if cuts.Add(-1) >= 0 {
					r.Body = &cutBody{r.Body, 1 << 20}
					defer panic(http.ErrAbortHandler) // nothing of the answer is on its way yet
				}
			}
			next.ServeHTTP(w, r)
		})
	}, kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/shelf", handlers.View(kit, shelf{}))
	s := httptest.NewUnstartedServer(r)
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(func() {
		_ = kit.Shutdown(context.Background())
		s.CloseClientConnections()
		s.Close()
	})
	p := browser.Open(t, "").TrustAnyCertificate().Within(patience)
	p.Goto(s.URL + "/shelf")
	live(t, p)
	stay(p)
	p.AllowErrors("ERR_", "htmx:error")
	p.Eval(`window.ended = 0; document.addEventListener("htmx:error", () => ended++)`, nil)
	p.Upload("input[name=shelf]", fileOf(t, "a.txt", []byte("whole")), pictureOf(t, "b.png", 3<<20))
	for left := range 2 {
		until(t, "a request", func() bool { return cuts.Load() <= int32(1-left) })
		p.WaitFor(`document.querySelector("main").textContent.includes("The connection was lost. Try again.")`)
		p.WaitFor(`document.querySelector("input[name=shelf]").files.length === 2`)
		p.WaitFor(`document.querySelectorAll("main p").length === 2`)
		p.WaitFor(fmt.Sprintf(`ended > %d && document.getElementById("again")?._htmx?.initialized`, left))
		p.Click("#again")
	}
	p.WaitFor(`document.querySelector("main").textContent.includes("b.png 3145728 true")`)
	p.WaitFor(`document.querySelector("main").textContent.includes("a.txt 5 true")`)
	p.WaitCount("main p", 2)
	p.WaitCount("#again", 0)
	p.WaitFor(`document.querySelector("input[name=shelf]").files.length === 0`)
	stayed(t, p)
}
