package limit_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/internal/limit"
)

// Case 402: a million keys.
func TestALimiterForgetsTheOldestKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := limit.NewLimiter[int](1, time.Hour)
		for i := range 1_000_000 {
			l.Allow(i)
		}
		if n := l.Sweep(time.Now()); n != limit.MaxKeys {
			t.Errorf("%d keys are known", n)
		}
		if l.Allow(999_999) || !l.Allow(0) {
			t.Error("the newest key has its event again, or the oldest does not")
		}
	})
}

func TestTheWaitOfALimiter(t *testing.T) {
	l := limit.NewLimiter[string](3, time.Minute)
	now := time.Unix(1000, 0)
	for i, want := range []time.Duration{0, 0, 0, 20 * time.Second} {
		if got := l.Take("a", now).Round(time.Millisecond); got != want {
			t.Errorf("take %d: %v, not %v", i, got, want)
		}
	}
	if got := l.Take("a", now.Add(15*time.Second)).Round(time.Millisecond); got != 5*time.Second {
		t.Errorf("after 15 s: %v", got)
	}
	if got := l.Take("a", now.Add(20*time.Second)); got != 0 {
		t.Errorf("after 20 s: %v", got)
	}
}

func BenchmarkTake(b *testing.B) {
	l := limit.NewLimiter[int](1_000_000, time.Minute)
	for i := 0; b.Loop(); i++ {
		l.Take(i%1000, time.Now())
	}
}
