package pubsub

import (
	"errors"
	"time"

	"github.com/sideband-go/sideband/views"
)

// In a large room, changes are collected: if all members were notified of each arrival, N arrivals
// would cost N² messages. The first change after a quiet time is sent at once.
const (
	// fewMembers is the size up to which a room notifies its members of each change at once.
	fewMembers = 16
	// In larger rooms the pause between notifications grows with the number of members, so that
	// every room costs about the same per second.
	pausePerMember = 500 * time.Microsecond
	leastPause     = 100 * time.Millisecond
	mostPause      = 2 * time.Second
)

func notifyPause(members int) time.Duration {
	if members <= fewMembers {
		return 0
	}
	return min(max(time.Duration(members)*pausePerMember, leastPause), mostPause)
}

// notify notifies the members that somebody has joined or left: now, or after a pause if the last
// notification was a moment ago. It reports whether it has notified them now.
func (r *room[W]) notify(except *member[W]) bool {
	now := time.Now()
	r.mu.Lock()
	if r.closed || r.notifyTimer != nil {
		r.mu.Unlock()
		return false
	}
	if wait := notifyPause(len(r.members)) - now.Sub(r.notifiedAt); wait > 0 {
		r.notifyTimer = time.AfterFunc(wait, r.notifyAll)
		r.mu.Unlock()
		return false
	}
	r.notifiedAt = now
	list := r.notifications(except)
	r.mu.Unlock()
	r.send(list)
	return true
}

// notifyAll notifies the members of the changes that were collected.
func (r *room[W]) notifyAll() {
	r.mu.Lock()
	r.notifyTimer, r.notifiedAt = nil, time.Now()
	list := r.notifications(nil)
	r.mu.Unlock()
	r.send(list)
}

// notifyOne notifies one member now.
func (r *room[W]) notifyOne(m *member[W]) {
	r.mu.Lock()
	var list []notification[W]
	if w, ok := m.notification(); ok {
		list = append(list, w)
	}
	r.mu.Unlock()
	r.send(list)
}

// notification is a message to a member that makes it take the newest roster or number.
type notification[W comparable] struct {
	m    *member[W]
	send func() error
}

// notifications returns one for each member that is not up to date. The caller holds the mutex.
func (r *room[W]) notifications(except *member[W]) (list []notification[W]) {
	for _, m := range r.members {
		if m == except {
			continue
		}
		if w, ok := m.notification(); ok {
			list = append(list, w)
		}
	}
	return list
}

// notification returns the member's, unless it needs none or one is in its mailbox already.
func (m *member[W]) notification() (notification[W], bool) {
	if m.ended || m.pending || m.send == nil || m.room.closed || m.lagged.Load() || m.upToDate() {
		return notification[W]{}, false
	}
	m.pending = true
	return notification[W]{m, m.send}, true
}

// send sends notifications, with no lock held.
func (r *room[W]) send(list []notification[W]) {
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
