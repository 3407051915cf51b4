package handlers

import (
	"sync"
	"time"

	"github.com/sideband-go/sideband/internal/session"
)

// uploads bounds the uploads of sessions and networks.
type uploads struct {
	atOnce, ofSession int
	bytes             int64 // of a session in a minute

	mu       sync.Mutex
	running  int
	sessions map[session.ID]*sessionUploads
	networks map[string]int // uploads that are running
}

// uploader is whose upload it is.
type uploader struct {
	session session.ID
	network string
}

// sessionUploads is what is known of the uploads of a session.
type sessionUploads struct {
	running int
	since   time.Time // of the minute
	bytes   int64     // in it
}

// networkShare is how many times as many uploads a network may have as places are free: sessions cost nothing, so that
// whoever takes many would else take all places.
const networkShare = 3

// begin counts an upload. It reports false if there are too many.
func (u *uploads) begin(from uploader, now time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	s := u.sessions[from.session]
	if s == nil {
		s = &sessionUploads{}
	}
	s.turn(now)
	free := u.atOnce - u.running
	if u.networks[from.network] >= networkShare*free || s.running >= u.ofSession || s.bytes >= u.bytes {
		return false
	}
	u.running++
	u.networks[from.network]++
	s.running++
	u.sessions[from.session] = s
	return true
}

// turn begins another minute, if it is time for that.
func (s *sessionUploads) turn(now time.Time) {
	if now.Sub(s.since) >= time.Minute {
		s.since, s.bytes = now, 0
	}
}

// count counts bytes that have come of an upload that is running. It returns how long the next ones have to wait, since
// the session's uploads have brought what they may in a minute.
func (u *uploads) count(from uploader, n int, now time.Time) (pause time.Duration) {
	u.mu.Lock()
	defer u.mu.Unlock()
	s := u.sessions[from.session]
	s.turn(now)
	if s.bytes += int64(n); s.bytes >= u.bytes {
		return s.since.Add(time.Minute).Sub(now)
	}
	return 0
}

// end counts an upload that is over.
func (u *uploads) end(from uploader) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.running--
	if u.networks[from.network]--; u.networks[from.network] == 0 {
		delete(u.networks, from.network)
	}
	u.sessions[from.session].running--
}

// sweep drops what is known of sessions whose minute is over, and returns how many are left.
func (u *uploads) sweep(now time.Time) int {
	u.mu.Lock()
	defer u.mu.Unlock()
	for id, s := range u.sessions {
		if s.running == 0 && now.Sub(s.since) >= time.Minute {
			delete(u.sessions, id)
		}
	}
	return len(u.sessions)
}
