package stashtest

import (
	"errors"
	"testing"
	"time"

	"github.com/sideband-go/sideband/stash"
)

// expire lets the time pass after which a short life is over.
func (b Backend) expire() {
	const d = short + 100*time.Millisecond
	if b.Advance != nil {
		b.Advance(d)
		return
	}
	time.Sleep(d)
}

// short is a life that is awaited.
const short = 2 * time.Second

func testLife(t *testing.T, backend Backend) {
	s := backend.Open(t)
	stays := Key("session", "identity", "stays")
	for _, k := range []stash.Key{key, stays} {
		take(t, s, k, a, long, "")
		put(t, s, k, a, "one", short, nil)
	}
	put(t, s, stays, a, "two", long, nil)
	get(t, s, key, "one")
	backend.expire()
	get(t, s, key, "")
	get(t, s, stays, "two")
	put(t, s, key, a, "late", long, stash.ErrFenced)
	if err := s.Extend(contextOf(t), key, long); !errors.Is(err, stash.ErrNotFound) {
		t.Errorf("Extend of an expired record: %v", err)
	}
	take(t, s, key, b, long, "")
	put(t, s, key, a, "late", long, stash.ErrFenced)
	put(t, s, key, b, "new", long, nil)
	get(t, s, key, "new")

	// A record that was taken lives as long as Take says.
	take(t, s, stays, b, short, "two")
	backend.expire()
	get(t, s, stays, "")
}

func testExtend(t *testing.T, backend Backend) {
	s := backend.Open(t)
	extend := func(k stash.Key, life time.Duration, want error) {
		t.Helper()
		if err := s.Extend(contextOf(t), k, life); !errors.Is(err, want) {
			t.Errorf("Extend: %v, want %v", err, want)
		}
	}
	extend(key, long, stash.ErrNotFound)
	empty := Key("session", "identity", "empty")
	take(t, s, empty, a, short, "")
	take(t, s, key, a, short, "")
	put(t, s, key, a, "one", short, nil)
	extend(key, long, nil)
	extend(empty, long, nil)
	backend.expire()
	get(t, s, key, "one")
	put(t, s, key, a, "two", long, nil) // it still is the owner's
	put(t, s, empty, a, "one", long, nil)
	extend(key, short, nil)
	backend.expire()
	get(t, s, key, "")
	get(t, s, empty, "one")
}

// testExactLife has the life of a record counted from the last call that gave one, whichever that is: it is there until
// just before its end, and not after.
func testExactLife(t *testing.T, backend Backend) {
	s := backend.Open(t)
	before, life, margin := time.Hour, time.Hour, time.Second
	pass := backend.Advance
	if pass == nil {
		life, margin = 3*time.Second, 1500*time.Millisecond // of which calls may take some
		pass = time.Sleep
	}
	kept := func(name string) stash.Key { return Key("session", "identity", name) }
	for _, name := range []string{"taken", "put", "extended", "shortened"} {
		take(t, s, kept(name), a, before, "")
		put(t, s, kept(name), a, name, before, nil)
	}
	if backend.Advance != nil {
		pass(before / 2)
	}
	began := time.Now()
	// Each of these calls gives its record a whole life from now on.
	take(t, s, kept("taken"), a, life, "taken")
	put(t, s, kept("put"), a, "put", life, nil)
	for name, d := range map[string]time.Duration{"extended": life, "shortened": life / 4} {
		if err := s.Extend(contextOf(t), kept(name), d); err != nil {
			t.Fatalf("Extend: %v", err)
		}
	}
	pass(life - margin)
	get(t, s, kept("shortened"), "")
	for _, name := range []string{"taken", "put", "extended"} {
		data, err := s.Get(contextOf(t), kept(name))
		if backend.Advance == nil && time.Since(began) >= life {
			break // the machine is too slow to tell
		}
		check(t, "Get", data, err, name)
	}
	pass(margin + 100*time.Millisecond)
	for _, name := range []string{"taken", "put", "extended"} {
		get(t, s, kept(name), "")
	}
}
