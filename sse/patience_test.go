package sse_test

import (
	"runtime/debug"
	"testing"
	"time"
)

// patience is how long a test outside a bubble waits.
const patience = 30 * time.Second

// take receives from a channel.
func take[T any](t testing.TB, from <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(patience):
		t.Fatalf("waited in vain for %s", what)
	}
	return v
}

// day ends a bubble in which a test hangs: because of the heartbeats, time would pass there for ever.
func day() (stop func() bool) {
	return time.AfterFunc(24*time.Hour, func() {
		debug.SetTraceback("all")
		panic("a day has passed in the bubble: the test waits in vain")
	}).Stop
}
