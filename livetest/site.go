package livetest

import (
	"context"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/internal/live"
)

// DefaultPatience is how long a test waits for what must come.
const DefaultPatience = 30 * time.Second

// Site is a site that is being tested: a server in memory, with whoever visits it.
type Site struct {
	// Patience is how long a test waits for an answer, for a push and for a page.
	// It may be set before the first page is opened. Default: [DefaultPatience].
	Patience time.Duration

	t        testing.TB
	handler  atomic.Pointer[http.Handler]
	listener *listener
	server   *http.Server
	served   chan struct{}
	log      *testLog
	found    *findings

	mu    sync.Mutex
	pages []*Page
	lines []*line
}

// Serve serves h until the test ends: the application's whole handler, with its
// middleware. It then closes the pages and ends their views, and reports what the page
// checks have found. The kit is not shut down: other tests may use it.
//
// In a synctest bubble, h and its kit must be made in the bubble.
func Serve(t testing.TB, h http.Handler) *Site {
	t.Helper()
	s := &Site{t: t, Patience: DefaultPatience, listener: newListener(), served: make(chan struct{}), log: &testLog{t: t}, found: newFindings()}
	s.handler.Store(&h)
	s.server = &http.Server{
		Handler:           http.HandlerFunc(s.serve),
		ReadHeaderTimeout: DefaultPatience,
		ErrorLog:          log.New(s.log, "", 0),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			l := c.(conn).line
			return live.WithProbe(context.WithValue(ctx, lineKey{}, l), &l.probe)
		},
	}
	go func() {
		defer close(s.served)
		_ = s.server.Serve(s.listener) // until close
	}()
	t.Cleanup(s.close)
	return s
}

// Open opens a page, as somebody with a browser of their own does who was never there
// before. It returns when the page is live. Whatever goes wrong fails t.
//
// It is [Serve] and [Site.Open] in one.
func Open(t testing.TB, h http.Handler, path string) *Page {
	t.Helper()
	return Serve(t, h).Open(path)
}

// Open opens a page as a new person.
func (s *Site) Open(path string) *Page {
	s.t.Helper()
	return s.Person().Open(path)
}

type lineKey struct{}

func (s *Site) serve(w http.ResponseWriter, r *http.Request) {
	r.Context().Value(lineKey{}).(*line).serve(*s.handler.Load(), w, r)
}

// Restart puts another program behind the site's address, as a crash and a restart, or
// a deploy do: all connections break, the views of the old one are gone, and whatever
// the pages ask for next is answered by h. It returns when the pages have settled.
func (s *Site) Restart(h http.Handler) {
	s.t.Helper()
	s.replace(h, (*line).end)
}

// Move has another program answer at the site's address while the old one goes on and does not know, as
// when a load balancer sends the pages to another machine: all connections break. It returns when the pages
// have settled.
func (s *Site) Move(h http.Handler) {
	s.t.Helper()
	s.replace(h, func(*line, context.Context) {})
}

func (s *Site) replace(h http.Handler, end func(*line, context.Context)) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), s.Patience)
	defer cancel()
	s.handler.Store(&h)
	s.mu.Lock()
	lines, pages := s.lines, s.pages
	s.mu.Unlock()
	for _, l := range lines {
		l.cut(false)
		if !l.quiet(ctx, false) {
			s.t.Fatal("livetest: the old program goes on with a request although its connection is gone")
		}
		end(l, ctx)
	}
	for _, p := range pages {
		p.settle()
	}
}

// end ends the views that were mounted for this line's pages.
func (l *line) end(ctx context.Context) {
	for _, v := range l.probe.Forget() {
		v.EndWhenIdle(ctx)
	}
}

// close is what happens when the test is over.
func (s *Site) close() {
	s.t.Helper()
	s.reportFindings()
	ctx, cancel := context.WithTimeout(context.Background(), s.Patience)
	defer cancel()
	for _, p := range s.pages {
		p.tab.Close()
	}
	_ = s.server.Close() // nobody is left who could mind
	<-s.served
	for _, l := range s.lines {
		l.cut(false)
		if !l.quiet(ctx, false) {
			s.t.Error("livetest: a request goes on although the test is over and its connection is gone")
		}
		l.end(ctx)
	}
	s.log.end()
	rest()
}

// rest lets the time pass, in a bubble of synctest, in which idle goroutines of the kit
// end. Elsewhere nobody needs to wait for them.
func rest() {
	defer func() { _ = recover() }() // this is no bubble
	synctest.Wait()
	time.Sleep(time.Minute)
}

func (s *Site) line() *line {
	l := newLine(s.listener)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, l)
	return l
}

// testLog writes what a server logs to the test's log.
type testLog struct {
	t    testing.TB
	mu   sync.Mutex
	over bool
}

// Write is part of io.Writer.
func (l *testLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.over {
		l.t.Log(strings.TrimSpace(string(b)))
	}
	return len(b), nil
}

func (l *testLog) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
}
