package stash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func hashOf(n uint64) string { return fmt.Sprintf("%032x", n) }

// saved is a record of the test, and what it may have.
type saved struct {
	key   Key
	fence Fence
	// now is what the record has. safe is what it has at least when the machine is lost: a state that was being saved when
	// the process was killed may be there, and not be synced.
	now, safe string
}

// change does something with a record, and notes what it may have now.
func (s *saved) change(f *Files, n int, random *rand.Rand) error {
	ctx, next := context.Background(), strings.Repeat(fmt.Sprintf("state %d ", n), 1+random.IntN(100))
	if random.IntN(20) == 0 {
		next = ""
	}
	var err error
	switch {
	case next == "" && random.IntN(2) == 0:
		if err = f.Delete(ctx, s.key); err == nil {
			_, err = f.Take(ctx, s.key, s.fence, time.Hour)
		}
	default:
		err = f.Put(ctx, s.key, s.fence, []byte(next), time.Hour)
	}
	if err == nil || errors.Is(err, ErrNotFound) {
		s.now, s.safe = next, next
		return nil
	}
	return &interrupted{s, next, err}
}

// interrupted is the error of a call that may have had its effect.
type interrupted struct {
	record *saved
	next   string
	err    error
}

func (e *interrupted) Error() string { return e.err.Error() }
func (e *interrupted) Unwrap() error { return e.err }

// TestFilesSurviveCrashes is case 318: the process is killed, or the machine lost, at any call of 1,000 saves of some
// records, several at a time. Each has the last state that was saved or the one that was being saved, as a whole.
func TestFilesSurviveCrashes(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	disk := newFragile(random)
	records := make([]*saved, 5)
	for i := range records {
		records[i] = &saved{key: Key{Session: hashOf(1), Identity: hashOf(2), Name: hashOf(uint64(i + 1))}}
	}
	get := func(f *Files, s *saved) string {
		data, err := f.Get(context.Background(), s.key)
		if err != nil && !errors.Is(err, ErrNotFound) {
			t.Fatalf("seed %d: Get after a crash: %v", seed, err)
		}
		return string(data)
	}
	open := func() *Files {
		f := newFiles("dir", disk, 4<<10) // so that segments begin and are cleaned all the time
		if err := f.open(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		return f
	}
	crashes, lost, cleaned := 0, 0, 0
	for n := 0; n < 1000; crashes++ {
		f := open()
		for _, s := range records {
			s.fence = Fence(hashOf(random.Uint64() | 1))
			data, err := f.Take(context.Background(), s.key, s.fence, time.Hour)
			if err != nil && !errors.Is(err, ErrNotFound) || string(data) != s.now {
				t.Fatalf("seed %d: Take after a crash: %.40q, %v, want %.40q", seed, data, err, s.now)
			}
		}
		disk.left = random.IntN(200)
		var failed []error
		for ; n < 1000 && failed == nil; n++ {
			failed = changeSome(f, records, n, random)
		}
		for _, err := range failed {
			if !errors.Is(err, errKilled) {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		disk.left = -1
		cleaned = max(cleaned, f.log.segments[0].number)
		isLost := random.IntN(2) == 0
		if isLost {
			lost++
			disk.lose(disk.root)
		}
		again := open()
		for _, s := range records {
			may := []string{s.now}
			if isLost {
				may = append(may, s.safe)
			}
			for _, err := range failed {
				if i, ok := errors.AsType[*interrupted](err); ok && i.record == s {
					may = append(may, i.next)
				}
			}
			if s.now = get(again, s); !slices.Contains(may, s.now) {
				t.Fatalf("seed %d: after crash %d a record has %.40q, want one of %.40q", seed, crashes, s.now, may)
			}
			if isLost {
				s.safe = s.now
			}
		}
	}
	if crashes < 20 || lost == 0 || cleaned < 5 {
		t.Errorf("only %d crashes, %d of the machine, %d segments", crashes, lost, cleaned)
	}
}

// changeSome changes some records at once.
func changeSome(f *Files, records []*saved, n int, random *rand.Rand) []error {
	errs := make([]error, len(records))
	var done sync.WaitGroup
	for i, s := range records {
		if random.IntN(2) == 0 {
			own := rand.New(rand.NewPCG(random.Uint64(), 0))
			done.Go(func() { errs[i] = s.change(f, n, own) })
		}
	}
	done.Wait()
	return slices.DeleteFunc(errs, func(err error) bool { return err == nil })
}
