package handlers

import (
	"reflect"
	"sync/atomic"

	"github.com/sideband-go/sideband/state"
)

// Stats counts what a kit has done since it was made, and what it holds now. What
// happens to users at each bound is in docs/limits.md.
type Stats struct {
	// The counters come first: where pointers have 32 bits, only the beginning of an
	// allocation is sure to be aligned for atomic additions of 64.

	Mounts   uint64 // of pages that are asked for
	Remounts uint64 // of pages that were open already; not among Mounts
	// Pages that were served without keeping their view, because too many views were
	// never connected.
	Unkept uint64
	// Pages that were asked for as an image, a script or the like, or ahead of a click: nothing is mounted.
	Speculative uint64
	Events      uint64 // that reached a view
	Uploads     uint64 // requests with parts that may be files, which a view takes

	MountsRefused        uint64 // no turn came in time, or too many waited: 503
	SessionMountsRefused uint64 // Limits.SessionMounts: 429
	StoreFull            uint64 // Limits.Views.Views, all connected: 503
	TicketsRefused       uint64 // 403, 409, 410
	EventsTooOften       uint64 // Limits.SessionEvents and package ratelimit: 429
	BodiesRefused        uint64 // too large, too many fields, too late, of another type
	UploadsRefused       uint64 // Limits.Uploads, SessionUploads, SessionUploadBytes: 429
	QueueFull            uint64 // Limits.Queue: 429 and views.ErrFull
	TimersFull           uint64 // Limits.Timers
	TasksFull            uint64 // Limits.Tasks: the result is views.ErrFull
	Deadlines            uint64 // callbacks given up at Timeouts.Event
	ConnectionsFull      uint64 // messages that waited because a client was slow
	ConnectionsDropped   uint64 // clients dropped because a write failed or took too long
	EventsLost           uint64 // pushed events, of a page that was away for too many
	// Reloads that count against three a minute; not those of Disconnect, or of sessions that end.
	Reloads         uint64
	ReloadsRefused  uint64 // pages told that they are not live instead
	SessionsEvicted uint64 // of the kit's own store, which had to go for others; 0 with an application's manager

	StashRecovered uint64 // views that have found the values of their durable keys
	StashFailed    uint64 // views that could not, because of the store or of what was stored
	StashRefused   uint64 // states that are too large, or have a value that can't be stored
	StashWrites    uint64 // states that were written
	StashFailures  uint64 // calls of Stash.Store that failed and are tried again
	StashFenced    uint64 // states that were not written, since another process has the view
	StashDropped   uint64 // states that were given up: the store refuses them, was away too long, or has one that could not be read before

	Views         state.Count // how many are held, and how many were evicted and have expired
	Connections   int         // that are open
	Sessions      int         // with values in the kit's own store; 0 with an application's manager
	StashPending  int         // views whose state has yet to be written, or sent to the page
	MountsWaiting int         // requests that wait for their turn to mount
}

// increment adds one to a counter of [Kit.stats].
func increment(counter *uint64) { atomic.AddUint64(counter, 1) }

// Stats returns the counters as they are now.
func (k *Kit) Stats() Stats {
	var s Stats
	counters, result := reflect.ValueOf(k.stats).Elem(), reflect.ValueOf(&s).Elem()
	for i := range counters.NumField() {
		if counter, ok := counters.Field(i).Addr().Interface().(*uint64); ok {
			result.Field(i).SetUint(atomic.LoadUint64(counter))
		}
	}
	s.Views = k.views.Store().Count()
	s.Connections = int(k.connections.Load())
	if s.StashPending = int(k.stashes.refreshing.Load()); k.stashes.writer != nil {
		s.StashPending = k.stashes.writer.Pending()
	}
	s.MountsWaiting = k.mounts.slots.Waiting()
	s.Sessions, s.SessionsEvicted = k.sessions.Count()
	return s
}
