package redislimit_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/alicebob/miniredis/v2"
	"github.com/go-chi/chi/v5"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/ratelimit"
	redislimit "github.com/sideband-go/sideband/ratelimit/redis"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// connect returns the buckets of a process.
func connect(t testing.TB, address string) *redislimit.Buckets {
	t.Helper()
	c := redis.NewClient(&redis.Options{Addr: address, ContextTimeoutEnabled: true, MaxRetries: -1})
	t.Cleanup(func() { _ = c.Close() })
	return &redislimit.Buckets{Client: c, Name: "exports", Timeout: 20 * time.Second}
}

// taken returns how many of some uses were allowed.
func taken(t testing.TB, b *redislimit.Buckets, key string, tries, n int) (got int) {
	t.Helper()
	for range tries {
		wait, err := b.Take(t.Context(), key, n, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if wait == 0 {
			got++
		}
	}
	return got
}

// Case 473: processes share a limit exactly, also at the same moment; each key has its own.
func TestProcessesShareALimit(t *testing.T) {
	s := miniredis.RunT(t)
	one, two := connect(t, s.Addr()), connect(t, s.Addr())
	var all sync.WaitGroup
	got := make([]int, 8)
	for i := range got {
		all.Go(func() {
			b := one
			if i%2 == 1 {
				b = two
			}
			got[i] = taken(t, b, "ann", 10, 20)
		})
	}
	all.Wait()
	sum := 0
	for _, n := range got {
		sum += n
	}
	if sum != 20 {
		t.Errorf("%d uses of 20 were allowed: %v", sum, got)
	}
	wait, err := one.Take(t.Context(), "ann", 20, time.Hour)
	if err != nil || wait <= 0 || wait > 3*time.Minute {
		t.Errorf("the next use is in %v, %v: one comes back every 3 min", wait, err)
	}
	if n := taken(t, two, "bob", 30, 20); n != 20 {
		t.Errorf("another key has %d", n)
	}
	other := connect(t, s.Addr())
	other.Name = "imports"
	if n := taken(t, other, "ann", 30, 5); n != 5 {
		t.Errorf("another limit has %d", n)
	}
}

// Case 474: what users have sent is not in Redis; keys are small, and expire.
func TestKeysAreHashedAndExpire(t *testing.T) {
	s := miniredis.RunT(t)
	b := connect(t, s.Addr())
	for i := range 100 {
		taken(t, b, fmt.Sprintf("ann@example.org %d%s", i, strings.Repeat("x", 1000)), 1, 5)
	}
	keys := s.Keys()
	if len(keys) != 100 {
		t.Fatalf("%d keys", len(keys))
	}
	for _, key := range keys {
		if len(key) > 60 || strings.Contains(key, "ann") {
			t.Fatalf("the key %q", key)
		}
		if life := s.TTL(key); life <= 0 || life > time.Hour {
			t.Fatalf("a key lives for %v", life)
		}
	}
	s.FastForward(time.Hour)
	if n := len(s.Keys()); n != 0 {
		t.Errorf("%d keys are left", n)
	}
}

// Case 475: while Redis is away the process's own count holds; it is not asked each time, and is used again when it is back.
func TestRedisIsAway(t *testing.T) {
	s := miniredis.RunT(t)
	b := connect(t, s.Addr())
	if n := taken(t, b, "ann", 5, 3); n != 3 {
		t.Fatalf("%d allowed", n)
	}
	s.Close()
	if _, err := b.Take(t.Context(), "ann", 3, time.Hour); err == nil || errors.Is(err, redislimit.ErrAway) {
		t.Errorf("the first question: %v", err)
	}
	if _, err := b.Take(t.Context(), "ann", 3, time.Hour); !errors.Is(err, redislimit.ErrAway) {
		t.Errorf("the next one: %v", err)
	}
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		wait, err := b.Take(t.Context(), "ann", 3, time.Hour)
		if err == nil && wait > 0 {
			return // it counts as before
		}
		if time.Now().After(end) {
			t.Fatalf("Redis is back, and not used: %v, %v", wait, err)
		}
	}
}

// Case 475: a server that takes connections and never answers holds an event for a moment only, and the next ones not at all.
func TestRedisHangs(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	b := connect(t, l.Addr().String()) // nobody accepts
	b.Timeout = 0
	if _, err := b.Take(t.Context(), "ann", 3, time.Hour); err == nil {
		t.Error("a server that hangs allows it")
	}
	if _, err := b.Take(t.Context(), "ann", 3, time.Hour); !errors.Is(err, redislimit.ErrAway) {
		t.Errorf("the next one: %v", err)
	}
}

// Case 475: so it is with a client as it comes, which knows nothing of the time that a question may take.
func TestAClientWithItsOwnTimeouts(t *testing.T) {
	for name, o := range map[string]redis.Options{"default": {}, "none": {ReadTimeout: -1}} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			closed := make(chan struct{})
			go func() {
				defer close(closed)
				if c, err := l.Accept(); err == nil {
					_, _ = io.Copy(io.Discard, c) // it answers nothing
					_ = c.Close()
				}
			}()
			o.Addr = l.Addr().String()
			c := redis.NewClient(&o)
			b := &redislimit.Buckets{Client: c, Name: "exports"}
			returned := make(chan error, 1)
			go func() {
				_, err := b.Take(t.Context(), "ann", 3, time.Hour)
				returned <- err
			}()
			select {
			case err := <-returned:
				if err == nil {
					t.Error("a server that hangs allows it")
				}
			case <-closed:
				t.Error("it has waited until the client gave up")
			case <-time.After(20 * time.Second):
				t.Fatal("it waits for ever")
			}
			if _, err := b.Take(t.Context(), "ann", 3, time.Hour); !errors.Is(err, redislimit.ErrAway) {
				t.Errorf("the next one: %v", err)
			}
			_ = c.Close()
			<-closed
		})
	}
}

// hook is one of a client that panics.
type hook struct{}

func (hook) DialHook(next redis.DialHook) redis.DialHook                             { return next }
func (hook) ProcessPipelineHook(redis.ProcessPipelineHook) redis.ProcessPipelineHook { return nil }
func (hook) ProcessHook(redis.ProcessHook) redis.ProcessHook {
	return func(context.Context, redis.Cmder) error { panic("no") }
}

// What panics in a client fails the question, and ends nothing.
func TestAHookThatPanics(t *testing.T) {
	c := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	defer c.Close()
	c.AddHook(hook{})
	b := &redislimit.Buckets{Client: c, Name: "exports", Timeout: 20 * time.Second}
	if _, err := b.Take(t.Context(), "ann", 3, time.Hour); err == nil || !strings.Contains(err.Error(), "panic: no") {
		t.Errorf("%v", err)
	}
}

// Mistakes of the program are not taken for failures of Redis.
func TestBucketsThatMissSomethingPanic(t *testing.T) {
	c := redis.NewClient(&redis.Options{})
	defer c.Close()
	for want, b := range map[string]*redislimit.Buckets{"Client": {Name: "exports"}, "Name": {Client: c}} {
		func() {
			defer func() {
				if r := recover(); !strings.Contains(fmt.Sprint(r), want) {
					t.Errorf("without a %s: %v", want, r)
				}
			}()
			_, _ = b.Take(t.Context(), "ann", 3, time.Hour)
		}()
	}
}

// What is cancelled says nothing of Redis.
func TestACancelledEvent(t *testing.T) {
	s := miniredis.RunT(t)
	b := connect(t, s.Addr())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if wait, err := b.Take(ctx, "ann", 3, time.Hour); wait != 0 || err != nil {
		t.Errorf("%v, %v", wait, err)
	}
}

var done = state.NewKey[int]("done")

// page has a button whose event is limited.
type page struct{ limit *ratelimit.Limit }

func (page) Mount(s *views.Socket, _ views.NoParams) error {
	done.Set(s, 0)
	return nil
}

func (p page) Export(s *views.Socket, _ views.NoParams) error {
	if err := p.limit.Take(s); err != nil {
		return err
	}
	done.Update(s, func(n int) int { return n + 1 })
	return nil
}

func (page) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, _ = fmt.Fprintf(w, `<p id="done">%d</p><button id="export"`, done.Get(ctx))
		err := templruntime.RenderAttributes(ctx, w, w, "button", views.OnClick(ctx, page.Export))
		_, _ = io.WriteString(w, ">Export</button>")
		return err
	})
}

// open opens the page in a process of its own, as somebody.
func open(t *testing.T, b *redislimit.Buckets) *livetest.Page {
	t.Helper()
	kit := handlers.New(handlers.Config{
		Logger: slog.New(slog.DiscardHandler), Identity: func(r *http.Request) string { return r.Header.Get("Test-User") },
	})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Handle("/", handlers.View(kit, page{ratelimit.New(4, time.Hour, ratelimit.ByIdentity).Share(b)}))
	r.Mount(kit.AssetsPath(), kit.Assets())
	p := livetest.Serve(t, r).Person()
	p.SetHeader("Test-User", "ann")
	return p.Open("/")
}

// Case 473, 475: a user of two processes has one limit; while Redis is away, the one of each process.
func TestPagesOfTwoProcesses(t *testing.T) {
	s := miniredis.RunT(t)
	one, two := open(t, connect(t, s.Addr())), open(t, connect(t, s.Addr()))
	click := func(p *livetest.Page, n int, want string) {
		t.Helper()
		for range n {
			p.Button("Export").Click()
		}
		p.Expect("#done", want)
	}
	click(one, 3, "3")
	click(two, 3, "1")
	if two.Notice() == "" {
		t.Error("nothing is said")
	}
	s.Close()
	click(two, 3, "2") // of its own four it has tried three before
	click(one, 3, "4")
}
