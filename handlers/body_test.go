package handlers_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
)

// slowSite is a server whose clients have little time for the bodies of their requests.
type slowSite struct {
	*httptest.Server
	kit     *handlers.Kit
	under   atomic.Int64 // requests under way
	later   chan string  // gets what became of a response that goes on
	goOn    chan struct{}
	cookie  string
	ticket  string
	browser *http.Client
}

func newSlowSite(t *testing.T, version2 bool) *slowSite {
	t.Helper()
	s := &slowSite{later: make(chan string, 1), goOn: make(chan struct{})}
	s.kit = handlers.New(handlers.Config{Logger: quietLogger, Timeouts: handlers.Timeouts{Body: 200 * time.Millisecond}, Limits: handlers.Limits{Body: 1000}})
	r := chi.NewRouter()
	r.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.under.Add(1)
			defer s.under.Add(-1)
			next.ServeHTTP(w, r)
		})
	}, s.kit.Middleware)
	r.Mount(s.kit.AssetsPath(), s.kit.Assets())
	r.Handle("/{room}", handlers.View(s.kit, rooms.Page{}))
	no := func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "No.", http.StatusForbidden) })
	}
	r.With(no).Handle("/not/{room}", handlers.View(s.kit, rooms.Page{}))
	r.HandleFunc("/own/read", func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "read %d, %v", len(b), err)
	})
	r.HandleFunc("/own/slow", func(w http.ResponseWriter, r *http.Request) {
		if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Error(err)
		}
		b, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "read %d, %v", len(b), err)
	})
	r.HandleFunc("/own/later", func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush()
		select {
		case <-s.goOn:
			s.later <- "goes on"
		case <-r.Context().Done():
			s.later <- "is cancelled"
		}
	})
	s.Server = httptest.NewUnstartedServer(r)
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	if s.EnableHTTP2 = version2; version2 {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(func() { shutdown(t, s.kit); s.Close() })
	tr := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: version2}
	t.Cleanup(tr.CloseIdleConnections)
	s.browser = &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := s.browser.Get(s.URL + "/a")
	if err != nil {
		t.Fatal(err)
	}
	s.cookie, _, _ = strings.Cut(res.Header.Get("Set-Cookie"), ";")
	s.ticket = ticketOf(t, res)
	return s
}

// stalls are requests whose bodies do not arrive, with what stands in their headers.
func (s *slowSite) stalls() map[string]struct {
	method, path string
	header       []string
} {
	const form = "application/x-www-form-urlencoded"
	good := []string{"Content-Type", form, "Sideband-Ticket", s.ticket}
	return map[string]struct {
		method, path string
		header       []string
	}{
		"an event":                    {"POST", "/a?event=Add", good},
		"no ticket":                   {"POST", "/a?event=Add", good[:2]},
		"a damaged ticket":            {"POST", "/a?event=Add", []string{"Content-Type", form, "Sideband-Ticket", "x"}},
		"another content type":        {"POST", "/a?event=Add", []string{"Content-Type", "text/plain", "Sideband-Ticket", s.ticket}},
		"a compressed one":            {"POST", "/a?event=Add", append([]string{"Content-Encoding", "gzip"}, good...)},
		"a page with a body":          {"GET", "/a", nil},
		"a stream with a body":        {"GET", "/a?sideband=stream", good},
		"a method that is not taken":  {"PUT", "/a", good},
		"refused by a middleware":     {"POST", "/not/a?event=Add", good},
		"refused, and not a page's":   {"POST", "/not/a?event=Add", nil},
		"another site's":              {"POST", "/a?event=Add", append([]string{"Sec-Fetch-Site", "cross-site"}, good...)},
		"an asset with a body":        {"GET", s.kit.AssetsPath() + "/none", nil},
		"the application's, read":     {"POST", "/own/read", nil},
		"the application's, not read": {"POST", "/own/nothing", nil},
	}
}

// Case 62: a body that does not arrive holds its connection no longer than Config.Timeouts.Body,
// whatever the request is answered.
func TestABodyThatStallsOverHTTP1(t *testing.T) {
	s := newSlowSite(t, false)
	for name, q := range s.stalls() {
		for _, body := range []string{"Content-Length: 100\r\n\r\nvalue=", "Content-Length: 2000\r\n\r\nvalue=", "Transfer-Encoding: chunked\r\n\r\n6\r\nvalue=\r\n"} {
			how, _, _ := strings.Cut(body, "\r\n")
			t.Run(name+", "+how, func(t *testing.T) {
				c := s.dial(t)
				s.request(t, c, q.method, q.path, body, q.header...)
				if _, err := io.Copy(io.Discard, c); err != nil { // to its end
					t.Errorf("the connection ends with %v", err)
				}
			})
		}
	}
	waitFor(t, func() bool { return s.under.Load() == 0 })
}

// dial opens a connection on which all has to be over when the test loses its patience.
func (s *slowSite) dial(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return c
}

// request writes a request; what body begins with ends its header.
func (s *slowSite) request(t *testing.T, c io.Writer, method, path, body string, header ...string) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n", method, path, s.Listener.Addr(), s.cookie)
	for i := 0; i < len(header); i += 2 {
		fmt.Fprintf(&b, "%s: %s\r\n", header[i], header[i+1])
	}
	if _, err := io.WriteString(c, b.String()+body); err != nil {
		t.Fatal(err)
	}
}

// stall lets more time pass than a body has.
func (s *slowSite) stall(t *testing.T) {
	t.Helper()
	c := s.dial(t)
	s.request(t, c, "POST", "/own/read", "Content-Length: 100\r\n\r\n")
	if _, err := io.Copy(io.Discard, c); err != nil {
		t.Fatal(err)
	}
}

// Case 62, over HTTP/2.
func TestABodyThatStallsOverHTTP2(t *testing.T) {
	s := newSlowSite(t, true)
	for name, q := range s.stalls() {
		t.Run(name, func(t *testing.T) {
			body, w := io.Pipe()
			defer w.Close()
			r, err := http.NewRequestWithContext(t.Context(), q.method, s.URL+q.path, body)
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; i < len(q.header); i += 2 {
				r.Header.Set(q.header[i], q.header[i+1])
			}
			r.Header.Set("Cookie", s.cookie)
			go func() { _, _ = w.Write([]byte("value=")) }()
			inTime(t, "the request", func() {
				if res, err := s.browser.Do(r); err == nil {
					_, _ = io.Copy(io.Discard, res.Body)
					res.Body.Close()
				}
			})
			body.Close()
			waitFor(t, func() bool { return s.under.Load() == 0 })
		})
	}
}

// Case 62: the deadline of a body ends nothing that comes after it: later requests of the
// connection, streams, responses that go on, uploads whose handler gives them longer.
func TestTheDeadlineOfABodyEndsWithIt(t *testing.T) {
	s := newSlowSite(t, false)
	answer := func(t *testing.T, in *bufio.Reader) string {
		t.Helper()
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(res.StatusCode, " ", string(b))
	}
	event := func(t *testing.T, c io.Writer) {
		t.Helper()
		s.request(t, c, "POST", "/a?event=Add", "Content-Length: 7\r\n\r\nvalue=1",
			"Content-Type", "application/x-www-form-urlencoded", "Sideband-Ticket", s.ticket)
	}
	stream := s.dial(t)
	s.request(t, stream, "GET", "/a?sideband=stream", "\r\n", "Sideband-Ticket", s.ticket)
	messages := bufio.NewReader(stream)
	await := func(t *testing.T, want string) {
		t.Helper()
		for {
			line, err := messages.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(line, want) {
				return
			}
		}
	}
	await(t, "sb-lost")
	kept := s.dial(t)
	in := bufio.NewReader(kept)
	for i := range 3 {
		event(t, kept)
		if got := answer(t, in); got != "204 " {
			t.Fatalf("event %d of the connection is answered %s", i+1, got)
		}
		await(t, fmt.Sprintf(">%d<", i+1))
		s.stall(t)
	}
	slow := s.dial(t)
	s.request(t, slow, "POST", "/own/slow", "Content-Length: 10\r\n\r\n01234")
	s.stall(t)
	if _, err := io.WriteString(slow, "56789"); err != nil {
		t.Fatal(err)
	}
	if got := answer(t, bufio.NewReader(slow)); got != "200 read 10, <nil>" {
		t.Errorf("an upload is answered %s", got)
	}
	later := s.dial(t)
	s.request(t, later, "POST", "/own/later", "Content-Length: 3\r\n\r\nabc")
	s.stall(t)
	close(s.goOn)
	if got := take(t, s.later, "the response that goes on"); got != "goes on" {
		t.Errorf("a response that goes on %s", got)
	}
}
