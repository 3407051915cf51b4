package views

import (
	"fmt"
	"reflect"
	"sync"
	"time"
)

// Ref names a living view. It may be kept, copied and used by any goroutine; it
// does not keep the view alive.
type Ref struct{ in *Instance }

// Ref returns r itself, so that a Ref is a [Target].
func (r Ref) Ref() Ref { return r }

// Target is where a message goes: a *Socket or a [Ref].
type Target interface{ Ref() Ref }

// Message is a callback that is to run in a view. It is for package handlers.
type Message struct {
	Name string
	Run  func(s *Socket) error
}

// Runner runs a view's messages, one at a time. Package handlers implements it.
type Runner interface {
	// Post adds a message to the view's mailbox: ErrFull or ErrGone, but it never waits.
	Post(m Message) error
	// After posts a message later.
	After(d time.Duration, m Message) (stop func() bool, err error)
	// Every posts a message again and again while a browser watches.
	Every(d time.Duration, m Message) (stop func() bool, err error)
}

// Send asks the view to run one of its methods with m, after what is queued before.
// Sent with a socket, the message runs after the callback, before the next
// rendering, and only if the callback succeeds. Sent with a Ref it returns ErrGone
// if the view has ended and ErrFull if its mailbox is full; it never waits.
func Send[V, M any](to Target, h func(V, *Socket, M) error, m M) error {
	msg, in, err := message(to, h, m)
	if err != nil {
		return err
	}
	if s, ok := to.(*Socket); ok {
		s.then(func() { in.inbox = append(in.inbox, msg) })
		return nil
	}
	return in.runner.Post(msg)
}

// SendAfter is Send after a delay. stop reports whether it came in time. Delays
// do not keep a view alive. ErrFull is returned if too many are pending.
func SendAfter[V, M any](to Target, d time.Duration, h func(V, *Socket, M) error, m M) (stop func() bool, err error) {
	return schedule(to, h, m, func(in *Instance, msg Message) (func() bool, error) { return in.runner.After(d, msg) })
}

// SendEvery sends a message at each interval while a browser watches the view:
// it pauses while no stream is open, and goes on with the next one. stop ends it.
func SendEvery[V, M any](to Target, d time.Duration, h func(V, *Socket, M) error, m M) (stop func() bool, err error) {
	if d <= 0 {
		panic("views: SendEvery needs an interval above zero")
	}
	return schedule(to, h, m, func(in *Instance, msg Message) (func() bool, error) { return in.runner.Every(d, msg) })
}

func schedule[V, M any](to Target, h func(V, *Socket, M) error, m M, start func(*Instance, Message) (func() bool, error)) (func() bool, error) {
	msg, in, err := message(to, h, m)
	if err != nil {
		return func() bool { return false }, err
	}
	s, ok := to.(*Socket)
	if !ok {
		return start(in, msg)
	}
	// The clock starts when the callback has succeeded; it may be stopped before.
	var mu sync.Mutex
	var stop func() bool
	stopped := false
	s.then(func() {
		mu.Lock()
		defer mu.Unlock()
		if stopped {
			return
		}
		if stop, err = start(in, msg); err != nil {
			in.host.Report(fmt.Errorf("%s: %w", msg.Name, err))
		}
	})
	return func() bool {
		mu.Lock()
		defer mu.Unlock()
		first := !stopped
		stopped = true
		if stop != nil {
			return stop()
		}
		return first
	}, nil
}

func message[V, M any](to Target, h func(V, *Socket, M) error, m M) (Message, *Instance, error) {
	in := to.Ref().in
	if in == nil {
		return Message{}, nil, ErrGone
	}
	v, ok := in.def.view.(V)
	if !ok {
		return Message{}, nil, fmt.Errorf("views: %v takes no messages of %v: %w", reflect.TypeOf(in.def.view), reflect.TypeFor[V](), ErrGone)
	}
	return Message{funcName(h), func(s *Socket) error { return h(v, s, m) }}, in, nil
}
