package pubsub

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sideband-go/sideband/views"
)

// lag restarts a view that has lost a message. Until then the subscriber gets no more:
// it has all messages, or none.
func (b *Bus) lag(ref views.Ref, lagged *atomic.Bool) {
	if lagged.CompareAndSwap(false, true) {
		b.count.lagged.Add(1)
		b.laggards.restart(ref)
	}
}

const (
	// A view is restarted at once the first time that it lags; after that the pauses
	// begin with firstPause and double up to maxPause.
	firstPause = time.Second
	maxPause   = 30 * time.Second
	// calm is how long a view must not have lagged to be restarted at once again.
	calm = time.Minute
	// maxLaggards bounds the views that are remembered. What lags beyond waits longest.
	maxLaggards = 100_000
	// fewLaggards are not looked through.
	fewLaggards = 1000
)

// laggards restarts views that lag, each after growing pauses: whoever floods a topic can't
// keep the server busy with Mounts. Meanwhile a view is shown as it is.
type laggards struct {
	mu      sync.Mutex
	views   map[string]*laggard // by the view's id, which it keeps
	waiting int
	look    int // how many there are when those are forgotten that are calm
	closed  bool
}

type laggard struct {
	ref   views.Ref // as it was mounted last
	pause time.Duration
	timer *time.Timer // nil unless it waits
	calm  time.Time
}

// restart restarts the view, at once or after its pause. It does not wait.
func (l *laggards) restart(ref views.Ref) {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return
	}
	now := time.Now()
	v := l.of(ref.ViewID(), now)
	if v == nil {
		l.mu.Unlock()
		time.AfterFunc(jittered(maxPause), ref.Restart)
		return
	}
	if v.timer != nil {
		v.ref = ref // it may have been mounted anew since
		l.mu.Unlock()
		return
	}
	pause := jittered(v.pause)
	v.calm = now.Add(pause + calm)
	v.pause = min(max(2*v.pause, firstPause), maxPause)
	if pause > 0 {
		l.waiting++
		v.ref = ref
		v.timer = time.AfterFunc(pause, func() { l.ring(v) })
		l.mu.Unlock()
		return
	}
	l.mu.Unlock()
	ref.Restart()
}

func (l *laggards) ring(v *laggard) {
	l.mu.Lock()
	if v.timer == nil { // closed
		l.mu.Unlock()
		return
	}
	v.timer = nil
	l.waiting--
	ref := v.ref
	v.ref = views.Ref{} // which would keep the view's memory
	l.mu.Unlock()
	ref.Restart()
}

// of is what is remembered of a view; nil if there is no room. The caller holds the mutex.
func (l *laggards) of(id string, now time.Time) *laggard {
	v := l.views[id]
	if v != nil && v.timer == nil && now.After(v.calm) {
		v.pause = 0
	}
	if v != nil {
		return v
	}
	if len(l.views) >= max(l.look, fewLaggards) {
		for id, v := range l.views {
			if v.timer == nil && now.After(v.calm) {
				delete(l.views, id)
			}
		}
		l.look = min(2*len(l.views), maxLaggards)
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

// waits is how many views wait to be restarted.
func (l *laggards) waits() int {
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

// jittered keeps apart what begins together.
func jittered(d time.Duration) time.Duration {
	return time.Duration((0.8 + 0.4*rand.Float64()) * float64(d))
}
