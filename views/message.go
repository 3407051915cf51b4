package views

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"
)

// Ref names a living page or component. It may be kept, copied, compared and used by any
// goroutine; it does not keep the view alive.
type Ref struct {
	in   *Instance
	part *component // nil: the page
	id   string     // of a component that is found when something is sent
}

// Ref returns r itself, so that a Ref is a [Target].
func (r Ref) Ref() Ref { return r }

// At addresses the component of the view that is placed with the id, wherever it stands.
func (r Ref) At(id string) Ref { return Ref{in: r.in, id: id} }

// SameView reports whether both belong to one view.
func (r Ref) SameView(o Ref) bool { return r.in == o.in }

// ViewID names the view of the page or component. Unlike the Ref itself, it stays the same
// when the view is remounted. The zero Ref has none, "".
func (r Ref) ViewID() string {
	if r.in == nil {
		return ""
	}
	return r.in.runner.ID()
}

// Restart drops the view, for when it may not know what it should. Its page remounts it
// at once, by its ticket, as after a restart of the server: what is not restored by
// Mount is gone. It does not wait. The session is not charged for that Mount: whoever
// calls Restart again and again has to make pauses.
func (r Ref) Restart() {
	if r.in != nil {
		r.in.runner.Restart()
	}
}

// Target is where a message goes: a *Socket, what [Socket.At] returns, or a [Ref].
type Target interface{ Ref() Ref }

// socketOf is the socket of the callback that sends; nil if none does.
func socketOf(to Target) *Socket {
	switch to := to.(type) {
	case *Socket:
		return to
	case receiverOf:
		return to.s
	}
	return nil
}

// Message is a callback that is to run in a view. It is for package handlers.
type Message struct {
	Name string
	Run  func(s *Socket) error

	part    *component // whose it is; nil: the page's, or that of the address
	at      string     // of a component
	closing bool       // also if the component has ended
}

// ForPart reports whether the message is for a component that has to be found first.
func (m Message) ForPart() bool { return m.at != "" }

// ForEnd reports whether the message is what a component has for its end.
func (m Message) ForEnd() bool { return m.closing }

// Runner runs a view's messages, one at a time. Package handlers implements it.
type Runner interface {
	// ID names the view, also when it is remounted.
	ID() string
	// Post adds a message to the view's mailbox: ErrFull or ErrGone, but it never waits.
	Post(m Message) error
	// Deliver is Post for the result of what Go has started, which is never refused as
	// one too many.
	Deliver(m Message)
	// Call runs a callback in the middle of a rendering.
	Call(m Message) error
	// Go runs f beside the view; name is for logs. ctx ends with the view. It returns
	// ErrFull or ErrGone. What f refers to outlives the view if f does.
	Go(name string, f func(ctx context.Context)) error
	// After posts a message later.
	After(d time.Duration, m Message) (stop func() bool, err error)
	// Every posts a message again and again while a browser watches.
	Every(d time.Duration, m Message) (stop func() bool, err error)
	// Restart ends the view, so that its page mounts it again. It does not wait.
	Restart()
}

// Send asks a page or component to run one of its methods with m, after what is queued
// before: the nearest V at or around the target, or the one that the target addresses.
// Sent with a socket, the message runs after the callback, before the next
// rendering, and only if the callback succeeds. Sent with a Ref it returns ErrGone
// if the receiver has ended, or is not placed, and ErrFull if its mailbox is full; it never waits.
func Send[V, M any](to Target, h func(V, *Socket, M) error, m M) error {
	msg, in, err := message(to, h, m)
	if err != nil {
		return err
	}
	if s := socketOf(to); s != nil {
		s.OnCommit(func() { in.inbox = append(in.inbox, msg) })
		return nil
	}
	return in.runner.Post(msg)
}

// SendAfter is Send after a delay. stop reports whether it came in time. Delays
// do not keep a view alive. A component that is addressed by its id is looked for when the
// time has come; if it is not placed then, nothing runs. ErrFull is returned if too many
// are pending.
func SendAfter[V, M any](to Target, d time.Duration, h func(V, *Socket, M) error, m M) (stop func() bool, err error) {
	return schedule(to, h, m, true, func(in *Instance, msg Message) (func() bool, error) { return in.runner.After(d, msg) })
}

// SendEvery sends a message at each interval while a browser watches the view:
// it pauses while no stream is open, and goes on with the next one. stop ends it.
func SendEvery[V, M any](to Target, d time.Duration, h func(V, *Socket, M) error, m M) (stop func() bool, err error) {
	if d <= 0 {
		panic("views: SendEvery needs an interval above zero")
	}
	return schedule(to, h, m, false, func(in *Instance, msg Message) (func() bool, error) { return in.runner.Every(d, msg) })
}

func schedule[V, M any](to Target, h func(V, *Socket, M) error, m M, once bool, start func(*Instance, Message) (func() bool, error)) (func() bool, error) {
	msg, in, err := later(to, h, m)
	if err != nil {
		return func() bool { return false }, err
	}
	if c := msg.part; c != nil && c != in.root {
		start = c.untilEnd(once, start)
	}
	s := socketOf(to)
	if s == nil {
		return start(in, msg)
	}
	// The clock starts when the callback has succeeded; it may be stopped before.
	var mu sync.Mutex
	var stop func() bool
	stopped := false
	s.OnCommit(func() {
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

// untilEnd has a clock stopped when the component ends.
func (c *component) untilEnd(once bool, start func(*Instance, Message) (func() bool, error)) func(*Instance, Message) (func() bool, error) {
	return func(in *Instance, msg Message) (func() bool, error) {
		e := &ending{}
		run := msg.Run
		msg.Run = func(s *Socket) error {
			if once {
				c.forget(e)
			}
			return run(s)
		}
		stop, err := start(in, msg)
		if err != nil {
			return stop, err
		}
		e.f = func() { stop() }
		c.onEnd([]*ending{e})
		return func() bool {
			c.forget(e)
			return stop()
		}, nil
	}
}

func message[V, M any](to Target, h func(V, *Socket, M) error, m M) (Message, *Instance, error) {
	c, err := receiver[V](to.Ref(), h)
	if err != nil {
		return Message{}, nil, err
	}
	return messageTo(c, h, m), c.in, nil
}

// later is message for one that is sent later: a component that is addressed by its id is
// looked for then.
func later[V, M any](to Target, h func(V, *Socket, M) error, m M) (Message, *Instance, error) {
	r := to.Ref()
	if r.in == nil || r.id == "" {
		return message(to, h, m)
	}
	msg := messageTo(nil, h, m)
	msg.at = address(kindName(reflect.TypeFor[V]()), r.id)
	return msg, r.in, nil
}

func messageTo[V, M any](c *component, h func(V, *Socket, M) error, m M) Message {
	return Message{Name: funcName(h), part: c, Run: func(s *Socket) error {
		v, ok := as[V](s.part)
		if !ok {
			return ErrNoComponent // another type of the same name
		}
		return h(v, s, m)
	}}
}

// receiver finds who takes messages of a V.
func receiver[V, M any](r Ref, h func(V, *Socket, M) error) (*component, error) {
	in, t := r.in, reflect.TypeFor[V]()
	if in == nil {
		return nil, ErrGone
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	c := r.part
	switch {
	case in.ended:
		return nil, ErrGone
	case r.id != "":
		if c = in.parts[address(kindName(t), r.id)]; c == nil || !c.is(t) {
			return nil, fmt.Errorf("views: no %v %.40q is placed: %w", t, r.id, ErrGone)
		}
		return c, nil
	case c == nil:
		c = in.root
	}
	if c.ended {
		return nil, ErrGone
	}
	if c = c.nearest(t); c == nil {
		return nil, &wrongTypeError{fmt.Sprintf("views: nothing around takes messages of %v, as %s is", t, funcName(h))}
	}
	return c, nil
}

// wrongTypeError is a mistake in the program.
type wrongTypeError struct{ text string }

func (e *wrongTypeError) Error() string { return e.text }

// Unwrap returns ErrGone: who sends need not tell one from the other.
func (e *wrongTypeError) Unwrap() error { return ErrGone }

// SendFunc is [Send] to what it finds now, for packages that call back into a view. It
// panics if nothing at or around the target is a V. What it returns may be called from any goroutine; it
// returns ErrGone once the receiver has ended.
func SendFunc[V, M any](to Target, h func(V, *Socket, M) error) func(M) error {
	c, err := receiver[V](to.Ref(), h)
	if wrong, ok := errors.AsType[*wrongTypeError](err); ok {
		panic(wrong.text)
	}
	if err != nil {
		return func(M) error { return err }
	}
	return func(m M) error {
		if c.hasEnded() {
			return ErrGone
		}
		return c.in.runner.Post(messageTo(c, h, m))
	}
}
