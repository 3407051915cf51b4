package views

import (
	"context"
	"errors"

	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/state"
)

// Start runs work beside the view when the callback has succeeded, and then done, a
// method of the component or of what is around it, with what came of it: a message like
// any other. To keep the result under a key, with what shows that it is on its way,
// [state.Async] is less to write.
//
// The context ends with the component or page of the callback, and with cancel. It must
// not use the socket, and reads no keys: give it what it needs. A panic is logged and
// becomes the result's Err; it is ErrFull if too much runs already. After cancel, which
// any goroutine may call, and after the end of the component, done does not run.
// Start panics if nothing around takes messages of a V.
func Start[V, M any](s *Socket, work func(ctx context.Context) (M, error), done func(V, *Socket, state.Result[M]) error) (cancel func()) {
	s.check()
	to, err := receiver[V](s.Ref(), done)
	if wrong, ok := errors.AsType[*wrongTypeError](err); ok {
		panic(wrong.text)
	}
	if err != nil {
		return func() {} // the view has just ended
	}
	t := &task{host: s.in.host, name: funcName(done), target: to, job: scope.Job{
		Run: func(ctx context.Context) (any, error) { return work(ctx) },
		Done: func(w scope.Writer, _ []any, v any, err error) error {
			s := w.(*Socket)
			receiver, _ := as[V](s.part)
			m, _ := v.(M)
			return done(receiver, s, state.Result[M]{Ready: err == nil, Value: m, Err: err})
		},
	}}
	part := s.part
	s.OnCommit(func() { part.start(t) })
	return t.stop
}
