// Package limit bounds rates and concurrency: a rate limiter by key, a fair semaphore, and a limit
// whose log the client keeps.
package limit

import (
	"net/netip"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"golang.org/x/time/rate"
)

// MaxKeys is how many keys a Limiter knows. Beyond it, it forgets the one that was used longest ago, which then has all
// its events again.
const MaxKeys = 100_000

// Limiter allows each key a number of events per period. It has a token bucket of
// golang.org/x/time/rate for each key that was used of late. Safe for concurrent use.
type Limiter[K comparable] struct {
	n   int
	per time.Duration

	mu      sync.Mutex
	buckets *simplelru.LRU[K, *rate.Limiter]
}

// NewLimiter returns a limiter that allows each key n events per period.
func NewLimiter[K comparable](n int, per time.Duration) *Limiter[K] {
	buckets, _ := simplelru.NewLRU[K, *rate.Limiter](MaxKeys, nil) // only sizes below 1 are errors
	return &Limiter[K]{n: n, per: per, buckets: buckets}
}

// Allow takes a token of the key, and reports whether there was one.
func (l *Limiter[K]) Allow(key K) bool { return l.Take(key, time.Now()) == 0 }

// Take takes a token of the key. If there is none, it returns after what time there will be.
func (l *Limiter[K]) Take(key K, now time.Time) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.buckets.Get(key)
	if !ok {
		for range 2 { // so that nobody has to sweep
			if !l.forgetOldest(now) {
				break
			}
		}
		b = rate.NewLimiter(rate.Limit(float64(l.n)/l.per.Seconds()), l.n)
		l.buckets.Add(key, b)
	}
	if b.AllowN(now, 1) {
		return 0
	}
	missing := 1 - b.TokensAt(now)
	return max(time.Nanosecond, time.Duration(missing*float64(l.per)/float64(l.n)))
}

// Sweep forgets the keys that have all their events again, and returns how many are left. It begins with those that were
// used longest ago, and ends at the first that has not.
func (l *Limiter[K]) Sweep(now time.Time) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.forgetOldest(now) {
	}
	return l.buckets.Len()
}

// forgetOldest forgets the key that was used longest ago, if it has all its events again.
func (l *Limiter[K]) forgetOldest(now time.Time) bool {
	_, b, ok := l.buckets.GetOldest()
	if !ok || b.TokensAt(now) < float64(l.n) {
		return false
	}
	l.buckets.RemoveOldest()
	return true
}

// VisitKey is the key under which the context of a callback has a value if a browser has asked for another address of its
// page: that counts as an event does.
type VisitKey struct{}

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

// Network returns what to count the requests of a remote address ("ip:port") by, as NetworkOf does. Any other
// text is returned as it is.
func Network(address string) string {
	if a, err := netip.ParseAddrPort(address); err == nil {
		return NetworkOf(a.Addr())
	}
	if a, err := netip.ParseAddr(address); err == nil { // middleware has set it
		return NetworkOf(a)
	}
	return address
}

// NetworkOf returns what to count the requests of an address by: an IPv4 address itself, but the /64 network of an IPv6
// address, which one subscriber has as a whole.
func NetworkOf(ip netip.Addr) string {
	if ip = ip.Unmap(); ip.Is4() {
		return ip.String()
	}
	p, _ := ip.WithZone("").Prefix(64) // of 128 bits
	return p.String()
}
