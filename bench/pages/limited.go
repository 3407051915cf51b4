package main

import (
	"strconv"
	"sync/atomic"
	"time"

	"github.com/sideband-go/sideband/ratelimit"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// limited is a page with an event that takes from a limit a thousand times, and one that does not.
type limited struct{ limit *ratelimit.Limit }

var checked = state.NewKey[int]("checked")

// newLimited has a limit that knows as many keys as one does, and refuses none.
func newLimited() limited {
	keys := make([]string, 100_000)
	for i := range keys {
		keys[i] = "key " + strconv.Itoa(i)
	}
	var next atomic.Uint64
	return limited{ratelimit.New(1_000_000, time.Second, func(*views.Socket) string { return keys[next.Add(1)%uint64(len(keys))] })}
}

// Mount begins with nothing.
func (limited) Mount(s *views.Socket, _ views.NoParams) error {
	checked.Set(s, 0)
	return nil
}

// Check takes from the limit.
func (p limited) Check(s *views.Socket, _ views.NoParams) error {
	for range 1000 {
		if err := p.limit.Take(s); err != nil {
			return err
		}
	}
	return p.Skip(s, views.NoParams{})
}

// Skip does the rest.
func (limited) Skip(s *views.Socket, _ views.NoParams) error {
	checked.Update(s, func(n int) int { return n + 1 })
	return nil
}
