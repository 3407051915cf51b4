package pubsub

import (
	"encoding/hex"
	"encoding/json"
	"time"
)

// news is what processes tell each other of a presence.
type news struct {
	// Seq counts the changes: who misses one asks for everything.
	Seq  uint64 `json:"seq,omitempty"`
	Full bool   `json:"full,omitempty"` // Join is everybody
	Gone bool   `json:"gone,omitempty"` // the process has nobody any more
	// Ask is the process that is to tell everything, or "*" for all.
	Ask   string            `json:"ask,omitempty"`
	Join  []arrival         `json:"join,omitempty"`
	Leave []json.RawMessage `json:"leave,omitempty"`
}

// arrival is somebody, and when they came, in nanoseconds since 1970.
type arrival struct {
	Who   json.RawMessage `json:"who"`
	Since int64           `json:"since"`
}

// peer is another process that has somebody here.
type peer[W comparable] struct {
	known bool // it has told everything
	seq   uint64
	heard time.Time
	who   map[W]struct{}
}

// maxPeers bounds what a broker can make a room remember.
const maxPeers = 1000

const everybody = "*"

// say tells the other processes of a change.
func (r *room[W]) say(n news) {
	if r.bus.Broker == nil || r.closed {
		return
	}
	r.seq++
	n.Seq = r.seq
	r.post(n)
}

// sayAll tells the other processes who is here.
func (r *room[W]) sayAll(ask string) {
	n := news{Seq: r.seq, Full: true, Ask: ask}
	for _, e := range r.entries {
		if e.here > 0 {
			n.Join = append(n.Join, arrival{e.raw, e.came})
		}
	}
	r.post(n)
}

func (r *room[W]) post(n news) {
	data, err := json.Marshal(n)
	if err == nil && len(data)+envelopeSize > r.bus.maxMessage() {
		err = ErrTooLarge
	}
	if err != nil {
		r.bus.count.unsent.Add(1)
		r.bus.log().Error("pubsub: other processes are not told who is present", "presence", r.name, "err", err)
		return
	}
	r.bus.send(r.subject, r.bus.envelope(presenceMessage, data))
}

// greet asks the other processes who is there, once.
func (r *room[W]) greet() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.greeted {
		r.greeted = true
		r.sayAll(everybody)
	}
}

// receive takes news of another process. It reports false if they are none.
func (r *room[W]) receive(from nodeID, data []byte) bool {
	var n news
	if json.Unmarshal(data, &n) != nil {
		return false
	}
	joined := make(map[W]int64, len(n.Join))
	order := make([]W, 0, len(n.Join))
	for _, a := range n.Join {
		var w W
		if json.Unmarshal(a.Who, &w) != nil || usable(w) != nil {
			return false
		}
		if _, twice := joined[w]; !twice {
			joined[w] = a.Since
			order = append(order, w)
		}
	}
	left := make([]W, len(n.Leave))
	for i := range n.Leave {
		if json.Unmarshal(n.Leave[i], &left[i]) != nil || usable(left[i]) != nil {
			return false
		}
	}
	ok, changed := r.learn(from, n, joined, order, left)
	if changed {
		r.tell(nil)
	}
	return ok
}

// learn is receive once everything is decoded. It reports whether somebody has come or left.
func (r *room[W]) learn(from nodeID, n news, joined map[W]int64, order, left []W) (ok, changed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ok = r.take(from, n, joined, order, left)
	return ok, r.shown == nil
}

// take is learn under the room's mutex.
func (r *room[W]) take(from nodeID, n news, joined map[W]int64, order, left []W) bool {
	if r.closed {
		return true
	}
	r.roster() // so that it can be seen whether it changes
	me := r.bus.self()
	if n.Ask == everybody && r.hasSomebody() || n.Ask == hex.EncodeToString(me[:]) {
		r.sayAll("")
	}
	p := r.peers[from]
	if n.Gone {
		if p != nil {
			r.forget(from, p)
		}
		return true
	}
	if p == nil {
		if len(r.peers) >= maxPeers {
			return false
		}
		p = &peer[W]{who: map[W]struct{}{}}
		r.peers[from] = p
		if !n.Full {
			r.ask(from)
		}
	}
	p.heard = time.Now()
	switch {
	case n.Full:
		p.known, p.seq = true, n.Seq
		for w := range p.who {
			if _, still := joined[w]; !still {
				r.leftPeer(p, w)
			}
		}
	case len(n.Join)+len(n.Leave) == 0: // it only asks
		return true
	case !p.known: // everything is on its way
		return true
	case n.Seq == p.seq+1:
		p.seq = n.Seq
	case n.Seq == p.seq: // the broker says it twice
		return true
	default:
		p.known = false
		r.ask(from)
		return true
	}
	for _, w := range left {
		r.leftPeer(p, w)
	}
	for _, w := range order {
		if _, had := p.who[w]; !had {
			p.who[w] = struct{}{}
			r.entry(w, joined[w]).peers++
		}
	}
	return true
}

func (r *room[W]) hasSomebody() bool {
	for _, e := range r.entries {
		if e.here > 0 {
			return true
		}
	}
	return false
}

func (r *room[W]) ask(node nodeID) { r.post(news{Ask: hex.EncodeToString(node[:])}) }

func (r *room[W]) leftPeer(p *peer[W], w W) {
	if _, had := p.who[w]; !had {
		return
	}
	delete(p.who, w)
	e := r.byWho[w]
	e.peers--
	r.drop(e)
}

func (r *room[W]) forget(node nodeID, p *peer[W]) {
	for w := range p.who {
		r.leftPeer(p, w)
	}
	delete(r.peers, node)
}

// beat tells the other processes who is here, and forgets those that tell nothing.
func (r *room[W]) beat() {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return
	}
	if r.hasSomebody() {
		r.sayAll("")
	}
	r.roster()
	for node, p := range r.peers {
		if time.Since(p.heard) > 3*r.bus.every() {
			r.forget(node, p)
		}
	}
	changed := r.shown == nil
	r.mu.Unlock()
	if changed {
		r.tell(nil)
	}
}

// close is the bus's end.
func (r *room[W]) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.members {
		if m.away != nil {
			m.away.Stop()
			m.away = nil
		}
	}
	if r.bus.Broker != nil && r.hasSomebody() {
		r.post(news{Gone: true})
	}
	if r.due != nil {
		r.due.Stop()
		r.due = nil
	}
	r.closed = true
}

// startHeartbeat begins to tell other processes who is present, if there may be any. The
// caller holds the bus's mutex, as in stopHeartbeat.
func (b *Bus) startHeartbeat() {
	if b.Broker != nil && b.ticking == nil {
		b.ticking = time.AfterFunc(b.nextHeartbeat(), b.tick)
	}
}

func (b *Bus) stopHeartbeat() {
	if b.ticking != nil {
		b.ticking.Stop()
		b.ticking = nil
	}
}

// nextHeartbeat keeps processes that began at once apart.
func (b *Bus) nextHeartbeat() time.Duration { return jittered(b.every()) }

func (b *Bus) tick() {
	b.mu.Lock()
	if b.closed || len(b.places) == 0 {
		b.ticking = nil
		b.mu.Unlock()
		return
	}
	b.work.Add(1) // before Close waits: the bus is not closed
	places := make([]place, 0, len(b.places))
	for _, p := range b.places {
		places = append(places, p)
	}
	b.mu.Unlock()
	defer b.work.Done()
	for _, p := range places {
		p.beat()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed && b.ticking != nil {
		b.ticking.Reset(b.nextHeartbeat())
	}
}
