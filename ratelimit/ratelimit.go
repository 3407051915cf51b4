// Package ratelimit bounds how often users do something: events of all pages, of a route or of one kind, or work that is
// expensive. What is beyond a [Limit] does not run. The event is answered 429, controls show what they showed, and a
// notice says when to try again.
//
// A limit is a token bucket: all of it may be used at once, and it fills evenly. Each process counts for itself, unless the
// limit has something [Shared] in which they count together.
package ratelimit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/limit"
	"github.com/sideband-go/sideband/views"
)

// By says whose events are counted together. It returns a key, at most 1 KiB of it counts; what has the key "" is not
// limited.
type By func(s *views.Socket) string

// BySession counts each browser's session for itself.
func BySession(s *views.Socket) string { return s.Client().Session }

// ByIdentity counts all sessions of a user together, as Config.Identity of package handlers tells them, and sessions of
// nobody each for itself.
func ByIdentity(s *views.Socket) string {
	switch c := s.Client(); {
	case c.Identity != "":
		return "identity " + c.Identity
	case c.Session != "":
		return "session " + c.Session
	}
	return ""
}

// ByNetwork counts all that comes from an IPv4 address or the first 64 bits of an IPv6 address together. Behind a proxy,
// put one of chi's middleware.ClientIPFrom… below the kit's middleware; else all users are one. Callbacks without a
// request, such as messages, are not limited.
func ByNetwork(s *views.Socket) string { return s.Client().Network }

// maxKey bounds a key.
const maxKey = 1024

// A Limit allows each key a number of uses in a time. Make one with [New], where it is kept as long as the program runs. A
// nil limit allows everything. All methods may be called from any goroutine.
type Limit struct {
	n       int
	per     time.Duration
	by      By
	buckets *limit.Limiter[string]
	shared  Shared // nil: this process counts for itself
	told    told   // of it
	log     *slog.Logger
}

// New returns a limit of n uses in a time. It panics if n or the time is not positive, or by is nil.
//
// It remembers up to 100,000 keys. Beyond that it forgets the one that was used longest ago, which may use all of its limit
// again.
func New(n int, per time.Duration, by By) *Limit {
	if n <= 0 || per <= 0 || by == nil {
		panic(fmt.Sprintf("ratelimit: New(%d, %v): a limit needs a positive number and time, and whom to count by", n, per))
	}
	return &Limit{n: n, per: per, by: by, buckets: limit.NewLimiter[string](n, per)}
}

// Take uses the limit once. Beyond the limit it returns an error, which the callback returns: then the event is answered
// 429, with a notice that says when to try again. [Wait] has that time. What was taken is not given back if the callback
// fails.
func (l *Limit) Take(s *views.Socket) error {
	if l == nil {
		return nil
	}
	key := l.by(s)
	if key == "" {
		return nil
	}
	key = key[:min(len(key), maxKey)]
	now := time.Now()
	wait := l.buckets.Take(key, now)
	if wait == 0 && l.shared != nil {
		w, err := l.shared.Take(s, key, l.n, l.per)
		if err == nil { // else the process's own count holds
			wait = w
		}
		if !errors.Is(err, context.Canceled) { // the event was, which says nothing of what is shared
			l.told.note(s, l, err, time.Now())
		}
	}
	if wait > 0 {
		return &fault.TooOften{Wait: wait}
	}
	return nil
}

// Wait returns after what time a limit allows again what it has refused with err; 0 if no limit has.
func Wait(err error) time.Duration {
	if e, ok := errors.AsType[*fault.TooOften](err); ok {
		return e.Wait
	}
	return 0
}

// Hook returns a hook that takes from the limit before each event of the pages that it is given to, of their components too,
// and before HandleParams of a page whose browser asks for another address. Messages and page loads do not count. Files
// have arrived before the event that brings them.
func (l *Limit) Hook() views.Hook {
	return views.Hook{
		Event: func(s *views.Socket, _ views.Callback) error { return l.Take(s) },
		HandleParams: func(s *views.Socket) error {
			if s.Value(limit.VisitKey{}) == nil { // it belongs to a page load, an event or a message
				return nil
			}
			return l.Take(s)
		},
	}
}
