package live

import (
	"slices"
	"sync"
	"sync/atomic"
)

// listeners are notified when the browser's connection opens or closes.
type listeners struct {
	notifying sync.Mutex // notifications come in order; taken before mu
	open      bool       // as last notified; notifying guards it

	mu  sync.Mutex
	all []*listener
}

type listener struct {
	notify func(open bool)
	over   atomic.Bool
}

// OnConnection calls f once the callback has succeeded, and whenever the browser's connection
// opens or closes after that, until stop is called or the component has ended.
func (cb *Callback) OnConnection(f func(open bool)) (stop func()) {
	ls := &cb.view.listeners
	l := &listener{notify: f}
	cb.OnCommit(func() {
		ls.notifying.Lock()
		defer ls.notifying.Unlock()
		if ls.add(l) {
			cb.view.host.Guard.Run(cb.view.def.Name(), func() { f(ls.open) })
		}
	})
	forget := cb.OnEnd(func() { ls.remove(l) })
	return func() {
		forget()
		ls.remove(l)
	}
}

// notify notifies the listeners if the connection has opened or closed. Safe for concurrent use; the
// view's mutex must not be held, since listeners may send.
func (v *View) notify() {
	ls := &v.listeners
	ls.notifying.Lock()
	defer ls.notifying.Unlock()
	open := v.connected.Load()
	if open == ls.open {
		return
	}
	ls.open = open
	ls.mu.Lock()
	all := slices.Clone(ls.all)
	ls.mu.Unlock()
	for _, l := range all {
		if !l.over.Load() {
			v.host.Guard.Run(v.def.Name(), func() { l.notify(open) })
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
