package views

import (
	"context"
	"sync/atomic"

	"github.com/sideband-go/sideband/state"
)

// Socket is a view as one of its callbacks sees it: the callback reads and sets
// keys through it. It is also the callback's context: done when the deadline passes
// or the view ends.
//
// What a callback sets and sends takes effect when it returns nil; if it returns an
// error, panics or passes its deadline, none of it happened. A socket is good for
// its one callback and goroutine: later, setting panics. Keep [Socket.Ref] and
// [Send] instead.
type Socket struct {
	context.Context
	in      *Instance
	tx      *state.Tx
	src     *state.Source
	phase   atomic.Int32
	title   *string
	effects []func()
}

const (
	running int32 = iota
	finished
	abandoned
)

var _ state.Writer = (*Socket)(nil)

// Tx is the callback's transaction, for package state. It panics once the callback
// has returned.
func (s *Socket) Tx() *state.Tx {
	s.check()
	return s.tx
}

func (s *Socket) check() {
	if s.phase.Load() != running {
		panic("views: a socket was used after its callback had returned: keep s.Ref() and Send instead")
	}
}

// Value answers reads of keys and else asks the callback's context. Events and
// Mount see the values that middleware has put into the request's context.
func (s *Socket) Value(key any) any {
	if key == (state.SourceKey{}) {
		return s.src
	}
	return s.Context.Value(key)
}

// Connected reports whether the browser's stream is open. It is false while the
// page is first served.
func (s *Socket) Connected() bool { return s.in.connected.Load() }

// SetTitle sets the page's title; the kit's prefix and suffix are put around it. An
// empty title leaves a page that has one with the one it has.
func (s *Socket) SetTitle(title string) {
	s.check()
	s.title = &title
}

// Ref names the view. It may be kept, copied and used by any goroutine.
func (s *Socket) Ref() Ref { return Ref{s.in} }

// then runs f when the callback has succeeded.
func (s *Socket) then(f func()) {
	s.check()
	s.effects = append(s.effects, f)
}
