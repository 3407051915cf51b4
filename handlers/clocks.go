package handlers

import (
	"sync"
	"time"

	"github.com/sideband-go/sideband/views"
)

// clocks are a view's delayed and repeated messages. The view's mutex guards them.
type clocks struct {
	all     map[*clock]struct{}
	running bool // a browser watches
	ended   bool
}

type clock struct {
	every time.Duration // 0: once
	msg   views.Message
	timer *time.Timer // nil while paused
}

// After posts a message after a delay.
func (l *live) After(d time.Duration, m views.Message) (func() bool, error) {
	c := &clock{msg: m}
	return l.addClock(c, func() { c.timer = time.AfterFunc(d, func() { l.ring(c) }) })
}

// Every posts a message at each interval while a browser watches.
func (l *live) Every(d time.Duration, m views.Message) (func() bool, error) {
	c := &clock{msg: m, every: d}
	return l.addClock(c, func() {
		if l.clocks.running {
			c.wind(l)
		}
	})
}

func (c *clock) wind(l *live) { c.timer = time.AfterFunc(c.every, func() { l.ring(c) }) }

func (l *live) addClock(c *clock, start func()) (func() bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.ended || l.clocks.ended:
		return func() bool { return false }, views.ErrGone
	case len(l.clocks.all) >= l.kit.config.Limits.Timers:
		increment(&l.kit.stats.TimersFull)
		return func() bool { return false }, views.ErrFull
	case l.clocks.all == nil:
		l.clocks.all = map[*clock]struct{}{}
	}
	l.clocks.all[c] = struct{}{}
	start()
	return sync.OnceValue(func() bool { return l.stopClock(c) }), nil
}

func (l *live) stopClock(c *clock) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.clocks.all[c]; !ok {
		return false
	}
	delete(l.clocks.all, c)
	if c.timer != nil {
		c.timer.Stop()
	}
	return true
}

// ring is called by a clock's timer.
func (l *live) ring(c *clock) {
	l.mu.Lock()
	_, ok := l.clocks.all[c]
	if ok && c.every == 0 {
		delete(l.clocks.all, c)
	}
	if ok && c.every > 0 {
		if c.timer = nil; l.clocks.running {
			c.wind(l)
		}
	}
	watched := l.clocks.running
	l.mu.Unlock()
	if ok && (c.every == 0 || watched) {
		if err := l.Post(c.msg); err != nil && c.every == 0 {
			l.kit.log.Warn("sideband: a delayed message was lost", "message", c.msg.Name, "err", err)
		}
	}
}

// run starts the repeated messages. The caller holds the view's mutex, as in pause and stop.
func (cs *clocks) run(l *live) {
	cs.running = true
	for c := range cs.all {
		if c.every > 0 && c.timer == nil {
			c.wind(l)
		}
	}
}

func (cs *clocks) pause() {
	cs.running = false
	for c := range cs.all {
		if c.every > 0 && c.timer != nil {
			c.timer.Stop()
			c.timer = nil
		}
	}
}

func (cs *clocks) stop() {
	cs.pause()
	cs.ended = true
	for c := range cs.all {
		if c.timer != nil {
			c.timer.Stop()
		}
	}
	cs.all = nil
}
