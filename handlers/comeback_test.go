package handlers_test

import (
	"bufio"
	"context"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/views"
)

// crowd is many pages of many sessions, on HTTP/2.
type crowd struct {
	t      *testing.T
	server *httptest.Server
	kit    atomic.Pointer[handlers.Kit]
	router atomic.Pointer[chi.Mux]
}

func newCrowd(t *testing.T, c handlers.Config, p rooms.Page) *crowd {
	t.Helper()
	d := &crowd{t: t}
	d.serve(c, p)
	d.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.router.Load().ServeHTTP(w, r) }))
	d.server.EnableHTTP2 = true
	d.server.StartTLS()
	t.Cleanup(func() { inTime(t, "a request", d.server.Close) })
	return d
}

// serve puts a new process in the place of the one before.
func (d *crowd) serve(c handlers.Config, p rooms.Page) {
	c.Logger = slog.New(slog.DiscardHandler)
	kit, r := handlers.New(c), chi.NewRouter()
	r.Use(kit.Middleware)
	r.Handle("/rooms/{room}", handlers.View(kit, p))
	d.kit.Store(kit)
	d.router.Store(r)
	d.t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // at once
		_ = kit.Shutdown(ctx)
	})
}

// member is one browser, which has one connection.
type member struct {
	*crowd
	http *http.Transport
}

func (d *crowd) member() *member {
	tr := d.server.Client().Transport.(*http.Transport).Clone()
	d.t.Cleanup(tr.CloseIdleConnections)
	return &member{d, tr}
}

func (d *member) do(ctx context.Context, method, url string, l leaf, header ...string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, d.server.URL+url, nil)
	if err != nil {
		return nil, err
	}
	if l.cookie != "" {
		r.Header.Set("Cookie", l.cookie)
	}
	if l.ticket != "" {
		r.Header.Set("Sideband-Ticket", l.ticket)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return d.http.RoundTrip(r)
}

// comeBack asks again as long as there is no turn to mount, as htmx and users do.
func (d *member) comeBack(ctx context.Context, method, url string, l leaf, header ...string) (*http.Response, error) {
	for {
		res, err := d.do(ctx, method, url, l, header...)
		if err != nil || res.StatusCode != http.StatusServiceUnavailable {
			return res, err
		}
		res.Body.Close()
		select {
		case <-ctx.Done():
		case <-time.After(10 * time.Millisecond): // sooner than they do, and the machine does other things, too
		}
	}
}

func (d *member) open(cookie string) leaf {
	t := d.t
	t.Helper()
	res, err := d.do(t.Context(), "GET", "/rooms/a", leaf{cookie: cookie})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	m := ticketIn.FindStringSubmatch(html.UnescapeString(string(body)))
	if err != nil || m == nil || res.ProtoMajor != 2 {
		t.Fatalf("%v %s %s", err, res.Status, body)
	}
	for _, c := range res.Cookies() {
		cookie = c.Name + "=" + c.Value
	}
	return leaf{m[1], cookie, res.Header}
}

// Case 26: after a restart everybody comes back at once, with an event and a stream each:
// one Mount a page, few at a time, and all are live.
func TestEverybodyComesBackAtOnce(t *testing.T) {
	sessions, pages, most := 125, 40, int64(8)
	if racing {
		sessions, pages = 5, 20
	}
	c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}, Limits: handlers.Limits{Mounts: int(most)}}
	d := newCrowd(t, c, rooms.Page{})
	type page struct {
		leaf
		*member
	}
	var all []page
	for range sessions {
		cookie, m := "", d.member()
		for range pages {
			l := m.open(cookie)
			cookie = l.cookie
			all = append(all, page{l, m})
		}
	}
	if !strings.HasPrefix(all[0].cookie, "__Host-") {
		t.Errorf("cookie %s", all[0].cookie)
	}
	var now, peak atomic.Int64
	d.serve(c, rooms.Page{Before: func(*views.Socket, string) error {
		n := now.Add(1)
		for p := peak.Load(); n > p && !peak.CompareAndSwap(p, n); p = peak.Load() {
		}
		runtime.Gosched()
		now.Add(-1)
		return nil
	}})

	ctx, cancel := context.WithTimeoutCause(t.Context(), 4*patience, errPatience)
	defer cancel()
	var live, work sync.WaitGroup
	for _, p := range all {
		live.Add(2)
		work.Go(func() {
			defer live.Done()
			res, err := p.comeBack(ctx, "POST", "/rooms/a?event=Add&value=1", p.leaf)
			if err != nil {
				t.Error(err)
				return
			}
			defer res.Body.Close()
			if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusNoContent {
				t.Errorf("event: %s", res.Status)
			}
		})
		work.Go(func() {
			done := sync.OnceFunc(live.Done)
			defer done()
			res, err := p.comeBack(ctx, "GET", "/rooms/a?sideband=stream", p.leaf, "Last-Event-ID", "0")
			if err != nil {
				t.Error(err)
				return
			}
			defer res.Body.Close()
			in, whole := bufio.NewReader(res.Body), false
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					if ctx.Err() == nil {
						t.Errorf("a stream ends: %v", err)
					}
					return
				}
				whole = whole || strings.Contains(line, "innerMorph")
				if whole && strings.Contains(line, ">1<") {
					done() // it is alive, and shows what the event has done
				}
			}
		})
	}
	live.Wait()
	if ctx.Err() != nil {
		t.Error("not everybody is back in time")
	}
	st := d.kit.Load().Stats()
	if int(st.Remounts) != len(all) || st.Views.Connected != len(all) || st.Connections != len(all) || st.Reloads > 0 {
		t.Errorf("%d pages: %+v", len(all), st)
	}
	if peak.Load() > most {
		t.Errorf("%d Mounts at a time", peak.Load())
	}
	cancel()
	inTime(t, "a page", work.Wait)
}
