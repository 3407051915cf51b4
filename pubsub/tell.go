package pubsub

import (
	"errors"
	"time"

	"github.com/sideband-go/sideband/views"
)

// In a room of many, changes are collected and told together: if each arrival were told to
// everybody, N of them would cost N². The first change after a quiet time is told at once.
const (
	// fewMembers are told each change at once.
	fewMembers = 16
	// The pause between what more members are told grows with their number, so that a
	// room costs about the same each second however large it is.
	pausePerMember = 500 * time.Microsecond
	leastPause     = 100 * time.Millisecond
	mostPause      = 2 * time.Second
)

func pauseFor(members int) time.Duration {
	if members <= fewMembers {
		return 0
	}
	return min(max(time.Duration(members)*pausePerMember, leastPause), mostPause)
}

// tell tells the members that somebody has come or left, now or, if they were told a moment ago,
// in a while. It reports whether it was now.
func (r *room[W]) tell(except *member[W]) bool {
	now := time.Now()
	r.mu.Lock()
	if r.closed || r.due != nil {
		r.mu.Unlock()
		return false
	}
	if wait := pauseFor(len(r.members)) - now.Sub(r.told); wait > 0 {
		r.due = time.AfterFunc(wait, r.tellAll)
		r.mu.Unlock()
		return false
	}
	r.told = now
	list := r.toTell(except)
	r.mu.Unlock()
	r.wake(list)
	return true
}

// tellAll tells what was collected.
func (r *room[W]) tellAll() {
	r.mu.Lock()
	r.due, r.told = nil, time.Now()
	list := r.toTell(nil)
	r.mu.Unlock()
	r.wake(list)
}

// tellOne tells one member, whenever others are told.
func (r *room[W]) tellOne(m *member[W]) {
	r.mu.Lock()
	var list []waking[W]
	if w, ok := m.toWake(); ok {
		list = append(list, w)
	}
	r.mu.Unlock()
	r.wake(list)
}

// waking is a member that is to be told.
type waking[W comparable] struct {
	m    *member[W]
	send func() error
}

// toTell are the members that have something to be told, and will be. The caller holds the mutex.
func (r *room[W]) toTell(except *member[W]) (list []waking[W]) {
	for _, m := range r.members {
		if m == except {
			continue
		}
		if w, ok := m.toWake(); ok {
			list = append(list, w)
		}
	}
	return list
}

func (m *member[W]) toWake() (waking[W], bool) {
	if m.over || m.pending || m.send == nil || m.room.closed || m.lagged.Load() || m.knows() {
		return waking[W]{}, false
	}
	m.pending = true
	return waking[W]{m, m.send}, true
}

// wake sends the members what has them told. No lock is held meanwhile.
func (r *room[W]) wake(list []waking[W]) {
	for _, w := range list {
		switch err := w.send(); {
		case err == nil:
		case errors.Is(err, views.ErrFull):
			r.bus.lag(w.m.ref, &w.m.lagged)
		default:
			w.m.end()
		}
	}
}
