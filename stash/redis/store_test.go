package redisstash_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/stash"
	redisstash "github.com/sideband-go/sideband/stash/redis"
	"github.com/sideband-go/sideband/stash/stashtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t testing.TB, s *miniredis.Miniredis) *redisstash.Store {
	t.Helper()
	c := redis.NewClient(&redis.Options{Addr: s.Addr(), ContextTimeoutEnabled: true, MaxRetries: -1})
	t.Cleanup(func() { _ = c.Close() })
	return &redisstash.Store{Client: c}
}

// Case 362.
func TestStore(t *testing.T) {
	stashtest.Run(t, func(t *testing.T) stashtest.Backend {
		s := miniredis.RunT(t)
		return stashtest.Backend{
			Open:    func(t *testing.T) stash.Store { return open(t, s) },
			Advance: s.FastForward,
		}
	})
}

// Case 363: a server that is restarted has forgotten the scripts.
func TestScriptsAreLoadedAgain(t *testing.T) {
	s := miniredis.RunT(t)
	store, ctx := open(t, s), t.Context()
	key, fence := stashtest.Key("s", "i", "n"), stashtest.Fence("a")
	for range 2 {
		if _, err := store.Take(ctx, key, fence, time.Minute); !errors.Is(err, stash.ErrNotFound) {
			t.Fatal(err)
		}
		if err := store.Client.ScriptFlush(ctx).Err(); err != nil {
			t.Fatal(err)
		}
		if err := store.Put(ctx, key, fence, []byte("one"), time.Minute); err != nil {
			t.Fatal(err)
		}
		if err := store.Client.ScriptFlush(ctx).Err(); err != nil {
			t.Fatal(err)
		}
		if err := store.Extend(ctx, key, time.Minute); err != nil {
			t.Fatal(err)
		}
		s.FlushAll()
	}
}

// Case 363: a server that is away is an error; when it is back, calls succeed.
func TestAServerThatIsAway(t *testing.T) {
	s := miniredis.RunT(t)
	store := open(t, s)
	key, fence := stashtest.Key("s", "i", "n"), stashtest.Fence("a")
	if _, err := store.Take(t.Context(), key, fence, time.Minute); !errors.Is(err, stash.ErrNotFound) {
		t.Fatal(err)
	}
	s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	for what, err := range map[string]error{
		"Put": store.Put(ctx, key, fence, []byte("one"), time.Minute), "Delete": store.Delete(ctx, stash.Key{Session: key.Session}),
	} {
		if err == nil || errors.Is(err, stash.ErrFenced) || errors.Is(err, stash.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	for range 100 { // connections that have ended fail once each
		if err := store.Put(t.Context(), key, fence, []byte("two"), time.Minute); err == nil {
			return
		}
	}
	t.Error("Put fails after the restart")
}

// Case 364: the keys of sessions and identities expire with their last record.
func TestNothingIsLeft(t *testing.T) {
	s := miniredis.RunT(t)
	store, ctx := open(t, s), t.Context()
	fence := stashtest.Fence("a")
	for _, life := range []time.Duration{time.Minute, time.Hour, time.Second} {
		if _, err := store.Take(ctx, stashtest.Key("s", "i", life.String()), fence, life); !errors.Is(err, stash.ErrNotFound) {
			t.Fatal(err)
		}
	}
	if n := len(s.Keys()); n != 5 {
		t.Errorf("keys: %q", s.Keys())
	}
	for _, k := range s.Keys() {
		if !strings.HasPrefix(k, "sideband:stash") {
			t.Errorf("a key %q", k)
		}
	}
	s.FastForward(59 * time.Minute)
	if err := store.Delete(ctx, stash.Key{Session: stashtest.Key("s", "", "").Session}); err != nil {
		t.Fatal(err)
	}
	s.FastForward(time.Minute)
	if n := len(s.Keys()); n != 0 {
		t.Errorf("keys: %q", s.Keys())
	}
}

// Case 364: a server without room says so.
func TestAFullServer(t *testing.T) {
	s := miniredis.RunT(t)
	store := open(t, s)
	key, fence := stashtest.Key("s", "i", "n"), stashtest.Fence("a")
	if _, err := store.Take(t.Context(), key, fence, time.Minute); !errors.Is(err, stash.ErrNotFound) {
		t.Fatal(err)
	}
	s.SetError("OOM command not allowed when used memory > 'maxmemory'.")
	if err := store.Put(t.Context(), key, fence, []byte("one"), time.Minute); !errors.Is(err, stash.ErrFull) {
		t.Error(err)
	}
}
