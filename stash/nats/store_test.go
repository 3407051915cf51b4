package natsstash_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/stash"
	natsstash "github.com/sideband-go/sideband/stash/nats"
	"github.com/sideband-go/sideband/stash/stashtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// startServer starts a server without a port, which keeps its streams in dir.
func startServer(t testing.TB, dir string) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{DontListen: true, JetStream: true, StoreDir: dir, NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the server does not start")
	}
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	return s
}

func open(t testing.TB, s *server.Server, c natsstash.Config) *natsstash.Store {
	t.Helper()
	nc, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		t.Fatal(err)
	}
	closed := make(chan struct{})
	nc.SetClosedHandler(func(*nats.Conn) { close(closed) })
	t.Cleanup(func() { nc.Close(); <-closed })
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	store, err := natsstash.Open(t.Context(), js, c)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// Case 362.
func TestStore(t *testing.T) {
	stashtest.Run(t, func(t *testing.T) stashtest.Backend {
		s := startServer(t, t.TempDir())
		return stashtest.Backend{Open: func(t *testing.T) stash.Store { return open(t, s, natsstash.Config{}) }}
	})
}

// Case 362: clocks of processes that are 5 minutes apart.
func TestStoreWithOtherClocks(t *testing.T) {
	stashtest.Run(t, func(t *testing.T) stashtest.Backend {
		s := startServer(t, t.TempDir())
		opened := 0
		return stashtest.Backend{Open: func(t *testing.T) stash.Store {
			store := open(t, s, natsstash.Config{Storage: jetstream.MemoryStorage})
			if opened++; opened%2 == 1 {
				natsstash.Shift(store, 5*time.Minute)
			}
			return store
		}}
	})
}

// Case 363: records survive a restart of the server, with their owners and their lives.
func TestAServerThatIsRestarted(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	key, fence := stashtest.Key("s", "i", "n"), stashtest.Fence("a")
	s := startServer(t, dir)
	store := open(t, s, natsstash.Config{})
	if _, err := store.Take(ctx, key, fence, time.Hour); !errors.Is(err, stash.ErrNotFound) {
		t.Fatal(err)
	}
	if err := store.Put(ctx, key, fence, []byte("one"), time.Hour); err != nil {
		t.Fatal(err)
	}
	s.Shutdown()
	s.WaitForShutdown()
	short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	if err := store.Put(short, key, fence, []byte("lost"), time.Hour); err == nil || errors.Is(err, stash.ErrFenced) {
		t.Errorf("Put without a server: %v", err)
	}
	store = open(t, startServer(t, dir), natsstash.Config{})
	if data, err := store.Get(ctx, key); err != nil || string(data) != "one" {
		t.Errorf("Get: %q, %v", data, err)
	}
	if err := store.Put(ctx, key, fence, []byte("two"), time.Hour); err != nil {
		t.Error(err)
	}
}

// Case 364: a stream without room says so, and takes records again when others are gone.
func TestAFullStream(t *testing.T) {
	store := open(t, startServer(t, t.TempDir()), natsstash.Config{MaxBytes: 100 << 10, Storage: jetstream.MemoryStorage})
	ctx, fence := t.Context(), stashtest.Fence("a")
	one, two := stashtest.Key("s1", "i", "1"), stashtest.Key("s2", "i", "2")
	for _, key := range []stash.Key{one, two} {
		if _, err := store.Take(ctx, key, fence, time.Hour); !errors.Is(err, stash.ErrNotFound) {
			t.Fatal(err)
		}
	}
	if err := store.Put(ctx, one, fence, make([]byte, 64<<10), time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := store.Put(ctx, two, fence, make([]byte, 64<<10), time.Hour); !errors.Is(err, stash.ErrFull) {
		t.Errorf("Put into a full stream: %v", err)
	}
	if err := store.Delete(ctx, stash.Key{Session: one.Session}); err != nil {
		t.Fatal(err)
	}
	if err := store.Put(ctx, two, fence, make([]byte, 64<<10), time.Hour); err != nil {
		t.Error(err)
	}
}

// Case 364: the server deletes what has expired by itself.
func TestTheServerDeletesWhatHasExpired(t *testing.T) {
	store := open(t, startServer(t, t.TempDir()), natsstash.Config{Storage: jetstream.MemoryStorage})
	for _, n := range []string{"1", "2", "3"} {
		if _, err := store.Take(t.Context(), stashtest.Key("s", "i", n), stashtest.Fence("a"), time.Second); !errors.Is(err, stash.ErrNotFound) {
			t.Fatal(err)
		}
	}
	if n := natsstash.Messages(t, store); n != 3 {
		t.Errorf("%d messages", n)
	}
	for end := time.Now().Add(30 * time.Second); natsstash.Messages(t, store) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("they stay")
		}
	}
}
