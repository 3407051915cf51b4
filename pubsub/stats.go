package pubsub

import "sync/atomic"

// Stats counts what a bus has done since it was made, and what it holds now.
type Stats struct {
	Topics      int // that somebody has subscribed to
	Subscribers int
	Present     int // presences that somebody has joined or watches

	Published uint64 // messages, by this process
	Delivered uint64 // messages to subscribers' mailboxes
	// Lagged counts the subscribers whose mailbox was full: they have lost a message, and
	// their view is remounted.
	Lagged uint64
	// Lagging views wait to be remounted: they have lagged before, a moment ago.
	Lagging int

	Received uint64 // messages from the broker, of other processes
	Refused  uint64 // what came from the broker and was no message of ours, or too large
	Unsent   uint64 // messages that the broker did not take
}

type counters struct {
	published, delivered, lagged, received, refused, unsent atomic.Uint64
}

// Stats returns the counters as they are now.
func (b *Bus) Stats() Stats {
	c := &b.count
	s := Stats{
		Published: c.published.Load(), Delivered: c.delivered.Load(), Lagged: c.lagged.Load(),
		Received: c.received.Load(), Refused: c.refused.Load(), Unsent: c.unsent.Load(),
	}
	s.Lagging = b.laggards.waits()
	b.mu.RLock()
	defer b.mu.RUnlock()
	s.Topics, s.Present = len(b.channels), len(b.places)
	for _, ch := range b.channels {
		s.Subscribers += len(ch.list)
	}
	return s
}
