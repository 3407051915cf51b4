package state

import (
	"context"
	"reflect"

	"github.com/sideband-go/sideband/internal/scope"
)

// Async is a key whose value comes from a background task. Make it as a package variable
// with [NewAsync]; it is safe for concurrent use.
//
// A callback starts the task, which begins when the callback has succeeded. The task belongs
// to the page or component whose callback started it: its context ends with that. A newer
// Start supersedes an older one, whose context is cancelled and whose result is ignored. A
// function that continues when its context has ended does no harm, but still counts among
// those that one view may have running.
type Async[T any] struct {
	outcome *Key[outcome[T]]
	task    *Key[task]
	loading *Derived[bool]
}

// Result is the state of an [Async]. Value is the last good one, also while Loading and next
// to an Err. The zero Result is that of a task that was never started.
type Result[T any] struct {
	Loading bool
	Ready   bool // there is a Value
	Value   T
	// Err is that of the last task: what its function returned; context.Canceled after
	// Cancel; of package views a *PanicError if it has panicked, ErrFull if too many tasks
	// run.
	Err error
	// Progress is what the function has reported with [Progress], from 0 to 1; 1 when it has
	// succeeded.
	Progress float64
}

// outcome changes when a task begins or ends, and task also in between, so that what shows
// a value is not rendered again as a newer one progresses.
type outcome[T any] struct {
	ready bool
	value T
	err   error
}

type task struct {
	loading  bool
	progress float64
}

// NewAsync returns a new key for a background task. Its name is as for [NewKey].
func NewAsync[T any](name string) *Async[T] {
	same := scope.EqualOf[T]()
	a := &Async[T]{task: NewKey[task](name + " (task)")}
	a.outcome = NewKey[outcome[T]](name).WithEqual(func(a, b outcome[T]) bool {
		return a.ready == b.ready && sameError(a.err, b.err) && (!a.ready || same != nil && same(a.value, b.value))
	})
	a.loading = Field(a.task, func(t task) bool { return t.loading })
	return a
}

// sameError reports whether both are the same error, without a panic if they are not
// comparable.
func sameError(a, b error) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return reflect.ValueOf(a).Comparable() && reflect.ValueOf(b).Comparable() && any(a) == any(b)
}

// Name returns the name given to NewAsync.
func (a *Async[T]) Name() string { return a.outcome.Name() }

// Get returns the state of the task that the nearest scope has started. It panics if ctx
// belongs to no view.
func (a *Async[T]) Get(ctx context.Context) Result[T] {
	o, t := a.outcome.Get(ctx), a.task.Get(ctx)
	return Result[T]{Loading: t.loading, Ready: o.ready, Value: o.value, Err: o.err, Progress: t.progress}
}

// Loading returns the field of that name of Get's result. A region that reads no more than
// this is not rendered again as the task progresses.
func (a *Async[T]) Loading(ctx context.Context) bool { return a.loading.Get(ctx) }

// Value returns the last good value and whether there is one. A region that reads no more
// than this, and Err, is not rendered again as the task progresses.
func (a *Async[T]) Value(ctx context.Context) (v T, ready bool) {
	o := a.outcome.Get(ctx)
	return o.value, o.ready
}

// Err returns the field of that name of Get's result; see Value.
func (a *Async[T]) Err(ctx context.Context) error { return a.outcome.Get(ctx).err }

// Start runs f in the background, when the callback has succeeded. At once the result is
// Loading and has no Err; its Value stays until there is another. f has to return when its
// context ends. It must not use the socket, and reads no keys: give it what it needs.
func (a *Async[T]) Start(w Writer, f func(ctx context.Context) (T, error)) { a.start(w, f, false) }

// StartWhenConnected is Start, but f begins only when the page's stream is open, so that
// neither the first rendering nor a page that nobody looks at pays for it. The result is
// Loading at once.
func (a *Async[T]) StartWhenConnected(w Writer, f func(ctx context.Context) (T, error)) {
	a.start(w, f, true)
}

func (a *Async[T]) start(w Writer, f func(ctx context.Context) (T, error), connected bool) {
	tx := w.Tx()
	a.begin(tx)
	tx.Start(scope.Job{
		Keys: []any{a}, Name: a.Name(), WhenConnected: connected,
		Run:      func(ctx context.Context) (any, error) { return f(ctx) },
		Done:     func(w scope.Writer, _ []any, v any, err error) error { a.settle(w.Tx(), v, err); return nil },
		Progress: func(w scope.Writer, _ []any, done float64) { a.advance(w.Tx(), done) },
	})
}

// Cancel cancels the task that the writer's own scope has started, if it is running: the
// result is not Loading any more, and its Err is context.Canceled.
func (a *Async[T]) Cancel(w Writer) {
	tx := w.Tx()
	tx.Cancel(any(a))
	if t := a.ownTask(tx); t.loading {
		t.loading = false
		o := a.ownOutcome(tx)
		o.err = context.Canceled
		a.set(tx, t, o)
	}
}

// Set gives the result a value as if a task had ended with it, and cancels a running one.
func (a *Async[T]) Set(w Writer, v T) {
	tx := w.Tx()
	tx.Cancel(any(a))
	a.settle(tx, v, nil)
}

// ownOutcome returns what the transaction's own scope has: an enclosing scope's task is not
// the writer's.
func (a *Async[T]) ownOutcome(tx *scope.Tx) outcome[T] {
	v, _ := tx.Own(&a.outcome.k)
	o, _ := v.(outcome[T])
	return o
}

func (a *Async[T]) ownTask(tx *scope.Tx) task {
	v, _ := tx.Own(&a.task.k)
	t, _ := v.(task)
	return t
}

func (a *Async[T]) set(tx *scope.Tx, t task, o outcome[T]) {
	tx.Set(&a.task.k, t)
	tx.Set(&a.outcome.k, o)
}

// begin leaves the outcome alone if it has no error: where values are never equal, setting it
// would render the value again.
func (a *Async[T]) begin(tx *scope.Tx) {
	tx.Set(&a.task.k, task{loading: true})
	o := a.ownOutcome(tx)
	if _, has := tx.Own(&a.outcome.k); !has || o.err != nil {
		o.err = nil
		tx.Set(&a.outcome.k, o)
	}
}

func (a *Async[T]) settle(tx *scope.Tx, v any, err error) {
	t, o := a.ownTask(tx), a.ownOutcome(tx)
	t.loading = false
	if o.err = err; err == nil {
		t.progress = 1
		o.ready = true
		o.value, _ = v.(T) // a nil interface value is its zero value
	}
	a.set(tx, t, o)
}

func (a *Async[T]) advance(tx *scope.Tx, done float64) {
	if a.ownTask(tx).loading {
		tx.Set(&a.task.k, task{true, done})
	}
}

// Progress reports, from inside a background task, how much of it is done: from 0 to 1. It
// never waits: of the progress reported while the view is busy, only the newest is shown.
// With any other context it does nothing.
func Progress(ctx context.Context, done float64) { scope.Progress(ctx, done) }
