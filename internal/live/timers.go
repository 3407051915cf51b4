package live

import (
	"sync"
	"time"

	"github.com/sideband-go/sideband/internal/fault"
)

// timers are a view's delayed and repeated messages. The view's mutex guards them.
type timers struct {
	all     map[*timer]struct{}
	running bool // a browser is connected
	ended   bool
}

type timer struct {
	every time.Duration // 0: once
	call  Call
	cause any         // of its messages; nil if nobody observes them
	timer *time.Timer // nil while paused
}

// startTimer sends a callback after a time or, if repeat is set, at each interval while a browser
// is connected.
func (v *View) startTimer(c Call, cause any, d time.Duration, repeat bool) (stop func() bool, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	never := func() bool { return false }
	switch {
	case v.ended.Load() || v.timers.ended:
		return never, fault.ErrGone
	case len(v.timers.all) >= v.host.Timers:
		increment(v.host.Count.TimersFull)
		return never, fault.ErrFull
	case v.timers.all == nil:
		v.timers.all = map[*timer]struct{}{}
	}
	t := &timer{call: c, cause: cause}
	v.timers.all[t] = struct{}{}
	if repeat {
		if t.every = d; v.timers.running {
			t.start(v)
		}
	} else {
		t.timer = time.AfterFunc(d, func() { v.fire(t) })
	}
	return sync.OnceValue(func() bool { return v.stopTimer(t) }), nil
}

// start starts a repeated timer. The caller holds mu.
func (t *timer) start(v *View) { t.timer = time.AfterFunc(t.every, func() { v.fire(t) }) }

func (v *View) stopTimer(t *timer) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, ok := v.timers.all[t]; !ok {
		return false
	}
	delete(v.timers.all, t)
	if t.timer != nil {
		t.timer.Stop()
	}
	return true
}

// fire sends a timer's callback.
func (v *View) fire(t *timer) {
	v.mu.Lock()
	_, ok := v.timers.all[t]
	if ok && t.every == 0 {
		delete(v.timers.all, t)
	}
	if ok && t.every > 0 {
		if t.timer = nil; v.timers.running {
			t.start(v)
		}
	}
	running := v.timers.running
	v.mu.Unlock()
	if ok && (t.every == 0 || running) {
		if err := v.post(job{call: t.call, activity: causedBy(t.cause)}); err != nil && t.every == 0 {
			v.host.Log.Warn("sideband: a delayed message was lost", "message", t.call.Name, "err", err)
		}
	}
}

// resume starts the repeated timers. The caller holds mu, as in pause and stop.
func (ts *timers) resume(v *View) {
	ts.running = true
	for t := range ts.all {
		if t.every > 0 && t.timer == nil {
			t.start(v)
		}
	}
}

func (ts *timers) pause() {
	ts.running = false
	for t := range ts.all {
		if t.every > 0 && t.timer != nil {
			t.timer.Stop()
			t.timer = nil
		}
	}
}

func (ts *timers) stop() {
	ts.pause()
	ts.ended = true
	for t := range ts.all {
		if t.timer != nil {
			t.timer.Stop()
		}
	}
	ts.all = nil
}
