package handlers

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/live"
)

// tooOften counts an event of an admitted view against Limits.SessionEvents, and returns why it is refused, or nil.
func (k *Kit) tooOften(v *live.View) error {
	if wait := k.events.Take(v.Owner().Session, time.Now()); wait > 0 {
		return &fault.TooOften{Wait: wait}
	}
	return nil
}

// waitOf returns after what time a rate limit allows what it has refused; 0 if the error is not that of one.
func waitOf(err error) time.Duration {
	if e, ok := errors.AsType[*fault.TooOften](err); ok {
		return e.Wait
	}
	return 0
}

// retryAfter says in the head of an answer when to try again, if a rate limit has refused.
func retryAfter(h http.Header, err error) {
	if wait := waitOf(err); wait > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	}
}
