package views

import (
	"slices"
	"sync"
)

// listeners are told whether the browser's stream is open.
type listeners struct {
	mu   sync.Mutex
	open bool
	all  []*listener
}

type listener struct{ told func(open bool) }

// OnStream calls f once the callback has succeeded, and whenever the browser's stream
// opens or closes after that, until the component or page of the callback has ended. f is
// called in order, from any goroutine, and must not block; it may send messages.
func (s *Socket) OnStream(f func(open bool)) {
	in := s.in
	l := &listener{f}
	s.OnCommit(func() {
		in.listeners.mu.Lock()
		defer in.listeners.mu.Unlock()
		in.listeners.all = append(in.listeners.all, l)
		in.guard(func() { f(in.listeners.open) })
	})
	s.OnEnd(func() {
		in.listeners.mu.Lock()
		defer in.listeners.mu.Unlock()
		in.listeners.all = slices.DeleteFunc(in.listeners.all, func(x *listener) bool { return x == l })
	})
}

// Listen tells whoever listens whether the stream is open. Safe for concurrent use;
// no lock may be held that sending takes.
func (in *Instance) Listen() {
	ls := &in.listeners
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if open := in.connected.Load(); open != ls.open {
		ls.open = open
		for _, l := range ls.all {
			in.guard(func() { l.told(open) })
		}
	}
}
