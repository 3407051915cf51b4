package views

import (
	"slices"
	"sync"
	"sync/atomic"
)

// listeners are told whether the browser's stream is open.
type listeners struct {
	telling sync.Mutex // one thing after the other; before mu
	open    bool       // of who tells

	mu  sync.Mutex
	all []*listener
}

type listener struct {
	told func(open bool)
	over atomic.Bool
}

// OnConnection calls f once the callback has succeeded, and whenever the browser's stream
// opens or closes after that, until stop is called or the component or page of the callback
// has ended. f is called in order, from any goroutine, and must not block; it may send
// messages. It may still be running when stop returns, but is not called any more.
func (s *Socket) OnConnection(f func(open bool)) (stop func()) {
	ls := &s.in.listeners
	l := &listener{told: f}
	s.OnCommit(func() {
		ls.telling.Lock()
		defer ls.telling.Unlock()
		if ls.add(l) {
			s.in.guard(func() { f(ls.open) })
		}
	})
	forget := s.OnEnd(func() { ls.remove(l) })
	return func() {
		forget()
		ls.remove(l)
	}
}

// Listen tells whoever listens whether the stream is open. Safe for concurrent use;
// no lock may be held that sending takes.
func (in *Instance) Listen() {
	ls := &in.listeners
	ls.telling.Lock()
	defer ls.telling.Unlock()
	open := in.connected.Load()
	if open == ls.open {
		return
	}
	ls.open = open
	ls.mu.Lock()
	all := slices.Clone(ls.all)
	ls.mu.Unlock()
	for _, l := range all {
		if !l.over.Load() {
			in.guard(func() { l.told(open) })
		}
	}
}

// add reports false if the listener was stopped before.
func (ls *listeners) add(l *listener) bool {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if !l.over.Load() {
		ls.all = append(ls.all, l)
	}
	return !l.over.Load()
}

func (ls *listeners) remove(l *listener) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l.over.Store(true)
	ls.all = slices.DeleteFunc(ls.all, func(x *listener) bool { return x == l })
}
