package views

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/render"
)

// Ref names a living page or component. It may be kept, copied, compared and used by any
// goroutine; it does not keep the view alive.
type Ref struct{ ref live.Ref }

// Ref returns r itself, so that a Ref is a [Target].
func (r Ref) Ref() Ref { return r }

// At addresses the component of the view that has the id, wherever it is rendered.
func (r Ref) At(id string) Ref { return Ref{r.ref.At(id)} }

// SameView reports whether both belong to one view.
func (r Ref) SameView(o Ref) bool { return r.ref.View() == o.ref.View() }

// ViewID names the view of the page or component. Unlike the Ref itself, it stays the same
// when the view is remounted. The zero Ref has none, "".
func (r Ref) ViewID() string {
	if v := r.ref.View(); v != nil {
		return v.ID()
	}
	return ""
}

// Restart drops the view, for when it may not know what it should. Its page remounts it
// at once, by its ticket, as after a restart of the server: what Mount does not restore
// is gone. It does not wait. The session is not charged for that Mount: whoever
// calls Restart again and again has to make pauses.
func (r Ref) Restart() {
	if v := r.ref.View(); v != nil {
		v.Restart()
	}
}

// Go runs f in the background, at once, as a task of the view. It is for packages that work for views; pages use [Start].
// The context ends with the view, not with a component of it. f must not keep what belongs to the view in memory. A
// panic is logged. Go returns ErrGone if the view has ended, and ErrFull if it has too many tasks.
//
// name goes to logs and telemetry, where it labels metrics: make it a constant of the program, without values of users.
func (r Ref) Go(name string, f func(ctx context.Context)) error {
	v := r.ref.View()
	if v == nil {
		return ErrGone
	}
	return v.Go(name, f)
}

// Load is [Ref.Go] for work that loads something. f returns how many rows it has loaded, or why it could not, which
// telemetry tells. cause is what asks for it: the socket of a callback, or another context; nil if nobody knows. name is
// as for Go: a constant of the program.
func (r Ref) Load(cause context.Context, name string, f func(ctx context.Context) (rows int, err error)) error {
	v := r.ref.View()
	if v == nil {
		return ErrGone
	}
	return v.Load(cause, name, f)
}

// Kit names the kit of the view: a value that can be compared with that of other views. That of the zero Ref is nil.
func (r Ref) Kit() any {
	if v := r.ref.View(); v != nil {
		return v.Kit()
	}
	return nil
}

// Target is where a message goes: a *Socket, what [Socket.At] returns, or a [Ref].
type Target interface{ Ref() Ref }

// callbackOf is the callback that sends; nil if none does.
func callbackOf(to Target) *live.Callback {
	switch to := to.(type) {
	case *Socket:
		return to.cb
	case receiver:
		return to.s.cb
	}
	return nil
}

// Send asks a page or component to run one of its methods with m, after what is queued
// before: the target itself or the nearest enclosing V, or the one that the target addresses. V may be an
// interface; any is the target itself, for packages that do not know its type.
// Sent with a socket, the message runs after the callback, before the next
// rendering, and only if the callback succeeds. Sent with a Ref it returns ErrGone
// if the receiver has ended, or is not there, and ErrFull if its mailbox is full; it never waits.
func Send[V, M any](to Target, h func(V, *Socket, M) error, m M) error {
	r := to.Ref().ref
	c, err := receiverOf[V](r, h)
	if err != nil {
		return err
	}
	return r.View().Send(callbackOf(to), messageTo(c, h, m))
}

// SendAfter is Send after a delay. stop reports whether it came in time. Delays
// do not keep a view alive. A component that is addressed by its id is looked for when the
// time has come; if it is not there then, nothing runs. ErrFull is returned if too many
// are pending.
func SendAfter[V, M any](to Target, d time.Duration, h func(V, *Socket, M) error, m M) (stop func() bool, err error) {
	return schedule(to, d, false, h, m)
}

// SendEvery sends a message at each interval while a browser is connected:
// it pauses while no connection is open, and goes on with the next one. stop ends it.
func SendEvery[V, M any](to Target, d time.Duration, h func(V, *Socket, M) error, m M) (stop func() bool, err error) {
	if d <= 0 {
		panic("views: SendEvery needs an interval above zero")
	}
	return schedule(to, d, true, h, m)
}

func schedule[V, M any](to Target, d time.Duration, repeat bool, h func(V, *Socket, M) error, m M) (func() bool, error) {
	r := to.Ref().ref
	if r.IsLate() {
		return r.View().Schedule(callbackOf(to), r.CallAt(kindName(reflect.TypeFor[V]()), funcName(h), runner(h, m)), d, repeat)
	}
	c, err := receiverOf[V](r, h)
	if err != nil {
		return func() bool { return false }, err
	}
	return r.View().Schedule(callbackOf(to), messageTo(c, h, m), d, repeat)
}

// SendFunc is [Send] to what it finds now, for packages that call back into a view. It
// panics if neither the target nor an enclosing component is a V. What it returns may be called from any goroutine; it
// returns ErrGone once the receiver has ended.
func SendFunc[V, M any](to Target, h func(V, *Socket, M) error) func(M) error {
	send := SendFuncFrom(to, h, h)
	return func(m M) error { return send(nil, m) }
}

// SendFuncFrom is [SendFunc] for packages that wrap a method: logs, hooks and telemetry know the message by method, a method
// expression, instead of by h. cause is what has caused the message: the socket of the callback that sends it, or another
// context; nil if nobody knows. Telemetry links the message to it.
func SendFuncFrom[V, M any](to Target, method any, h func(V, *Socket, M) error) func(cause context.Context, m M) error {
	r := to.Ref().ref
	c, err := receiverOrPanic[V](r, h)
	if err != nil {
		return func(context.Context, M) error { return err }
	}
	return func(cause context.Context, m M) error {
		if c.HasEnded() {
			return ErrGone
		}
		return r.View().SendFrom(cause, live.CallOn(c, funcName(method), runner(h, m)))
	}
}

func messageTo[V, M any](c *render.Component, h func(V, *Socket, M) error, m M) live.Call {
	return live.CallOn(c, funcName(h), runner(h, m))
}

// runner calls a method of the component that a callback belongs to.
func runner[V, M any](h func(V, *Socket, M) error, m M) func(cb *live.Callback) error {
	return func(cb *live.Callback) error {
		v, ok := as[V](cb.Receiver())
		if !ok {
			return fault.ErrNoComponent // another type of the same name
		}
		return h(v, socketOf(cb), m)
	}
}

// as is the value of a component as a V.
func as[V any](value any) (V, bool) {
	switch v := value.(type) {
	case V:
		return v, true
	case *V:
		return *v, true
	case render.Only:
		page, ok := v.Page.(V)
		return page, ok
	}
	var none V
	return none, false
}

// receiverOf finds the receiver of messages of a V.
func receiverOf[V, M any](r live.Ref, h func(V, *Socket, M) error) (*render.Component, error) {
	t := reflect.TypeFor[V]()
	c, err := r.Receiver(t, kindName(t))
	switch {
	case err != nil:
		return nil, err
	case c == nil && r.IsLate():
		return nil, fault.Quote(r.ID(), fmt.Errorf("views: no %v with the id is there: %w", t, ErrGone))
	case c == nil:
		return nil, &wrongTypeError{fmt.Sprintf("views: no enclosing component takes messages of %v, as %s is", t, funcName(h))}
	}
	return c, nil
}

// receiverOrPanic is receiverOf that panics if the program is wrong.
func receiverOrPanic[V, M any](r live.Ref, h func(V, *Socket, M) error) (*render.Component, error) {
	c, err := receiverOf[V](r, h)
	if wrong, ok := err.(*wrongTypeError); ok { //nolint:errorlint // receiverOf wraps nothing
		panic(wrong.text)
	}
	return c, err
}

// wrongTypeError is a mistake in the program.
type wrongTypeError struct{ text string }

func (e *wrongTypeError) Error() string { return e.text }

// Unwrap returns ErrGone: who sends need not tell one from the other.
func (e *wrongTypeError) Unwrap() error { return ErrGone }
