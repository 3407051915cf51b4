package state

import (
	"container/list"
	"math/bits"
	"time"
)

// pool bounds the memory of views that are not connected. It evicts the view with the most
// bytes × seconds: a big one that was left long ago.
type pool struct {
	most, bytes int64
	// classes hold the views by size, each those whose sizes have the same number of bits, in
	// the order in which they were left.
	classes [64]*list.List
}

func (p *pool) add(e *Entry, now time.Time) {
	k := class(e.Bytes)
	if p.classes[k] == nil {
		p.classes[k] = list.New()
	}
	p.bytes += e.Bytes
	e.since, e.class = now, k
	e.inPool = p.classes[k].PushBack(e)
}

func (p *pool) remove(e *Entry) {
	if e.inPool != nil {
		p.bytes -= e.Bytes
		p.classes[e.class].Remove(e.inPool)
		e.inPool = nil
	}
}

// resize changes the size of a view, which keeps its position as long as its class stays the same.
func (p *pool) resize(e *Entry, bytes int64) {
	if class(bytes) == e.class {
		p.bytes += bytes - e.Bytes
		e.Bytes = bytes
		return
	}
	p.remove(e)
	e.Bytes = bytes
	p.add(e, e.since)
}

func class(bytes int64) int { return bits.Len64(uint64(max(bytes, 0))) }

// excess returns the view to evict next, nil if the pool is within its bound.
func (p *pool) excess(now time.Time) *Entry {
	if p.bytes <= p.most {
		return nil
	}
	var worst *Entry
	most := -1.0
	for _, c := range p.classes {
		if c == nil || c.Len() == 0 {
			continue
		}
		e := c.Front().Value.(*Entry)
		if cost := float64(e.Bytes) * (now.Sub(e.since) + time.Second).Seconds(); cost > most {
			worst, most = e, cost
		}
	}
	return worst
}

// Resize records how much memory the view holds now. If the views that are not connected hold
// too much, it evicts big ones that were left long ago, perhaps this one among them.
func (s *Store) Resize(e *Entry, bytes int64, now time.Time) {
	s.mu.Lock()
	var out []*Entry
	if p := s.poolOf(e); p != nil && e.inPool != nil {
		p.resize(e, bytes)
		out = s.shrink(p, e, now)
	} else {
		e.Bytes = bytes
	}
	s.mu.Unlock()
	s.notify(out)
}

// poolOf returns the pool in which the view's bytes count, nil for none.
func (s *Store) poolOf(e *Entry) *pool {
	switch e.phase {
	case pending:
		return &s.pools[0]
	case parked:
		return &s.pools[1]
	}
	return nil
}

// shrink evicts until the pool is within its bound, e alone if it exceeds the bound by itself.
func (s *Store) shrink(p *pool, e *Entry, now time.Time) (out []*Entry) {
	if e.Bytes > p.most {
		out = append(out, s.drop(e))
	}
	for x := p.excess(now); x != nil; x = p.excess(now) {
		out = append(out, s.drop(x))
	}
	s.evictions += uint64(len(out))
	s.outgrown += uint64(len(out))
	return out
}
