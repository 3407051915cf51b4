package pubsub

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sideband-go/sideband/views"
)

// lag restarts a view that has lost a message, so that its page remounts it. Until then the subscriber
// gets no more messages.
func (b *Bus) lag(ref views.Ref, lagged *atomic.Bool) { b.lagAfter(ref, lagged, 0) }

// lagAfter is lag with the shortest pause before the restart.
func (b *Bus) lagAfter(ref views.Ref, lagged *atomic.Bool, least time.Duration) {
	if lagged.CompareAndSwap(false, true) {
		b.counters.lagged.Add(1)
		b.laggards.restart(ref, least)
	}
}

// lagAll restarts all views that have subscribed to a topic, spread over a time that grows with their
// number, and notifies its listeners: messages of other processes may have been lost.
func (b *Bus) lagAll(name string) {
	b.mu.RLock()
	list, listeners := b.recipients(name)
	b.mu.RUnlock()
	for _, l := range listeners {
		if l.gap != nil {
			b.call(l, l.gap)
		}
	}
	spread := min(time.Duration(len(list))*gapPause, maxGapSpread)
	for _, sub := range list {
		b.lagAfter(sub.ref, &sub.lagged, time.Duration(rand.Float64()*float64(spread)))
	}
}

const (
	// A view is restarted at once when it lags for the first time. Later pauses double from
	// firstPause to maxPause.
	firstPause = time.Second
	maxPause   = 30 * time.Second
	// After a gap the restarts of a topic's views take gapPause for each, maxGapSpread at most.
	gapPause     = time.Millisecond
	maxGapSpread = 3 * time.Second
	// calm is how long a view must not lag to be restarted at once the next time.
	calm = time.Minute
	// maxLaggards bounds the remembered views. Further ones are restarted after maxPause.
	maxLaggards = 100_000
	// fewLaggards is the number of views from which calm ones are searched for and removed.
	fewLaggards = 1000
)

// laggards restarts views that lag, each after growing pauses, so that a flooded topic does not keep the
// server busy with Mounts. A view that waits for its restart stays unchanged.
type laggards struct {
	mu      sync.Mutex
	views   map[string]*laggard // by view id, which a remount keeps
	waiting int
	sweepAt int // the number of views at which calm ones are removed
	closed  bool
}

// laggard is a view that has lagged.
type laggard struct {
	ref       views.Ref // of its newest mount
	pause     time.Duration
	timer     *time.Timer // nil if it does not wait
	calmAfter time.Time
}

// restart restarts the view, at once or after its pause, which is not shorter than least. It does not
// block.
func (l *laggards) restart(ref views.Ref, least time.Duration) {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return
	}
	now := time.Now()
	v := l.entry(ref.ViewID(), now)
	if v == nil {
		l.mu.Unlock()
		time.AfterFunc(jittered(maxPause), ref.Restart)
		return
	}
	if v.timer != nil {
		v.ref = ref // it may have been remounted
		l.mu.Unlock()
		return
	}
	pause := max(jittered(v.pause), least)
	v.calmAfter = now.Add(pause + calm)
	v.pause = min(max(2*v.pause, firstPause), maxPause)
	if pause > 0 {
		l.waiting++
		v.ref = ref
		v.timer = time.AfterFunc(pause, func() { l.fire(v) })
		l.mu.Unlock()
		return
	}
	l.mu.Unlock()
	ref.Restart()
}

// fire restarts a view after its pause.
func (l *laggards) fire(v *laggard) {
	l.mu.Lock()
	if v.timer == nil { // closed
		l.mu.Unlock()
		return
	}
	v.timer = nil
	l.waiting--
	ref := v.ref
	v.ref = views.Ref{} // do not keep the view in memory
	l.mu.Unlock()
	ref.Restart()
}

// entry returns the laggard of a view, a new one if it has none, or nil if there are too many.
// The caller holds the mutex.
func (l *laggards) entry(id string, now time.Time) *laggard {
	v := l.views[id]
	if v != nil && v.timer == nil && now.After(v.calmAfter) {
		v.pause = 0
	}
	if v != nil {
		return v
	}
	if len(l.views) >= max(l.sweepAt, fewLaggards) {
		for id, v := range l.views {
			if v.timer == nil && now.After(v.calmAfter) {
				delete(l.views, id)
			}
		}
		l.sweepAt = min(2*len(l.views), maxLaggards)
	}
	if len(l.views) >= maxLaggards {
		return nil
	}
	if l.views == nil {
		l.views = map[string]*laggard{}
	}
	v = &laggard{}
	l.views[id] = v
	return v
}

// waitingCount returns how many views wait to be restarted.
func (l *laggards) waitingCount() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.waiting
}

func (l *laggards) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, v := range l.views {
		if v.timer != nil {
			v.timer.Stop()
			v.timer = nil
		}
	}
	l.views, l.waiting = nil, 0
}

// jittered returns d changed by up to 20 % at random, so that timers that start together spread.
func jittered(d time.Duration) time.Duration {
	return time.Duration((0.8 + 0.4*rand.Float64()) * float64(d))
}
