// Package limit bounds how often and how many at once: rates by key, a fair semaphore, and
// a limit whose record the client keeps.
package limit

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limiter allows each key a number of events per period: a token bucket of
// golang.org/x/time/rate for each key that has not all its tokens.
type Limiter[K comparable] struct {
	n   int
	per time.Duration

	mu      sync.Mutex
	buckets map[K]*rate.Limiter
}

// NewLimiter makes a limiter that allows n events per period and key.
func NewLimiter[K comparable](n int, per time.Duration) *Limiter[K] {
	return &Limiter[K]{n: n, per: per, buckets: map[K]*rate.Limiter{}}
}

// Allow takes one of the key's events, and reports whether there was one.
func (l *Limiter[K]) Allow(key K) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[key]
	if b == nil {
		b = rate.NewLimiter(rate.Limit(float64(l.n)/l.per.Seconds()), l.n)
		l.buckets[key] = b
	}
	return b.Allow()
}

// Sweep forgets the keys that have all their events again, and returns how many are left.
func (l *Limiter[K]) Sweep(now time.Time) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, b := range l.buckets {
		if b.TokensAt(now) >= float64(l.n) {
			delete(l.buckets, key)
		}
	}
	return len(l.buckets)
}

// Exemptions are keys whose next event does not count against a limit, for a while.
type Exemptions[K comparable] struct {
	limit int
	life  time.Duration

	mu    sync.Mutex
	until map[K]time.Time
}

// NewExemptions makes a set of at most limit exemptions, each of which lasts for life.
func NewExemptions[K comparable](limit int, life time.Duration) *Exemptions[K] {
	return &Exemptions[K]{limit: limit, life: life, until: map[K]time.Time{}}
}

// Grant exempts the next event of a key. It does nothing if there are too many exemptions.
func (e *Exemptions[K]) Grant(key K, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.until) < e.limit {
		e.until[key] = now.Add(e.life)
	}
}

// Use reports whether an event of the key is exempt, and takes the exemption.
func (e *Exemptions[K]) Use(key K, now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	until, ok := e.until[key]
	delete(e.until, key)
	return ok && now.Before(until)
}

// Sweep forgets the exemptions that are over, and returns how many are left.
func (e *Exemptions[K]) Sweep(now time.Time) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	for key, until := range e.until {
		if !now.Before(until) {
			delete(e.until, key)
		}
	}
	return len(e.until)
}

// Network returns the network that a remote address ("ip:port") belongs to: IPv4 addresses
// stand for themselves, but an IPv6 subscriber has 64 bits to choose from. What is no address
// stands for itself.
func Network(address string) string {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return address
	}
	ip := a.Addr().Unmap()
	if ip.Is4() {
		return ip.String()
	}
	p, _ := ip.Prefix(64) // of 128 bits
	return p.String()
}
