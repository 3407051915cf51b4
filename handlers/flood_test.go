package handlers_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/views"
)

// flooder opens streams of one page on a few connections.
type flooder struct {
	t      *testing.T
	client *http.Client
	url    string
	ticket string
	cookie string
}

func (f *flooder) do(ctx context.Context, method, query, lastID string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, f.url+query, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Sideband-Ticket", f.ticket)
	r.Header.Set("Cookie", f.cookie)
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	return f.client.Do(r)
}

// Case 61: whatever a browser does while an event of its page takes long, one stream waits for
// the view, and nothing is held for those before.
func TestAFloodOfConnectsToABusyView(t *testing.T) {
	for _, version := range []string{"HTTP/1.1", "HTTP/2"} {
		for _, leaves := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, clients leave: %v", version, leaves), func(t *testing.T) { flood(t, version, leaves) })
		}
	}
}

func flood(t *testing.T, version string, leaves bool) {
	page := rooms.Page{Inside: make(chan context.Context, 1), GoOn: make(chan struct{})}
	kit := handlers.New(handlers.Config{Logger: quietLogger, Timeouts: handlers.Timeouts{Event: time.Minute}})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Handle("/{room}", handlers.View(kit, page))
	server := httptest.NewUnstartedServer(r)
	if version == "HTTP/2" {
		server.EnableHTTP2 = true
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(func() { shutdown(t, kit); server.Close() })
	tr := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: server.EnableHTTP2, MaxIdleConnsPerHost: 8}
	t.Cleanup(tr.CloseIdleConnections)
	f := &flooder{t: t, client: &http.Client{Transport: tr}, url: server.URL + "/a"}
	res, err := f.do(t.Context(), "GET", "", "")
	if err != nil {
		t.Fatal(err)
	}
	f.cookie = res.Header.Get("Set-Cookie")
	f.cookie, _, _ = strings.Cut(f.cookie, ";")
	f.ticket = ticketOf(t, res)
	if !strings.HasPrefix(res.Proto, version) {
		t.Fatalf("the page came by %s", res.Proto)
	}
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		if res, err := f.do(t.Context(), "POST", "?event=Hold", ""); err == nil {
			res.Body.Close()
		}
	}()
	take(t, page.Inside, "the event")

	before := runtime.NumGoroutine()
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			end := func(bool) {}
			for range 150 {
				ctx, leave := context.WithCancel(t.Context())
				res, err := f.do(ctx, "GET", "?sideband=stream", "0")
				if err != nil {
					if t.Context().Err() == nil { // else the test has given up
						t.Error(err)
					}
					leave()
					break
				}
				end(true)
				end = func(newer bool) {
					if !leaves && newer { // there is a newer one: this one ends by itself
						_, _ = io.Copy(io.Discard, res.Body)
					}
					leave()
					res.Body.Close()
				}
			}
			end(false)
		})
	}
	inTime(t, "a client", clients.Wait)
	tr.CloseIdleConnections()
	waitFor(t, func() bool { return kit.Stats().Connections == 0 && runtime.NumGoroutine() < before+20 })
	if n := handlers.Waiting(kit); n > 1 {
		t.Errorf("%d jobs wait for the view", n)
	}
	close(page.GoOn)
	take(t, answered, "the answer")
}

func ticketOf(t *testing.T, res *http.Response) string {
	t.Helper()
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return ticketIn.FindStringSubmatch(html.UnescapeString(string(body)))[1]
}

// Case 61: what asks a view for the same thing again and again waits there once.
func TestAViewIsRestartedOnce(t *testing.T) {
	page := rooms.Page{Inside: make(chan ctx), GoOn: make(chan struct{}), Ref: make(chan views.Ref, 2)}
	s := roomSite(t, handlers.Config{Timeouts: handlers.Timeouts{Event: time.Minute}}, page)
	p := s.browser(t).open("/rooms/a").connect("")
	ref := take(t, page.Ref, "the view")
	_, answered := p.hold(page)
	for range 10_000 {
		ref.Restart()
	}
	if n := handlers.Waiting(s.kit); n != 1 {
		t.Errorf("%d jobs wait for the view", n)
	}
	close(page.GoOn)
	take(t, answered, "the answer to Hold")
}
