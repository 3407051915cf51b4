package views

import (
	"context"

	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/state"
)

// Start starts work as a background task when the callback has succeeded. It sends the result to
// done, a method of the component, an enclosing one or the page, as a message like any other. To
// keep the result under a key, with its loading state, use [state.Async].
//
// The context ends with the component or page of the callback, and with cancel. It must
// not use the socket, and reads no keys: give it what it needs. A panic is logged and
// becomes the result's Err; it is ErrFull if too many tasks run already. After cancel, which
// any goroutine may call, and after the end of the component, done does not run.
// Start panics if neither the component nor an enclosing one is a V.
func Start[V, M any](s *Socket, work func(ctx context.Context) (M, error), done func(V, *Socket, state.Result[M]) error) (cancel func()) {
	s.cb.Check()
	to, err := receiverOrPanic[V](s.Ref().ref, done)
	if err != nil {
		return func() {} // the view has just ended
	}
	run := func(ctx context.Context) (any, error) { return work(ctx) }
	return s.cb.Start(funcName(done), to, run, func(cb *live.Callback, v any, err error) error {
		receiver, _ := as[V](cb.Receiver())
		m, _ := v.(M)
		return done(receiver, socketOf(cb), state.Result[M]{Ready: err == nil, Value: m, Err: err})
	})
}
