package pubsub

import (
	"encoding/hex"
	"encoding/json"
	"time"
)

// roomUpdate is a message between processes about a room.
type roomUpdate struct {
	// Seq counts the changes. A process that misses one requests all members.
	Seq  uint64 `json:"seq,omitempty"`
	Full bool   `json:"full,omitempty"` // Join holds all members
	Gone bool   `json:"gone,omitempty"` // the process has no members any more
	Beat bool   `json:"beat,omitempty"` // a heartbeat: the process is alive, and Seq is its last change
	// Ask is the process that is asked for all its members, or "*" for all processes.
	Ask   string            `json:"ask,omitempty"`
	Join  []arrival         `json:"join,omitempty"`
	Leave []json.RawMessage `json:"leave,omitempty"`
}

// arrival is a member and the time of its Join, in nanoseconds since 1970.
type arrival struct {
	Who   json.RawMessage `json:"who"`
	Since int64           `json:"since"`
}

// peer is another process with members in the room.
type peer[W comparable] struct {
	synced   bool // all its members are known
	seq      uint64
	lastSeen time.Time
	members  map[W]struct{}
}

// maxPeers bounds the peers of a room.
const maxPeers = 1000

// everybody asks all processes for their members.
const everybody = "*"

// broadcast sends a change to the other processes.
func (r *room[W]) broadcast(u roomUpdate) {
	if r.bus.Broker == nil || r.closed {
		return
	}
	r.seq++
	u.Seq = r.seq
	r.publish(u)
}

// broadcastAll sends all members of this process to the others, and asks them for theirs if ask
// is set.
func (r *room[W]) broadcastAll(ask string) {
	u := roomUpdate{Seq: r.seq, Full: true, Ask: ask}
	for _, e := range r.entries {
		if e.local > 0 {
			u.Join = append(u.Join, arrival{e.raw, e.localSince})
		}
	}
	r.publish(u)
}

// publish sends an update to the other processes.
func (r *room[W]) publish(u roomUpdate) {
	data, err := json.Marshal(u)
	if err == nil && len(data)+envelopeSize > r.bus.maxMessage() {
		err = ErrTooLarge
	}
	if err != nil {
		r.bus.counters.unsent.Add(1)
		r.bus.log().Error("pubsub: members are not sent to other processes", "presence", r.name, "err", err)
		return
	}
	r.bus.enqueue(outgoing{r.subject, r.bus.envelope(presenceMessage, data)})
}

// requestAll asks the other processes for their members, once.
func (r *room[W]) requestAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.requestedAll {
		r.requestedAll = true
		r.broadcastAll(everybody)
	}
}

// resync exchanges all members with the other processes, after updates may have been lost.
func (r *room[W]) resync() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.broadcastAll(everybody)
	}
}

// receive applies an update of another process. It returns false if data is not one.
func (r *room[W]) receive(from nodeID, data []byte) bool {
	var u roomUpdate
	if json.Unmarshal(data, &u) != nil {
		return false
	}
	joined := make(map[W]int64, len(u.Join))
	order := make([]W, 0, len(u.Join))
	for _, a := range u.Join {
		var w W
		if json.Unmarshal(a.Who, &w) != nil || usable(w) != nil {
			return false
		}
		if _, twice := joined[w]; !twice {
			joined[w] = a.Since
			order = append(order, w)
		}
	}
	left := make([]W, len(u.Leave))
	for i := range u.Leave {
		if json.Unmarshal(u.Leave[i], &left[i]) != nil || usable(left[i]) != nil {
			return false
		}
	}
	ok, changed := r.apply(from, u, joined, order, left)
	if changed {
		r.notify(nil)
	}
	return ok
}

// apply applies a decoded update. It reports whether that is valid, and whether somebody has joined or
// left.
func (r *room[W]) apply(from nodeID, u roomUpdate, joined map[W]int64, order, left []W) (ok, changed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ok = r.applyLocked(from, u, joined, order, left)
	return ok, r.current == nil
}

// applyLocked is apply for a caller that holds the mutex.
func (r *room[W]) applyLocked(from nodeID, u roomUpdate, joined map[W]int64, order, left []W) bool {
	if r.closed {
		return true
	}
	r.roster() // sets current, which a change sets to nil
	me := r.bus.self()
	if u.Ask == everybody && r.hasLocal() || u.Ask == hex.EncodeToString(me[:]) {
		r.broadcastAll("")
	}
	p, known := r.peers[from]
	if u.Gone {
		if known {
			r.removePeer(from, p)
		}
		return true
	}
	if !known {
		if len(r.peers) >= maxPeers {
			return false
		}
		p = &peer[W]{members: map[W]struct{}{}}
		r.peers[from] = p
		if !u.Full {
			r.request(from)
		}
	}
	p.lastSeen = time.Now()
	switch {
	case u.Full:
		p.synced, p.seq = true, u.Seq
		for w := range p.members {
			if _, still := joined[w]; !still {
				r.removeFromPeer(p, w)
			}
		}
	case u.Beat:
		if known && (!p.synced || u.Seq != p.seq) { // a change was lost, or an answer
			p.synced = false
			r.request(from)
		}
		return true
	case len(u.Join)+len(u.Leave) == 0: // a request only
		return true
	case !p.synced: // the answer to a request is under way
		return true
	case u.Seq == p.seq+1:
		p.seq = u.Seq
	case u.Seq == p.seq: // a duplicate
		return true
	default:
		p.synced = false
		r.request(from)
		return true
	}
	for _, w := range left {
		r.removeFromPeer(p, w)
	}
	for _, w := range order {
		if _, had := p.members[w]; !had {
			p.members[w] = struct{}{}
			r.entry(w, joined[w]).peers++
		}
	}
	return true
}

// hasLocal reports whether somebody of this process is present.
func (r *room[W]) hasLocal() bool {
	for _, e := range r.entries {
		if e.local > 0 {
			return true
		}
	}
	return false
}

// request asks a process for all its members.
func (r *room[W]) request(node nodeID) { r.publish(roomUpdate{Ask: hex.EncodeToString(node[:])}) }

// removeFromPeer removes a member of a peer.
func (r *room[W]) removeFromPeer(p *peer[W], w W) {
	if _, had := p.members[w]; !had {
		return
	}
	delete(p.members, w)
	e := r.byWho[w]
	e.peers--
	r.removeIfGone(e)
}

// removePeer removes a peer with all its members.
func (r *room[W]) removePeer(node nodeID, p *peer[W]) {
	for w := range p.members {
		r.removeFromPeer(p, w)
	}
	delete(r.peers, node)
}

// heartbeat tells the other processes that this one is alive, with the number of its last change, and removes
// peers that are silent.
func (r *room[W]) heartbeat() {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return
	}
	if r.hasLocal() {
		r.publish(roomUpdate{Seq: r.seq, Beat: true})
	}
	r.roster()
	for node, p := range r.peers {
		if time.Since(p.lastSeen) > 3*r.bus.heartbeatInterval() {
			r.removePeer(node, p)
		}
	}
	changed := r.current == nil
	r.mu.Unlock()
	if changed {
		r.notify(nil)
	}
}

// close tells the other processes that the members have left, and stops the timers.
func (r *room[W]) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.members {
		if m.leaveTimer != nil {
			m.leaveTimer.Stop()
			m.leaveTimer = nil
		}
	}
	if r.bus.Broker != nil && r.hasLocal() {
		r.publish(roomUpdate{Gone: true})
	}
	if r.notifyTimer != nil {
		r.notifyTimer.Stop()
		r.notifyTimer = nil
	}
	r.closed = true
}

// startHeartbeat starts the heartbeats if there is a broker. The caller holds the bus's mutex, as
// for stopHeartbeat.
func (b *Bus) startHeartbeat() {
	if b.Broker != nil && b.heartbeatTimer == nil {
		b.heartbeatTimer = time.AfterFunc(b.nextHeartbeat(), b.runHeartbeat)
	}
}

func (b *Bus) stopHeartbeat() {
	if b.heartbeatTimer != nil {
		b.heartbeatTimer.Stop()
		b.heartbeatTimer = nil
	}
}

// nextHeartbeat returns the time to the next heartbeat, jittered so that processes spread.
func (b *Bus) nextHeartbeat() time.Duration { return jittered(b.heartbeatInterval()) }

// runHeartbeat sends the heartbeats of all rooms.
func (b *Bus) runHeartbeat() {
	b.mu.Lock()
	if b.closed || len(b.rooms) == 0 {
		b.heartbeatTimer = nil
		b.mu.Unlock()
		return
	}
	b.work.Add(1) // before Close waits: the bus is not closed
	rooms := make([]anyRoom, 0, len(b.rooms))
	for _, r := range b.rooms {
		rooms = append(rooms, r)
	}
	b.mu.Unlock()
	defer b.work.Done()
	for _, r := range rooms {
		r.heartbeat()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed && b.heartbeatTimer != nil {
		b.heartbeatTimer.Reset(b.nextHeartbeat())
	}
}
