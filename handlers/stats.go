package handlers

import (
	"sync/atomic"

	"github.com/sideband-go/sideband/state"
)

// Stats counts what a kit has done since it was made, and what it holds now. What
// happens to users at each bound is in docs/limits.md.
type Stats struct {
	// Views says how many are held, and how many were evicted and have expired.
	Views state.Count
	// Streams that are open.
	Streams int
	// Sessions with values in the kit's own store, and those that had to go for others; 0
	// with an application's manager.
	Sessions        int
	SessionsEvicted uint64

	MountsWaiting int // requests that wait for their turn to mount

	Mounts   uint64 // of pages that are asked for
	Remounts uint64 // of pages that were open already; not among Mounts
	// Pages that were served without keeping their view, because too many views were
	// never connected.
	Unkept uint64
	// Pages that were asked for as an image, a script or the like, or ahead of a click: nothing is mounted.
	Speculative uint64
	Events      uint64 // that reached a view

	MountsRefused        uint64 // no turn came in time, or too many waited: 503
	SessionMountsRefused uint64 // Config.SessionMounts: 429
	StoreFull            uint64 // Limits.Views, all connected: 503
	TicketsRefused       uint64 // 400, 403, 409, 410
	BodiesRefused        uint64 // too large, too many fields, too late, of another type
	QueueFull            uint64 // Config.MaxQueue: 429 and fault.ErrFull
	TimersFull           uint64 // Config.MaxTimers
	AsyncFull            uint64 // Config.MaxAsync: the result is fault.ErrFull
	Deadlines            uint64 // callbacks given up at Config.EventDeadline
	StreamsFull          uint64 // messages that waited because a client was slow
	StreamsDropped       uint64 // clients dropped because a write failed or took too long
	// Reloads that count against three a minute; not those of End, or of sessions that end.
	Reloads        uint64
	ReloadsRefused uint64 // pages told that they are not live instead
}

// counters are what Stats is made of.
type counters struct {
	streams                                                               atomic.Int64
	mounts, remounts, unkept, speculative, events                         atomic.Uint64
	mountsRefused, sessionMounts, storeFull, tickets, bodies              atomic.Uint64
	queueFull, timersFull, asyncFull, deadlines, streamsFull, streamsDrop atomic.Uint64
	reloads, reloadsRefused                                               atomic.Uint64
}

// Stats returns the counters as they are now.
func (k *Kit) Stats() Stats {
	c := &k.count
	s := Stats{
		Views: k.views.Store().Count(), Streams: int(c.streams.Load()),
		MountsWaiting: k.mounts.slots.Waiting(), Mounts: c.mounts.Load(), Remounts: c.remounts.Load(), Unkept: c.unkept.Load(), Speculative: c.speculative.Load(), Events: c.events.Load(),
		MountsRefused: c.mountsRefused.Load(), SessionMountsRefused: c.sessionMounts.Load(), StoreFull: c.storeFull.Load(),
		TicketsRefused: c.tickets.Load(), BodiesRefused: c.bodies.Load(),
		QueueFull: c.queueFull.Load(), TimersFull: c.timersFull.Load(), AsyncFull: c.asyncFull.Load(), Deadlines: c.deadlines.Load(),
		StreamsFull: c.streamsFull.Load(), StreamsDropped: c.streamsDrop.Load(),
		Reloads: c.reloads.Load(), ReloadsRefused: c.reloadsRefused.Load(),
	}
	s.Sessions, s.SessionsEvicted = k.sessions.Count()
	return s
}
