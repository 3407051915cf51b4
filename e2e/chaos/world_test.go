package chaos_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/examples/auth"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/viewtest/orders"
)

var quiet = log.New(io.Discard, "", 0)

// world is the demo and a page of orders, in one process after another.
type world struct {
	t       testing.TB
	random  *rand.Rand // of what happens to servers
	secrets [][]byte
	data    *site.Data
	log     *record
	clerk   *clerk
	market  market
	done    sync.WaitGroup // processes that end

	// Held for reading while servers must stay as they are.
	steady sync.RWMutex

	mu      sync.Mutex
	current *process
	started int
	total   handlers.Stats
}

// process stands for a process of the demo.
type process struct {
	kit     *handlers.Kit
	server  *http.Server
	address string
	served  chan struct{}
}

func newWorld(t testing.TB, seed uint64) *world {
	w := &world{
		t: t, random: random(seed, 1), log: &record{}, clerk: &clerk{book: &orders.Book{}},
		secrets: [][]byte{bytes.Repeat([]byte{byte(seed), 7}, 32)},
	}
	data, err := site.Open(context.Background(), filepath.Join(t.TempDir(), "demo.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { data.Close() })
	data.SignIn = auth.Limits{NetworkLogIns: 1e6, AccountLogIns: 1e6} // all come from one address
	w.data = data
	w.start()
	return w
}

func random(seed, part uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, part)) }

// start begins a process, which takes over from the one before.
func (w *world) start() {
	kit := handlers.New(site.Config(handlers.Config{
		Security: handlers.Security{Secrets: w.secrets}, Logger: slog.New(slog.NewTextHandler(w.log, nil)),
		Timeouts: handlers.Timeouts{
			ConnectionAge:  20 * time.Second,
			ShutdownSpread: time.Second,
		},
	}))
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Error(err)
		return
	}
	p := &process{
		kit: kit, address: "http://" + l.Addr().String(), served: make(chan struct{}),
		server: &http.Server{
			Handler: w.routes(kit), ReadHeaderTimeout: 10 * time.Second, ConnContext: handlers.ConnContext,
			ErrorLog: slog.NewLogLogger(slog.NewTextHandler(w.log, nil), slog.LevelError),
		},
	}
	go func() {
		defer close(p.served)
		if err := p.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			w.t.Error(err)
		}
	}()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.current = p
	w.started++
}

// routes are the demo's, and that of the page of orders. Only one process is started at a time.
func (w *world) routes(kit *handlers.Kit) http.Handler {
	demo, r := site.Routes(kit, w.data), chi.NewRouter()
	r.Use(kit.Middleware)
	r.Handle(ordersPath, handlers.View(kit, orders.Page{Book: w.clerk.book, Process: w.started + 1}))
	return http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		if req.URL.Path == ordersPath {
			r.ServeHTTP(rw, req)
			return
		}
		demo.ServeHTTP(rw, req)
	})
}

// address is where the newest process listens, or listened.
func (w *world) address() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.current.address
}

func (w *world) newest() *process {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.current
}

// kill ends the process as kill -9 does, for all that others see of it: its connections
// break in the middle of what they carry, and no more come.
func (w *world) kill() {
	p := w.newest()
	p.server.Close()
	<-p.served
	w.done.Go(func() { w.clean(p) })
}

// replace starts a new process and ends the one before in good order.
func (w *world) replace() {
	p := w.newest()
	w.start()
	w.done.Go(func() {
		var stop sync.WaitGroup
		stop.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			defer cancel()
			if err := p.server.Shutdown(ctx); err != nil {
				w.t.Errorf("http.Server.Shutdown: %v", err)
			}
		})
		w.clean(p)
		stop.Wait()
		<-p.served
	})
}

// clean ends a kit and checks that nothing of it is left.
func (w *world) clean(p *process) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := p.kit.Shutdown(ctx); err != nil {
		w.t.Errorf("Kit.Shutdown: %v", err)
	}
	s := p.kit.Stats()
	for s.Connections != 0 && wait(ctx, time.Millisecond) { // a request's end comes just after its stream's
		s = p.kit.Stats()
	}
	if v := s.Views; v.Pending+v.Connected+v.Parked != 0 || s.Connections != 0 {
		w.t.Errorf("after Shutdown there are still %+v and %d connections", v, s.Connections)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.total.Mounts += s.Mounts
	w.total.Remounts += s.Remounts
	w.total.Events += s.Events
	w.total.Reloads += s.Reloads
	w.total.ConnectionsDropped += s.ConnectionsDropped
	w.total.ConnectionsFull += s.ConnectionsFull
	w.total.MountsRefused += s.MountsRefused
	w.total.SessionMountsRefused += s.SessionMountsRefused
}

// trouble kills and replaces servers until ctx is done, and leaves one that runs.
func (w *world) trouble(ctx context.Context, pause time.Duration) {
	for wait(ctx, pause/2+time.Duration(w.random.Int64N(int64(pause)))) {
		w.steady.Lock()
		if w.random.IntN(2) == 0 {
			w.replace()
		} else {
			w.kill()
			wait(ctx, time.Duration(w.random.Int64N(int64(3*time.Second))))
			w.start()
		}
		w.steady.Unlock()
	}
}

// end ends the world.
func (w *world) end() {
	p := w.newest()
	p.server.Close()
	<-p.served
	w.clean(p)
	w.done.Wait()
}

// wait waits for d. It reports false if ctx is done first.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// record keeps the lines of a log that tell of something wrong.
type record struct {
	mu    sync.Mutex
	lines []string
	count int
}

// normal are texts of lines that chaos brings with it.
var normal = []string{
	// Somebody has logged in or out in another tab.
	`event refused" view=account.Page route=/account status=403`,
	`event refused" view=auth.enter route=/account/log-in status=403`,
	// A view was to be remounted while somebody's pages were disconnected.
	`status=503 err="handlers: pages were disconnected meanwhile"`,
	// An event waited for another, and its user went back meanwhile; then its view was remounted.
	`status=409 err="handlers: the ticket is for another address"`,
	// The same of what is no event of the user's, such as a question for controls.
	`status=404 err="handlers: views: no such event: none is named"`,
	// Somebody has logged out while an event waited.
	`status=410 err="views: the view is gone"`,
	// An event has reached a process that ends, by a connection that was open.
	`status=503 err="handlers: the kit is shut down"`,
	// A page that keeps durable state was asked for it in the answer to an event, while it had no connection.
	`status=503 err="handlers: the page has not sent its state yet"`,
	// On a busy machine, with the race detector, a password's hash takes longer than a callback may.
	`ran past its deadline and was given up" callback=auth.enter.Submit`,
	// An event waited for its view to be remounted, and its connection was cut.
	`err="handlers: the browser has left: context canceled"`,
}

func (r *record) Write(b []byte) (int, error) {
	line := string(b)
	if !strings.Contains(line, "level=INFO") {
		bad := true
		for _, text := range normal {
			bad = bad && !strings.Contains(line, text)
		}
		if bad {
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.count++; len(r.lines) < 50 {
				r.lines = append(r.lines, line)
			}
		}
	}
	return len(b), nil
}

func (r *record) check(t testing.TB) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.count > 0 {
		t.Errorf("the log has %d lines that it should not have:\n%s", r.count, strings.Join(r.lines, ""))
	}
}

func (w *world) String() string {
	return fmt.Sprintf("%d processes; of those that ended: %d mounts, %d remounts, %d events, %d reloads asked for, %d connections dropped, %d times full, refused mounts %d+%d",
		w.started, w.total.Mounts, w.total.Remounts, w.total.Events, w.total.Reloads, w.total.ConnectionsDropped, w.total.ConnectionsFull, w.total.MountsRefused, w.total.SessionMountsRefused)
}
