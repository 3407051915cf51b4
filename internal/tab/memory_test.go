package tab_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/internal/tab"
)

// memory is a network without sockets: it runs a handler in goroutines of the bubble.
type memory struct{ handler http.Handler }

func (m memory) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	out, in := io.Pipe()
	w := &pipeWriter{header: http.Header{}, head: make(chan struct{}), body: in}
	stop := context.AfterFunc(r.Context(), func() { in.CloseWithError(r.Context().Err()) })
	go func() {
		defer stop()
		var err error
		defer func() {
			if recover() != nil {
				err = errors.New("connection reset")
			}
			if w.status == 0 {
				w.failed = err != nil
			}
			w.WriteHeader(http.StatusOK)
			in.CloseWithError(err) // with none it is the end
		}()
		m.handler.ServeHTTP(w, r.WithContext(r.Context()))
	}()
	select {
	case <-w.head:
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	if w.failed {
		return nil, errors.New("connection reset")
	}
	return &http.Response{StatusCode: w.status, Header: w.sent, Body: out, Request: r, ProtoMajor: 1, ProtoMinor: 1}, nil
}

type pipeWriter struct {
	header, sent http.Header
	status       int
	failed       bool
	head         chan struct{}
	body         *io.PipeWriter
}

func (w *pipeWriter) Header() http.Header { return w.header }
func (w *pipeWriter) Flush()              { w.WriteHeader(http.StatusOK) }

func (w *pipeWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status, w.sent = status, w.header.Clone()
		close(w.head)
	}
}

func (w *pipeWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

// server is one page, whose event source and events a test answers.
type server struct {
	page        string
	eventSource func(w http.ResponseWriter, r *http.Request)
	event       func(w http.ResponseWriter, r *http.Request)
	file        func(w http.ResponseWriter, r *http.Request) // answers what ends in .html

	slow time.Duration // until a page comes

	mu    sync.Mutex
	start time.Time
	log   []string // what was asked when, and after which id
}

func (s *server) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, fmt.Sprintf("%v ", time.Since(s.start).Round(time.Millisecond))+fmt.Sprintf(format, args...))
}

func (s *server) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.log, "\n")
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Query().Get("sideband") == "stream":
		s.note("stream after %q with ticket %q", r.Header.Get("Last-Event-ID"), r.Header.Get("Sideband-Ticket"))
		s.eventSource(w, r)
	case r.Method == http.MethodPost:
		body, _ := io.ReadAll(r.Body)
		s.note("event %s %s", r.URL.RawQuery, body)
		s.event(w, r)
	case strings.HasSuffix(r.URL.Path, ".html"):
		w.Header().Set("Content-Type", "text/html")
		s.file(w, r)
	case r.URL.Path == "/broken":
		panic(http.ErrAbortHandler)
	default:
		s.note("page %s%s", r.URL.Path, map[bool]string{true: " to go back to"}[r.Header.Get("HX-History-Restore-Request") != ""])
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.Header.Get("HX-History-Restore-Request") != "" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		time.Sleep(s.slow)
		io.WriteString(w, s.page)
	}
}

const shell = `<!doctype html><html><head><meta name="htmx-config" content='{"defaultTimeout":15000,"prefix":"","extensions":"sse"}'><title>Page</title></head>
<body hx-headers:inherited='{"Sideband-Ticket":"t1"}'><p id="sb-notice"></p>
<div id="sb-stream" hx-sse:connect="?sideband=stream" hx-trigger="intersect, htmx:finally:request delay:3s" hx-sync="this:drop" hx-swap="none" hx-config="sse.reconnectDelay:100 sse.reconnectMaxDelay:10000"></div>
<main id="sb-view" hx-sync:inherited="this:queue all" hx-swap:inherited="none" hx-target:inherited="#sb-notice" hx-config:inherited="timeout:15s">
<p id="count">0</p><button id="add" hx-post="?event=Add">Add</button><input id="step" name="step" value="1" hx-post="?event=Step">
<a id="next" href="/next">Next</a></main></body></html>`

// messages answers an event source with messages, and then keeps it open.
func messages(w http.ResponseWriter, r *http.Request, text ...string) {
	w.Header().Set("Content-Type", "text/event-stream")
	for _, t := range text {
		io.WriteString(w, t)
	}
	w.(http.Flusher).Flush()
	<-r.Context().Done()
}

func open(t *testing.T, s *server, c tab.Config) *tab.Tab {
	t.Helper()
	if s.page == "" {
		s.page = shell
	}
	if s.event == nil {
		s.event = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }
	}
	if s.eventSource == nil {
		s.eventSource = func(w http.ResponseWriter, r *http.Request) { messages(w, r, "id: 0\n\n") }
	}
	s.start = time.Now()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Client = &http.Client{Jar: jar, Transport: memory{s}}
	c.Random = func() float64 { return 0.5 }
	p, err := tab.Open(c, "http://site.test/page")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// run runs do in a bubble of fake time and closes the tab.
func run(t *testing.T, s *server, c tab.Config, do func(p *tab.Tab)) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, s, c)
		defer p.Close()
		do(p)
	})
}

func wait(t *testing.T, p *tab.Tab, what string, done func(tab.View) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	if err := p.Wait(ctx, done); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func live(v tab.View) bool { return v.Live }
