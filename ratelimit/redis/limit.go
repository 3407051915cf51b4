// Package redislimit has the limits of package ratelimit counted in Redis, by all processes together.
//
//	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379", ContextTimeoutEnabled: true})
//	var Exports = ratelimit.New(5, time.Minute, ratelimit.ByIdentity).Share(&redislimit.Buckets{Client: client, Name: "exports"})
//
// It is a module of its own, so that only programs that use it download a client for Redis.
package redislimit

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"

	"github.com/sideband-go/sideband/ratelimit"
)

const (
	// defaultTimeout bounds one question to Redis.
	defaultTimeout = 100 * time.Millisecond
	// pause is how long Redis is not asked after it has failed.
	pause = time.Second
	// maxAsking bounds the questions of a limit that wait for Redis.
	maxAsking = 256
)

// Errors of [Buckets.Take] when it does not ask Redis.
var (
	// ErrAway is that of the second after Redis has failed, and of the time in which one question tries it again.
	ErrAway = errors.New("redislimit: Redis has just failed, and is not asked")
	// ErrBusy is that of a question beyond 256 that wait for Redis.
	ErrBusy = errors.New("redislimit: too many questions wait for Redis")
)

// Buckets are the token buckets of one limit, in Redis 3.2 or newer, or in what speaks its protocol, such as Valkey. They
// fill evenly, by the server's clock; no two processes are allowed the same use. It is a [ratelimit.Shared].
//
// A key of the limit is one small key of Redis, with a hash in place of its text, which expires when its bucket is full
// again.
//
// Take returns within Timeout, whatever Redis and the client do. After a question that fails, Redis is not asked for a
// second; then one question tries it, and the others wait for none. Until that is answered the count of each process
// holds: while Redis is away, with n processes, up to n times the limit gets through. When it is back, what was used
// meanwhile does not count there.
//
// A question that was given up ends at once if the client has ContextTimeoutEnabled, else with the client's own timeouts.
// Until it has ended, Redis is not tried again.
//
// Do not change the fields once it is in use. All methods are safe for concurrent use.
type Buckets struct {
	// Client is a client of a server, a cluster or a failover group. Required.
	Client redis.UniversalClient
	// Name tells the limit from others that are held in the same Redis. Required.
	Name string
	// Prefix is the first part of each key. Default: "sideband".
	Prefix string
	// Timeout bounds one question, for which an event waits. Keep it below a second. Default: 100 ms.
	Timeout time.Duration

	questions questions
}

var _ ratelimit.Shared = (*Buckets)(nil)

// Take is part of [ratelimit.Shared]. It panics if Client or Name is missing.
func (b *Buckets) Take(ctx context.Context, key string, n int, per time.Duration) (wait time.Duration, err error) {
	if b.Client == nil || b.Name == "" {
		panic(fmt.Sprintf("redislimit: the Buckets %q need a Client and a Name", b.Name))
	}
	tries, err := b.questions.begin(time.Now())
	if err != nil {
		return 0, err
	}
	a := b.ask(ctx, tries, b.key(key), redis_rate.Limit{Rate: n, Burst: n, Period: per})
	switch {
	case a.err != nil:
		return 0, fmt.Errorf("redislimit: the limit %q: %w", b.Name, a.err)
	case a.result.Allowed > 0:
		return 0, nil
	}
	return max(time.Nanosecond, a.result.RetryAfter), nil
}

// answer is that of a question.
type answer struct {
	result *redis_rate.Result
	err    error
}

var errEnded = errors.New("a hook of the client has ended its goroutine")

// ask asks Redis, on a goroutine: a client without ContextTimeoutEnabled waits longer than this.
func (b *Buckets) ask(ctx context.Context, tries bool, key string, limit redis_rate.Limit) (a answer) {
	timeout := b.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	// The event may be cancelled: that says nothing of Redis, and would have it not asked for a second.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	answered := make(chan answer, 1)
	go func() {
		a := answer{err: errEnded}
		defer func() {
			if r := recover(); r != nil {
				a.err = fmt.Errorf("a hook of the client: panic: %v", r)
			}
			b.questions.end(tries, cmp.Or(a.err, ctx.Err()), time.Now()) // an answer that is late is none
			answered <- a
		}()
		a.result, a.err = redis_rate.NewLimiter(b.Client).Allow(ctx, key, limit)
	}()
	select {
	case a = <-answered:
	case <-ctx.Done():
		a.err = ctx.Err()
		b.questions.failed(time.Now())
	}
	return a
}

// key is the name of a key. What users have sent may be in its text, so that Redis gets a hash.
func (b *Buckets) key(key string) string {
	prefix := b.Prefix
	if prefix == "" {
		prefix = "sideband"
	}
	sum := sha256.Sum256([]byte(key))
	return prefix + ":" + b.Name + ":" + hex.EncodeToString(sum[:16])
}
