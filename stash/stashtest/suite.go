// Package stashtest has the tests that each [stash.Store] passes.
package stashtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/sideband-go/sideband/stash"
)

// Backend is where a store under test keeps its records.
type Backend struct {
	// Open returns a store on the backend, as each process has one of its own. It is called several
	// times; what has to be closed is closed by t.Cleanup.
	Open func(t *testing.T) stash.Store
	// Advance lets time pass at the backend. Without it, the suite waits, with lives of a few seconds.
	Advance func(d time.Duration)
}

// Run runs the suite. It calls backend for each test, for one without records. Tests are subtests and
// run one after the other.
func Run(t *testing.T, backend func(t *testing.T) Backend) {
	t.Helper()
	for _, test := range []struct {
		name string
		run  func(t *testing.T, b Backend)
	}{
		{"Take", testTake},
		{"Put", testPut},
		{"Fence", testFence},
		{"Empty", testEmpty},
		{"Delete", testDelete},
		{"Life", testLife},
		{"Extend", testExtend},
		{"ExactLife", testExactLife},
		{"Sizes", testSizes},
		{"Slices", testSlices},
		{"Context", testContext},
		{"TakersAtOnce", testTakersAtOnce},
		{"WritersAtOnce", testWritersAtOnce},
		{"TakenWhileWriting", testTakenWhileWriting},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, backend(t)) })
	}
}

// Key returns a key whose fields are hashes of what is given.
func Key(session, identity, name string) stash.Key {
	return stash.Key{Session: hash(session), Identity: hash(identity), Name: hash(name)}
}

// Fence returns a fence that is a hash of what is given.
func Fence(owner string) stash.Fence { return stash.Fence(hash(owner)) }

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

const long = time.Hour

var (
	key  = Key("session", "identity", "name")
	a, b = Fence("a"), Fence("b")
)

func contextOf(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// take takes a record and compares what it has; "" for none.
func take(t *testing.T, s stash.Store, k stash.Key, f stash.Fence, life time.Duration, want string) {
	t.Helper()
	data, err := s.Take(contextOf(t), k, f, life)
	check(t, "Take", data, err, want)
}

func get(t *testing.T, s stash.Store, k stash.Key, want string) {
	t.Helper()
	data, err := s.Get(contextOf(t), k)
	check(t, "Get", data, err, want)
}

func check(t *testing.T, what string, data []byte, err error, want string) {
	t.Helper()
	switch {
	case want == "" && !errors.Is(err, stash.ErrNotFound):
		t.Fatalf("%s: %.40q, %v, want ErrNotFound", what, data, err)
	case want == "" && len(data) > 0:
		t.Fatalf("%s: %.40q beside ErrNotFound", what, data)
	case want != "" && (err != nil || string(data) != want):
		t.Fatalf("%s: %.40q, %v, want %.40q", what, data, err, want)
	}
}

// put puts a record and compares the error.
func put(t *testing.T, s stash.Store, k stash.Key, f stash.Fence, data string, life time.Duration, want error) {
	t.Helper()
	if err := s.Put(contextOf(t), k, f, []byte(data), life); !errors.Is(err, want) {
		t.Fatalf("Put: %v, want %v", err, want)
	}
}

func testTake(t *testing.T, backend Backend) {
	s := backend.Open(t)
	get(t, s, key, "")
	take(t, s, key, a, long, "")
	take(t, s, key, a, long, "")
	get(t, s, key, "")
	put(t, s, key, a, "one", long, nil)
	take(t, backend.Open(t), key, b, long, "one")
	take(t, s, key, b, long, "one")
	take(t, s, Key("session", "identity", "another"), a, long, "")
}

func testPut(t *testing.T, backend Backend) {
	s := backend.Open(t)
	put(t, s, key, a, "one", long, stash.ErrFenced) // nobody has taken it
	get(t, s, key, "")
	take(t, s, key, a, long, "")
	put(t, s, key, a, "one", long, nil)
	get(t, s, key, "one")
	get(t, backend.Open(t), key, "one")
	put(t, s, key, a, "another", long, nil)
	put(t, s, key, a, "another", long, nil)
	get(t, s, key, "another")
	if err := s.Put(contextOf(t), key, a, []byte("binary \x00\xff\r\n'\";"), long); err != nil {
		t.Fatal(err)
	}
	get(t, s, key, "binary \x00\xff\r\n'\";")
}

func testFence(t *testing.T, backend Backend) {
	one, two := backend.Open(t), backend.Open(t)
	take(t, one, key, a, long, "")
	put(t, one, key, a, "one", long, nil)
	take(t, two, key, b, long, "one")
	put(t, one, key, a, "late", long, stash.ErrFenced)
	put(t, one, key, a, "", long, stash.ErrFenced)
	get(t, two, key, "one")
	put(t, two, key, b, "two", long, nil)
	put(t, one, key, a, "late", long, stash.ErrFenced)
	get(t, one, key, "two")
	take(t, one, key, a, long, "two") // it may take the record again
	put(t, two, key, b, "late", long, stash.ErrFenced)
	put(t, one, key, a, "three", long, nil)
	get(t, two, key, "three")

	// Of a record that nobody has written yet, too.
	other := Key("session", "identity", "other")
	take(t, one, other, a, long, "")
	take(t, two, other, b, long, "")
	put(t, one, other, a, "late", long, stash.ErrFenced)
	put(t, two, other, b, "two", long, nil)
	get(t, one, other, "two")
}

func testEmpty(t *testing.T, backend Backend) {
	s := backend.Open(t)
	take(t, s, key, a, long, "")
	put(t, s, key, a, "one", long, nil)
	put(t, s, key, a, "", long, nil)
	get(t, s, key, "")
	put(t, s, key, b, "late", long, stash.ErrFenced) // it still is the owner's
	put(t, s, key, a, "two", long, nil)
	get(t, s, key, "two")
	put(t, s, key, a, "", long, nil)
	take(t, s, key, b, long, "")
}

func testDelete(t *testing.T, backend Backend) {
	s, other := backend.Open(t), backend.Open(t)
	keys := []stash.Key{
		Key("s1", "i1", "1"), Key("s1", "i1", "2"), Key("s1", "i2", "3"), Key("s2", "i1", "4"), Key("s2", "i2", "5"),
	}
	for n, k := range keys {
		take(t, s, k, a, long, "")
		put(t, s, k, a, fmt.Sprint(n+1), long, nil)
	}
	left := func(want ...bool) {
		t.Helper()
		for n, k := range keys {
			text := ""
			if want[n] {
				text = fmt.Sprint(n + 1)
			}
			get(t, s, k, text)
		}
	}
	remove := func(k stash.Key) {
		t.Helper()
		if err := other.Delete(contextOf(t), k); err != nil {
			t.Fatalf("Delete: %v", err)
		}
	}
	left(true, true, true, true, true)
	remove(keys[0])
	remove(keys[0])
	left(false, true, true, true, true)
	put(t, s, keys[0], a, "late", long, stash.ErrFenced)
	remove(stash.Key{Identity: keys[0].Session}) // a session is no identity
	left(false, true, true, true, true)
	remove(stash.Key{Session: keys[0].Session})
	left(false, false, false, true, true)
	put(t, s, keys[1], a, "late", long, stash.ErrFenced)
	remove(stash.Key{Identity: keys[4].Identity})
	left(false, false, false, true, false)
	remove(stash.Key{})
	left(false, false, false, true, false)
	take(t, s, keys[0], b, long, "")
	put(t, s, keys[0], a, "late", long, stash.ErrFenced)
	put(t, s, keys[0], b, "1", long, nil)
	left(true, false, false, true, false)
}

func testSizes(t *testing.T, backend Backend) {
	s := backend.Open(t)
	take(t, s, key, a, long, "")
	last := ""
	for _, size := range []int{1, 1000, 4096, stash.MinSize, 3} {
		last = string(bytes.Repeat([]byte{byte(size), 'x'}, size)[:size])
		put(t, s, key, a, last, long, nil)
		get(t, s, key, last)
	}
	// A store with a limit says so, and keeps what it has.
	switch err := s.Put(contextOf(t), key, a, make([]byte, 32<<20), long); {
	case err == nil:
	case errors.Is(err, stash.ErrTooLarge), errors.Is(err, stash.ErrFull):
		get(t, s, key, last)
		put(t, s, key, a, "small", long, nil)
	default:
		t.Errorf("Put of 32 MiB: %v", err)
	}
}

func testSlices(t *testing.T, backend Backend) {
	s := backend.Open(t)
	take(t, s, key, a, long, "")
	data := []byte("one")
	if err := s.Put(contextOf(t), key, a, data, long); err != nil {
		t.Fatal(err)
	}
	copy(data, "XXX")
	got, err := s.Get(contextOf(t), key)
	check(t, "Get", got, err, "one")
	copy(got, "YYY")
	got, err = s.Take(contextOf(t), key, a, long)
	check(t, "Take", got, err, "one")
	copy(got, "ZZZ")
	get(t, s, key, "one")
}

func testContext(t *testing.T, backend Backend) {
	s := backend.Open(t)
	take(t, s, key, a, long, "")
	put(t, s, key, a, "one", long, nil)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, takeErr := s.Take(ctx, key, b, long)
	_, getErr := s.Get(ctx, key)
	for what, err := range map[string]error{
		"Take": takeErr, "Get": getErr,
		"Put":    s.Put(ctx, key, a, []byte("two"), long),
		"Extend": s.Extend(ctx, key, long),
		"Delete": s.Delete(ctx, key),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a context that has ended: %v", what, err)
		}
	}
	get(t, s, key, "one")
	put(t, s, key, a, "two", long, nil)
}
