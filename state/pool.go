package state

import (
	"container/list"
	"math/bits"
	"time"
)

// pool bounds the memory of views that nobody watches. What has to go for others is big
// and was left long ago: the view with the most bytes × seconds.
type pool struct {
	most, bytes int64
	// classes hold views of about the same size each, up to twice the least, longest left first.
	classes [64]*list.List
}

func (p *pool) add(e *Entry, now time.Time) {
	k := class(e.Bytes)
	if p.classes[k] == nil {
		p.classes[k] = list.New()
	}
	p.bytes += e.Bytes
	e.since, e.class = now, k
	e.held = p.classes[k].PushBack(e)
}

func (p *pool) remove(e *Entry) {
	if e.held != nil {
		p.bytes -= e.Bytes
		p.classes[e.class].Remove(e.held)
		e.held = nil
	}
}

// resize keeps the place of a view among those that were left, as long as it is of about the same size.
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

// excess is a view that has to go; nil if none has.
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

// Resize notes how much memory the view holds by now. If those that nobody watches hold
// too much, big ones that were left long ago are evicted, this one perhaps among them.
func (s *Store) Resize(e *Entry, bytes int64, now time.Time) {
	s.mu.Lock()
	var out []*Entry
	if p := s.poolOf(e); p != nil && e.held != nil {
		p.resize(e, bytes)
		out = s.shrink(p, e, now)
	} else {
		e.Bytes = bytes
	}
	s.mu.Unlock()
	s.tell(out)
}

// poolOf is where the bytes of a view count; nil if nowhere.
func (s *Store) poolOf(e *Entry) *pool {
	switch e.phase {
	case pending:
		return &s.pools[0]
	case parked:
		return &s.pools[1]
	}
	return nil
}

// shrink evicts what is too much for a pool, e alone if it is too much by itself.
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
