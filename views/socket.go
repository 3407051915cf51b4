package views

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/state"
)

// Socket is a page or a component as one of its callbacks sees it: the callback reads and
// sets keys through it. It is also the callback's context: done when the deadline passes
// or the view ends.
//
// What a callback sets and sends takes effect when it returns nil; if it returns an
// error, panics or passes its deadline, none of it happened. A socket is good for
// its one callback and goroutine: later, setting panics. Keep [Socket.Ref] and
// [Send] instead.
type Socket struct {
	context.Context
	in        *Instance
	part      *component
	tx        *scope.Tx
	src       *scope.Source
	phase     atomic.Int32
	rendering bool // the callback runs in the middle of one
	title     *string
	effects   []func()
	undone    []func()
	flash     []flashChange

	mu   sync.Mutex
	ends []*ending
}

const (
	running int32 = iota
	finished
	abandoned
)

var _ state.Writer = (*Socket)(nil)

// Tx is the callback's transaction, for package state. It panics once the callback
// has returned.
func (s *Socket) Tx() *scope.Tx {
	s.check()
	return s.tx
}

func (s *Socket) check() {
	if s.phase.Load() != running {
		panic("views: a socket was used after its callback had returned: keep s.Ref() and Send instead")
	}
}

// Value answers reads of keys and else asks the callback's context. What a request has
// caused sees the values that middleware has put into the request's context: Mount, Connect
// and events, and Mount and Update of components in the rendering that follows. Messages,
// timers and results of work, and what is rendered for them, see none.
func (s *Socket) Value(key any) any {
	if key == (scope.SourceKey{}) {
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

// Ref names the page or component. It may be kept, copied and used by any goroutine.
func (s *Socket) Ref() Ref {
	if s.part == s.in.root {
		return Ref{in: s.in}
	}
	return Ref{in: s.in, part: s.part}
}

// At addresses the component of the view that is placed with the id; its type is that of
// the method that is sent to it.
func (s *Socket) At(id string) Receiver { return Receiver{s, id} }

// Receiver is a component as a callback addresses it: what is sent there is sent with the
// callback's socket. It is good for that callback; keep its Ref.
type Receiver struct {
	s  *Socket
	id string
}

// Ref names the component.
func (r Receiver) Ref() Ref { return Ref{in: r.s.in, id: r.id} }

// OnCommit calls f when the callback has succeeded, before the next rendering and before
// the messages that it has sent. f must not block.
func (s *Socket) OnCommit(f func()) {
	s.check()
	s.effects = append(s.effects, f)
}

// OnUndo calls f if what the callback has set is taken back after it has succeeded, because
// the page could not be rendered with what the turn has brought. f must not block.
func (s *Socket) OnUndo(f func()) {
	s.check()
	s.undone = append(s.undone, f)
}

// ending is something to do at the end of a component.
type ending struct {
	over atomic.Bool
	f    func()
}

func (e *ending) run() {
	if e.over.CompareAndSwap(false, true) {
		e.f()
	}
}

// OnEnd calls f once, when the component or page of the callback has ended, or as soon as
// the callback has failed. f runs on any goroutine and must not block. stop takes it back;
// it reports whether f will not run any more.
func (s *Socket) OnEnd(f func()) (stop func() bool) {
	s.check()
	e := &ending{f: f}
	s.mu.Lock()
	s.ends = append(s.ends, e)
	s.mu.Unlock()
	part := s.part
	return func() bool {
		stopped := e.over.CompareAndSwap(false, true)
		part.forget(e)
		return stopped
	}
}

// takeEnds are the endings that were noted so far.
func (s *Socket) takeEnds() []*ending {
	s.mu.Lock()
	defer s.mu.Unlock()
	ends := s.ends
	s.ends = nil
	return ends
}
