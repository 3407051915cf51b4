package redisbroker_test

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/internal/brokertest"
	"github.com/sideband-go/sideband/pubsub"
	redisbroker "github.com/sideband-go/sideband/pubsub/redis"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

func newClient(t testing.TB, address string) *redis.Client {
	t.Helper()
	c := redis.NewClient(&redis.Options{Addr: address, ContextTimeoutEnabled: true, DialTimeout: time.Second})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// Cases 357 and 358.
func TestBroker(t *testing.T) {
	brokertest.Run(t, func(t *testing.T) brokertest.Backend {
		s := miniredis.RunT(t)
		address := s.Addr()
		return brokertest.Backend{
			Open: func(t *testing.T) pubsub.GapNotifier {
				return &redisbroker.Broker{Client: newClient(t, address), Logger: quiet}
			},
			Stop: func(*testing.T) { s.Close() },
			Start: func(t *testing.T) {
				if err := s.Restart(); err != nil {
					t.Fatal(err)
				}
			},
		}
	})
}

// proxy stands between a client and the server.
type proxy struct {
	listener net.Listener
	to       string
	mu       sync.Mutex
	hung     bool // nothing passes from the server
	requests int  // with PUBLISH
	drop     bool // the answer to a PUBLISH is not passed on, and its connection ends
	work     sync.WaitGroup
}

func newProxy(t *testing.T, to string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, to: to}
	p.work.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			p.work.Go(func() { p.pass(c) })
		}
	})
	t.Cleanup(func() { l.Close(); p.work.Wait() })
	return p
}

func (p *proxy) set(f func(p *proxy)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(p)
}

func (p *proxy) pass(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.to)
	if err != nil {
		return
	}
	defer server.Close()
	p.work.Go(func() {
		defer client.Close()
		buffer := make([]byte, 64<<10)
		for {
			n, err := server.Read(buffer)
			if err != nil {
				return
			}
			p.mu.Lock()
			hung, drop := p.hung, p.drop && p.requests > 0
			p.drop = p.drop && !drop // once
			p.mu.Unlock()
			if drop {
				return
			}
			if !hung {
				_, _ = client.Write(buffer[:n])
			}
		}
	})
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		if contains(buffer[:n], "publish") {
			p.set(func(p *proxy) { p.requests++ })
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func contains(data []byte, text string) bool {
	for i := 0; i+len(text) <= len(data); i++ {
		if string(data[i:i+len(text)]) == text {
			return true
		}
	}
	return false
}

// Case 359: a connection on which the server says nothing any more is given up, and what was lost is told.
func TestAConnectionThatHangs(t *testing.T) {
	s := miniredis.RunT(t)
	p := newProxy(t, s.Addr())
	b := &redisbroker.Broker{Client: newClient(t, p.listener.Addr().String()), Logger: quiet, Idle: 50 * time.Millisecond}
	got := make(chan string, 100)
	cancel, err := b.SubscribeGaps("a", func(data []byte) { got <- string(data) }, func() { got <- "gap" })
	if err != nil {
		t.Fatal(err)
	}
	defer cancel()
	other := &redisbroker.Broker{Client: newClient(t, s.Addr()), Logger: quiet}
	publish := func(data string) {
		t.Helper()
		if err := other.Publish(t.Context(), "a", []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	publish("1")
	if m := <-got; m != "1" {
		t.Errorf("it hears %q", m)
	}
	brokertest.WaitFor(t, "the connection to be tested", func() bool { return s.TotalConnectionCount() > 0 })
	p.set(func(p *proxy) { p.hung = true })
	publish("lost")
	brokertest.WaitFor(t, "the connection to be given up", func() bool { return !b.Stats().Connected || b.Stats().Connects > 1 })
	p.set(func(p *proxy) { p.hung = false })
	if m := <-got; m != "gap" {
		t.Errorf("it hears %q", m)
	}
	publish("2")
	if m := <-got; m != "2" {
		t.Errorf("it hears %q", m)
	}
	if st := b.Stats(); st.Gaps != 1 || st.Received != 2 || st.Subscriptions != 1 {
		t.Errorf("%+v", st)
	}
}

// Case 361: a message whose answer was lost is not sent again, since the others may have it.
func TestAMessageIsSentOnce(t *testing.T) {
	s := miniredis.RunT(t)
	p := newProxy(t, s.Addr())
	receiver := &redisbroker.Broker{Client: newClient(t, s.Addr()), Logger: quiet}
	got := make(chan string, 100)
	cancel, err := receiver.Subscribe("a", func(data []byte) { got <- string(data) })
	if err != nil {
		t.Fatal(err)
	}
	defer cancel()
	b := &redisbroker.Broker{Client: newClient(t, p.listener.Addr().String()), Logger: quiet}
	p.set(func(p *proxy) { p.drop = true })
	if err := b.Publish(t.Context(), "a", []byte("1")); err == nil {
		t.Error("Publish succeeds without an answer")
	}
	if err := b.Publish(t.Context(), "a", []byte("2")); err != nil {
		t.Error(err)
	}
	if one, two := <-got, <-got; one != "1" || two != "2" {
		t.Errorf("it hears %q, %q", one, two)
	}
	p.set(func(p *proxy) {
		if p.requests != 2 {
			t.Errorf("%d messages were sent", p.requests)
		}
	})
}

// Publish returns when its context ends, although the server does not answer.
func TestPublishEndsWithItsContext(t *testing.T) {
	s := miniredis.RunT(t)
	p := newProxy(t, s.Addr())
	client := redis.NewClient(&redis.Options{Addr: p.listener.Addr().String(), ContextTimeoutEnabled: true, ReadTimeout: -1})
	t.Cleanup(func() { _ = client.Close() })
	b := &redisbroker.Broker{Client: client, Logger: quiet}
	if err := b.Publish(t.Context(), "a", []byte("1")); err != nil {
		t.Fatal(err)
	}
	p.set(func(p *proxy) { p.hung = true })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := b.Publish(ctx, "a", []byte("2")); err == nil {
		t.Error("Publish succeeds without an answer")
	}
}
