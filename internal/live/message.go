package live

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/render"
)

// Ref names a living page or component. It may be kept, copied and compared; it does not keep
// the view alive. Its methods are safe for concurrent use.
type Ref struct {
	view      *View
	component *render.Component // nil: the page
	id        string            // of a component that is looked up when something is sent
}

// View returns the view of the page or component; nil of the zero Ref.
func (r Ref) View() *View { return r.view }

// At returns a reference to the component of the view with an id, wherever it is rendered.
func (r Ref) At(id string) Ref { return Ref{view: r.view, id: id} }

// Receiver finds the receiver of messages of a type, as [render.Tree.Receiver] does. It returns
// fault.ErrGone for the zero Ref.
func (r Ref) Receiver(t reflect.Type, kind string) (*render.Component, error) {
	if r.view == nil {
		return nil, fault.ErrGone
	}
	return r.view.tree.Receiver(r.component, r.id, t, kind)
}

// ID returns the id of the component that At was given; "" without one.
func (r Ref) ID() string { return r.id }

// IsLate reports whether the receiver of a delayed message is looked up when its time has come.
func (r Ref) IsLate() bool { return r.view != nil && r.id != "" }

// CallOn returns a message to a component: a callback.
func CallOn(c *render.Component, name string, run func(cb *Callback) error) Call {
	return Call{Name: name, component: c, Run: run, isMessage: true}
}

// CallAt returns a message to the component with the id of r, of a kind, that is looked up when it
// runs.
func (r Ref) CallAt(kind, name string, run func(cb *Callback) error) Call {
	return Call{Name: name, address: render.AddressOf(kind, r.id), Run: run, isMessage: true}
}

// Send adds a callback to the view's mailbox. It never waits; it returns fault.ErrFull or
// fault.ErrGone. Sent from a callback of the same view, it runs after that has succeeded, before the
// next rendering.
func (v *View) Send(from *Callback, c Call) error {
	if from != nil {
		from.OnCommit(func() { v.inbox = append(v.inbox, c) })
		return nil
	}
	return v.post(job{call: c})
}

// SendFrom is Send from elsewhere. An observer is told what has caused the message; nil: nobody knows.
func (v *View) SendFrom(cause context.Context, c Call) error {
	return v.post(job{call: c, activity: causedBy(v.causeOf(cause))})
}

// Schedule sends a callback after a time or, if repeat is set, again and again while a browser is
// connected. From a callback, the timer starts when that has succeeded; it may be stopped before.
// A timer of a component is stopped when that ends.
func (v *View) Schedule(from *Callback, c Call, d time.Duration, repeat bool) (stop func() bool, err error) {
	cause := v.causeOf(from)
	start := func() (func() bool, error) { return v.startTimer(c, cause, d, repeat) }
	if component := c.component; component != nil && !component.IsPage() {
		start = func() (func() bool, error) { return v.startUntilEnd(component, c, cause, d, repeat) }
	}
	if from == nil {
		return start()
	}
	var mu sync.Mutex
	var stopTimer func() bool
	stopped := false
	from.OnCommit(func() {
		mu.Lock()
		defer mu.Unlock()
		if stopped {
			return
		}
		var err error
		if stopTimer, err = start(); err != nil {
			v.host.Guard.Report(fmt.Errorf("%s: %w", c.Name, err))
		}
	})
	return func() bool {
		mu.Lock()
		defer mu.Unlock()
		first := !stopped
		stopped = true
		if stopTimer != nil {
			return stopTimer()
		}
		return first
	}, nil
}

// startUntilEnd starts a timer that is stopped when a component ends.
func (v *View) startUntilEnd(component *render.Component, c Call, cause any, d time.Duration, repeat bool) (func() bool, error) {
	e := &render.Ending{}
	run := c.Run
	c.Run = func(cb *Callback) error {
		if !repeat {
			component.Forget(e)
		}
		return run(cb)
	}
	stop, err := v.startTimer(c, cause, d, repeat)
	if err != nil {
		return stop, err
	}
	e.F = func() { stop() }
	component.OnEnd([]*render.Ending{e})
	return func() bool {
		component.Forget(e)
		return stop()
	}, nil
}

// maxInbox is how many messages to its own view a turn may send.
const maxInbox = 1000

// takeInbox takes the next message that callbacks have sent to their own view, the Close of
// components first. It returns an error if the turn had too many: they are dropped.
func (v *View) takeInbox() (c Call, ok bool, err error) {
	v.closing = append(v.closing, closingCalls(v.tree.TakeClosing())...)
	if len(v.closing) > 0 {
		c = v.closing[0]
		v.closing = v.closing[1:]
		return c, true, nil
	}
	if len(v.inbox) == 0 {
		return Call{}, false, nil
	}
	if n := len(v.inbox); v.ran+n > maxInbox {
		v.inbox = nil
		return Call{}, false, fmt.Errorf("views: %s sent itself too many messages at once, %d are lost: %w", v.def.Name(), n, fault.ErrFull)
	}
	c = v.inbox[0]
	v.inbox = v.inbox[1:]
	v.ran++
	return c, true, nil
}

// hasInbox reports whether callbacks have sent messages to their own view.
func (v *View) hasInbox() bool { return len(v.inbox)+len(v.closing) > 0 || v.tree.HasClosing() }

// closingCalls returns the callbacks that run the Close of components.
func closingCalls(list []*render.Component) []Call {
	var calls []Call
	for _, c := range list {
		calls = append(calls, Call{Name: c.Name() + ".Close", component: c, closing: true, Run: func(cb *Callback) error {
			if c.IsMounted() {
				c.Kind().Close(cb.receiver, cb)
			}
			return nil
		}})
	}
	return calls
}
