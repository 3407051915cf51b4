// Package limit bounds rates and concurrency: a rate limiter by key, a fair semaphore, and a limit
// whose log the client keeps.
package limit

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limiter allows each key a number of events per period. It has a token bucket of
// golang.org/x/time/rate for each key whose bucket is not full.
type Limiter[K comparable] struct {
	n   int
	per time.Duration

	mu      sync.Mutex
	buckets map[K]*rate.Limiter
}

// NewLimiter returns a limiter that allows each key n events per period.
func NewLimiter[K comparable](n int, per time.Duration) *Limiter[K] {
	return &Limiter[K]{n: n, per: per, buckets: map[K]*rate.Limiter{}}
}

// Allow takes a token of the key, and reports whether there was one.
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

// Sweep removes the keys whose buckets are full, and returns how many are left.
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

// Exemptions are keys whose next event does not count against a limit.
type Exemptions[K comparable] struct {
	limit int
	life  time.Duration

	mu    sync.Mutex
	until map[K]time.Time
}

// NewExemptions returns a set of at most limit exemptions, which expire after life.
func NewExemptions[K comparable](limit int, life time.Duration) *Exemptions[K] {
	return &Exemptions[K]{limit: limit, life: life, until: map[K]time.Time{}}
}

// Grant exempts the next event of a key. It does nothing if the set is full.
func (e *Exemptions[K]) Grant(key K, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.until) < e.limit {
		e.until[key] = now.Add(e.life)
	}
}

// Use reports whether the key has an exemption, and uses it up.
func (e *Exemptions[K]) Use(key K, now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	until, ok := e.until[key]
	delete(e.until, key)
	return ok && now.Before(until)
}

// Sweep removes expired exemptions, and returns how many are left.
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

// Network returns what to count the requests of a remote address ("ip:port") by: an IPv4 address
// itself, but the /64 network of an IPv6 address, which one subscriber has as a whole. Any other
// text is returned as it is.
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
