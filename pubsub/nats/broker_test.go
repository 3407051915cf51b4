package natsbroker_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/internal/brokertest"
	"github.com/sideband-go/sideband/pubsub"
	natsbroker "github.com/sideband-go/sideband/pubsub/nats"
)

func TestMain(m *testing.M) {
	if server := os.Getenv(serverVariable); server != "" {
		if err := application(server); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

var quiet = slog.New(slog.DiscardHandler)

// broker is an embedded server that can be restarted at its port.
type broker struct {
	server *server.Server
	port   int
}

func newServer(t testing.TB) *broker {
	t.Helper()
	b := &broker{port: server.RANDOM_PORT}
	b.start(t)
	t.Cleanup(func() { b.stop(t) })
	return b
}

func (b *broker) start(t testing.TB) {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: b.port, NoLog: true, NoSigs: true, MaxPayload: 2 << 20})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the server does not start")
	}
	b.server = s
	if b.port == server.RANDOM_PORT {
		b.port = s.Addr().(*net.TCPAddr).Port
	}
}

func (b *broker) stop(testing.TB) {
	b.server.Shutdown()
	b.server.WaitForShutdown()
}

func (b *broker) connect(t testing.TB) *nats.Conn {
	t.Helper()
	nc, err := nats.Connect(b.server.ClientURL(), nats.MaxReconnects(-1), nats.ReconnectWait(20*time.Millisecond), nats.ReconnectJitter(0, 0), nats.RetryOnFailedConnect(true))
	if err != nil {
		t.Fatal(err)
	}
	closed := make(chan struct{})
	nc.SetClosedHandler(func(*nats.Conn) { close(closed) })
	t.Cleanup(func() { nc.Close(); <-closed })
	return nc
}

// Cases 357 and 358.
func TestBroker(t *testing.T) {
	brokertest.Run(t, func(t *testing.T) brokertest.Backend {
		s := newServer(t)
		return brokertest.Backend{
			Open: func(t *testing.T) pubsub.GapNotifier {
				return &natsbroker.Broker{Conn: s.connect(t), Logger: quiet}
			},
			Stop:  func(t *testing.T) { s.stop(t) },
			Start: func(t *testing.T) { s.start(t) },
		}
	})
}

// Case 359: a subscription that is too slow loses messages and is told so, with those that were kept.
func TestASlowConsumer(t *testing.T) {
	s := newServer(t)
	b := &natsbroker.Broker{Conn: s.connect(t), Logger: quiet, MaxPending: 10}
	inside, goOn := make(chan bool, 1000), make(chan bool)
	gap, got := make(chan bool, 1000), make(chan bool, 1000)
	cancel, err := b.SubscribeGaps("a", func([]byte) {
		inside <- true
		<-goOn
		got <- true
	}, func() { gap <- true })
	if err != nil {
		t.Fatal(err)
	}
	defer cancel()
	other := &natsbroker.Broker{Conn: s.connect(t), Logger: quiet}
	publish := func(n int) {
		t.Helper()
		for range n {
			if err := other.Publish(t.Context(), "a", []byte("m")); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.Conn.Flush(); err != nil { // all have come
			t.Fatal(err)
		}
	}
	publish(1)
	<-inside
	publish(100)
	if len(gap) != 0 {
		t.Error("the gap is told before it")
	}
	close(goOn)
	brokertest.WaitFor(t, "the messages that were kept", func() bool { return len(got) == 10 })
	if len(gap) != 1 {
		t.Errorf("%d gaps", len(gap))
	}
	if st := b.Stats(); st.Dropped != 91 || st.Gaps != 1 || st.Received != 10 || st.Subscriptions != 1 || !st.Connected {
		t.Errorf("%+v", st)
	}
	publish(1)
	brokertest.WaitFor(t, "one more", func() bool { return len(got) == 11 })
	if len(gap) != 1 {
		t.Errorf("%d gaps", len(gap))
	}
}

// Case 360: a message that the server does not accept is an error, and the connection stays.
func TestAMessageThatIsTooLarge(t *testing.T) {
	s := newServer(t)
	b := &natsbroker.Broker{Conn: s.connect(t), Logger: quiet}
	if err := b.Publish(t.Context(), "a", make([]byte, 2<<20+1)); !errors.Is(err, nats.ErrMaxPayload) {
		t.Error(err)
	}
	if err := b.Publish(t.Context(), "a", make([]byte, 2<<20)); err != nil {
		t.Error(err)
	}
	if st := b.Stats(); st.Published != 1 {
		t.Errorf("%+v", st)
	}
}

// While there is no connection, Publish fails at once, and what it was given is not sent later.
func TestPublishWithoutAConnection(t *testing.T) {
	s := newServer(t)
	b, other := &natsbroker.Broker{Conn: s.connect(t), Logger: quiet}, &natsbroker.Broker{Conn: s.connect(t), Logger: quiet}
	s.stop(t)
	brokertest.WaitFor(t, "the connection to be lost", func() bool { return !b.Stats().Connected && !other.Stats().Connected })
	for range 10 {
		if err := b.Publish(t.Context(), "a", []byte("lost")); !errors.Is(err, natsbroker.ErrDisconnected) {
			t.Error(err)
		}
	}
	got := make(chan string, 100)
	cancel, err := other.SubscribeGaps("a", func(data []byte) { got <- string(data) }, func() { got <- "gap" })
	if err != nil {
		t.Fatal(err)
	}
	defer cancel()
	s.start(t)
	if m := <-got; m != "gap" {
		t.Errorf("it hears %q", m)
	}
	brokertest.WaitFor(t, "the publisher to connect", func() bool { return b.Publish(t.Context(), "a", []byte("new")) == nil })
	if m := <-got; m != "new" {
		t.Errorf("it hears %q", m)
	}
}
