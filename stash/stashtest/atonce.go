package stashtest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/sideband-go/sideband/stash"
)

// testTakersAtOnce has a record taken from many sides, each of which then writes: one is the owner.
func testTakersAtOnce(t *testing.T, backend Backend) {
	const takers = 16
	errs := make([]error, takers)
	var taken, done sync.WaitGroup
	taken.Add(takers)
	for n := range takers {
		s, fence := backend.Open(t), Fence(fmt.Sprint("taker ", n))
		ctx := contextOf(t)
		done.Go(func() {
			_, err := s.Take(ctx, key, fence, long)
			taken.Done()
			if !errors.Is(err, stash.ErrNotFound) {
				errs[n] = fmt.Errorf("Take: %w", err)
				return
			}
			taken.Wait()
			errs[n] = s.Put(ctx, key, fence, []byte(fence), long)
		})
	}
	done.Wait()
	owner := ""
	for n, err := range errs {
		switch {
		case err == nil && owner != "":
			t.Errorf("the record has two owners")
		case err == nil:
			owner = string(Fence(fmt.Sprint("taker ", n)))
		case !errors.Is(err, stash.ErrFenced):
			t.Error(err)
		}
	}
	if owner == "" {
		t.Fatal("the record has no owner")
	}
	get(t, backend.Open(t), key, owner)
}

// testWritersAtOnce has owners write while others take the record from them: what was saved before
// it was taken is what the next one gets, and nothing comes after.
func testWritersAtOnce(t *testing.T, backend Backend) {
	const owners, writes = 4, 25
	var done sync.WaitGroup
	var mu sync.Mutex
	wrote := map[string]bool{"": true}
	for n := range owners {
		s := backend.Open(t)
		ctx := contextOf(t)
		done.Go(func() {
			for w := range writes {
				fence := Fence(fmt.Sprint("writer ", n, w))
				data, err := s.Take(ctx, key, fence, long)
				mu.Lock()
				known := wrote[string(data)]
				mu.Unlock()
				if err != nil && !errors.Is(err, stash.ErrNotFound) || !known {
					t.Errorf("Take: %.40q, %v", data, err)
					return
				}
				text := fmt.Sprintf("%d.%d", n, w)
				mu.Lock()
				wrote[text] = true
				mu.Unlock()
				if err := s.Put(ctx, key, fence, []byte(text), long); err != nil && !errors.Is(err, stash.ErrFenced) {
					t.Errorf("Put: %v", err)
				}
			}
		})
	}
	done.Wait()
}

// testTakenWhileWriting takes a record from an owner that writes all the time: what Take returns is what the owner has
// written last, since no write comes after it.
func testTakenWhileWriting(t *testing.T, backend Backend) {
	one, two := backend.Open(t), backend.Open(t)
	for round := range 30 {
		first, second := Fence(fmt.Sprint("first ", round)), Fence(fmt.Sprint("second ", round))
		ctx := contextOf(t)
		if _, err := one.Take(ctx, key, first, long); err != nil && !errors.Is(err, stash.ErrNotFound) {
			t.Fatalf("Take: %v", err)
		}
		begun, end := make(chan struct{}), make(chan error, 1)
		go func() {
			for n := 0; ; n++ {
				err := one.Put(ctx, key, first, fmt.Appendf(nil, "%d.%d", round, n), long)
				if n == 0 {
					close(begun)
				}
				if err != nil {
					end <- err
					return
				}
			}
		}()
		<-begun
		data, err := two.Take(ctx, key, second, long)
		if err != nil {
			t.Fatalf("Take: %v", err)
		}
		if err := <-end; !errors.Is(err, stash.ErrFenced) {
			t.Fatalf("Put of an earlier owner: %v", err)
		}
		get(t, two, key, string(data))
		put(t, two, key, second, fmt.Sprint("taken ", round), long, nil)
	}
}
