package ratelimit

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// toldEvery is how long after a failure that was logged the next one is not.
const toldEvery = time.Minute

// told logs that processes no longer count together, and when they do again: once for each failure that lasts, and not
// more often than once in toldEvery if it comes and goes.
type told struct {
	mu     sync.Mutex
	last   time.Time // when a failure was logged
	failed bool      // it is logged that they do not
}

// note notes how the newest question went.
func (t *told) note(ctx context.Context, l *Limit, err error, now time.Time) {
	t.mu.Lock()
	changed := t.failed != (err != nil) && (err == nil || t.last.IsZero() || now.Sub(t.last) >= toldEvery)
	if changed {
		t.failed = err != nil
	}
	if changed && err != nil {
		t.last = now
	}
	t.mu.Unlock()
	if !changed {
		return
	}
	log := l.log
	if log == nil {
		log = slog.Default()
	}
	if err != nil {
		log.ErrorContext(ctx, "sideband: processes do not count a rate limit together, so each counts for itself", "n", l.n, "per", l.per, "err", err)
		return
	}
	log.InfoContext(ctx, "sideband: processes count a rate limit together again", "n", l.n, "per", l.per)
}
