package limit_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/internal/limit"
)

// queue has requests that acquire slots and hold them until a test lets them go on.
type queue struct {
	*limit.Semaphore
	goOn chan struct{} // lets one request release its slot

	mu      sync.Mutex
	served  []string // clients that have got slots, in order
	refused int
	all     sync.WaitGroup
}

func newQueue(slots int) *queue {
	return &queue{Semaphore: limit.NewSemaphore(slots), goOn: make(chan struct{})}
}

// come makes n requests of a client, and returns when they have slots or wait.
func (q *queue) come(ctx context.Context, n int, group, client string) {
	for range n {
		q.all.Go(func() {
			release, ok := q.Acquire(ctx, group, client)
			q.mu.Lock()
			if !ok {
				q.refused++
				q.mu.Unlock()
				return
			}
			q.served = append(q.served, client)
			q.mu.Unlock()
			<-q.goOn
			release()
		})
	}
	synctest.Wait()
}

// release lets n requests release their slots, one after the other.
func (q *queue) release(n int) {
	for range n {
		q.goOn <- struct{}{}
		synctest.Wait()
	}
}

// leave lets all requests release their slots.
func (q *queue) leave(t *testing.T) {
	t.Helper()
	close(q.goOn)
	q.all.Wait()
	if q.Waiting() > 0 {
		t.Errorf("%d wait in the end", q.Waiting())
	}
}

func TestAGroupLeavesSlotsToOthers(t *testing.T) {
	for groups, want := range map[string]int{"a": 48, "ab": 27} { // what each of them gets of 64
		synctest.Test(t, func(t *testing.T) {
			q := newQueue(64)
			for i := range 100 {
				for _, group := range groups {
					q.come(t.Context(), 1, string(group), fmt.Sprintf("%c%d", group, i))
				}
			}
			got := map[byte]int{}
			for _, client := range q.served {
				got[client[0]]++
			}
			for _, group := range []byte(groups) {
				if n := got[group]; n < want || n > want+1 {
					t.Errorf("of %q, one holds %d slots, not %d", groups, n, want)
				}
			}
			before := len(q.served)
			if q.come(t.Context(), 1, "new", "new"); len(q.served) != before+1 {
				t.Error("a request of another group waits")
			}
			q.leave(t)
		})
	}
}

func TestAClientLeavesSlotsToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(64)
		q.come(t.Context(), 100, "a", "one")
		if n := len(q.served); n != 36 {
			t.Errorf("a client holds %d slots of 64", n)
		}
		if q.come(t.Context(), 1, "a", "two"); q.served[len(q.served)-1] != "two" {
			t.Error("a request of another client of the group waits")
		}
		if q.come(t.Context(), 1, "a", "one"); q.served[len(q.served)-1] != "two" {
			t.Error("the client gets another slot")
		}
		q.leave(t)
	})
}

func TestClientsTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(1)
		q.come(t.Context(), 4, "slow", "a")
		q.come(t.Context(), 2, "slow", "b")
		q.come(t.Context(), 2, "slow", "c")
		q.come(t.Context(), 2, "quick", "d")
		q.release(9)
		if got := strings.Join(q.served, ""); got != "aadbdcabca" {
			t.Errorf("served in this order: %s", got)
		}
		q.leave(t)
	})
}

func TestRequestsThatEndDoNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(1)
		ctx, cancel := context.WithCancel(t.Context())
		q.come(t.Context(), 1, "slow", "a")
		q.come(ctx, 100, "slow", "b")
		q.come(t.Context(), 1, "slow", "c")
		if n := q.Waiting(); n != 101 {
			t.Errorf("%d wait", n)
		}
		cancel()
		synctest.Wait()
		if n := q.Waiting(); n != 1 || q.refused != 100 {
			t.Errorf("%d wait, %d are refused", n, q.refused)
		}
		if q.release(1); len(q.served) != 2 || q.served[1] != "c" {
			t.Errorf("served: %v", q.served)
		}
		q.leave(t)
	})
}

func TestWhenTooManyWaitLongQueuesGiveWay(t *testing.T) {
	const most = 8192
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(1)
		q.come(t.Context(), most+101, "slow", "a")
		if q.Waiting() != most || q.refused != 100 {
			t.Errorf("%d wait, %d are refused", q.Waiting(), q.refused)
		}
		q.come(t.Context(), 5, "slow", "b")
		q.come(t.Context(), 5, "quick", "a")
		if q.Waiting() != most || q.refused != 110 || len(q.served) != 1 {
			t.Errorf("%d wait, %d are refused, %d served", q.Waiting(), q.refused, len(q.served))
		}
		q.leave(t)
		served := strings.Join(q.served, "")
		if n := strings.Count(served, "b"); n != 5 || len(served) != most+1 {
			t.Errorf("%d of b, %d in all", n, len(served))
		}
	})
}

func TestWhenTooManyWaitEqualQueuesStay(t *testing.T) {
	const most = 8192
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(1)
		q.come(t.Context(), 1+most/2, "one", "a")
		q.come(t.Context(), most/2, "two", "b")
		if q.come(t.Context(), 50, "one", "a"); q.Waiting() != most || q.refused != 50 {
			t.Errorf("%d wait, %d are refused", q.Waiting(), q.refused)
		}
		q.leave(t)
		if n := strings.Count(strings.Join(q.served, ""), "b"); n != most/2 {
			t.Errorf("%d of b", n)
		}
	})
}

// In any order of requests, all slots are used and none twice.
func TestRequestsInAnyOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const slots = 5
		s := limit.NewSemaphore(slots)
		random := rand.New(rand.NewPCG(3, 3))
		var mu sync.Mutex
		var all sync.WaitGroup
		now, peak, served, refused, leaving := 0, 0, 0, 0, 0
		for range 1000 {
			ctx, cancel := t.Context(), context.CancelFunc(func() {})
			if random.IntN(4) == 0 {
				leaving++
				ctx, cancel = context.WithTimeout(ctx, time.Duration(random.IntN(500))*time.Millisecond)
			}
			group, client := random.IntN(3), random.IntN(9)
			all.Go(func() {
				defer cancel()
				release, ok := s.Acquire(ctx, group, client)
				mu.Lock()
				if !ok {
					refused++
					mu.Unlock()
					return
				}
				now++
				served++
				peak = max(peak, now)
				mu.Unlock()
				time.Sleep(time.Duration(group*group) * 30 * time.Millisecond)
				mu.Lock()
				now--
				mu.Unlock()
				release()
			})
			time.Sleep(time.Duration(random.IntN(10)) * time.Millisecond)
		}
		all.Wait()
		if peak != slots || now != 0 || s.Waiting() != 0 {
			t.Errorf("%d at a time, %d in the end, %d wait", peak, now, s.Waiting())
		}
		// A request that ends at the moment of its turn may be served.
		if served+refused != 1000 || refused > leaving || served < 1000-leaving {
			t.Errorf("%d served, %d refused, %d left", served, refused, leaving)
		}
	})
}
