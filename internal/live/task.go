package live

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/internal/scope"
)

var errNoReturn = errors.New("views: the function ended its goroutine")

// task is one job under way.
type task struct {
	guard   *fault.Guard
	name    string
	isNamed bool  // as that of Call
	slot    *slot // its goroutine, or that of the task it supersedes; owned by the worker

	mu       sync.Mutex
	work     *work             // nil before it is added, and when it is over
	job      scope.Job         // none when it is over
	target   *render.Component // takes the result; nil: the component that started it, or it is over
	keys     []any             // that it still has
	over     bool              // cancelled, or its result was taken
	returned bool
	cancel   context.CancelFunc
	progress progress
	cause    any       // of its messages; nil if nobody observes them
	activity *Activity // nil if nobody observes it
}

func (t *task) isOver() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.over
}

func (t *task) joins(w *work) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.over {
		t.work = w
	}
	return !t.over
}

// loses takes a key from the task. It reports whether the task is over.
func (t *task) loses(key any) bool {
	t.mu.Lock()
	t.keys = slices.DeleteFunc(t.keys, func(k any) bool { return k == key })
	left := len(t.keys)
	t.mu.Unlock()
	if left == 0 {
		t.drop()
	}
	return left == 0
}

// drop ends the task. It reports false if it was over before.
func (t *task) drop() (job scope.Job, keys []any, ok bool) {
	t.mu.Lock()
	job, keys, ok = t.job, t.keys, !t.over
	cancel := t.cancel
	t.work, t.job, t.target, t.keys, t.over = nil, scope.Job{}, nil, nil, true
	t.mu.Unlock()
	if cancel != nil {
		cancel()
	}
	return job, keys, ok
}

// stop removes the task from its component's work and ends it.
func (t *task) stop() {
	t.mu.Lock()
	w := t.work
	t.mu.Unlock()
	if w != nil {
		w.forget(t)
	}
	t.drop()
}

func (t *task) run(ctx context.Context) {
	ctx, f := t.begin(ctx)
	if f == nil {
		return
	}
	var v any
	err := errNoReturn
	defer func() { t.finish(v, err) }() // whatever becomes of telling the observer
	defer func() {
		if p := recover(); p != nil {
			err = t.guard.Panicked(p)
			t.guard.Report(fmt.Errorf("%s: %w", t.name, err))
		}
		if t.activity != nil {
			t.activity.Finish(outcome(ctx, err))
		}
	}()
	ctx = t.activity.Start(ctx)
	v, err = f(scope.WithProgress(ctx, t.report))
}

// outcome is how a task's function ended, for the observer: what was cancelled has not failed.
func outcome(ctx context.Context, err error) error {
	err = fault.Seal(err)
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return fault.ErrGone
	}
	return err
}

// begin returns the function to run; nil if the task is over.
func (t *task) begin(ctx context.Context) (context.Context, func(context.Context) (any, error)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		return nil, nil
	}
	ctx, t.cancel = context.WithCancel(ctx)
	return ctx, t.job.Run
}

// finish sends the result to the view.
func (t *task) finish(v any, err error) {
	t.mu.Lock()
	w, to, cancel := t.work, t.target, t.cancel
	t.returned = true
	t.mu.Unlock()
	if cancel != nil {
		cancel()
	}
	if w == nil {
		return
	}
	if to == nil {
		to = w.component
	}
	w.view.deliver(t.call(to, func(cb *Callback) error {
		job, keys, ok := w.take(t)
		if !ok {
			return nil
		}
		if len(keys) > 0 {
			r := &result{work: w, job: job, keys: keys, value: v, err: err}
			cb.OnCommit(r.noted)
		}
		return job.Done(cb, keys, v, err)
	}), causedBy(t.cause))
}

// call is a callback of the task's.
func (t *task) call(to *render.Component, run func(cb *Callback) error) Call {
	return Call{Name: t.name, isNamed: t.isNamed, component: to, Run: run}
}

// progress is the progress of a task. The task's mutex guards it.
type progress struct {
	newest, shown float64
	pending       bool // a message is under way
}

// leastProgress is the smallest step of progress that is shown.
const leastProgress = 1.0 / 1000

// report takes the progress that a function reports. At most one message is under way.
func (t *task) report(done float64) {
	t.mu.Lock()
	w, p := t.work, &t.progress
	p.newest = done
	quiet := p.pending || math.Abs(done-p.shown) < leastProgress && (done < 1 || p.shown == 1)
	if w == nil || t.returned || t.job.Progress == nil || quiet {
		t.mu.Unlock()
		return
	}
	p.pending = true
	t.mu.Unlock()
	w.view.deliver(t.call(w.component, t.advance), causedBy(t.cause))
}

// advance shows the newest progress.
func (t *task) advance(cb *Callback) error {
	t.mu.Lock()
	p := &t.progress
	p.pending, p.shown = false, p.newest
	show, keys, done := t.job.Progress, slices.Clone(t.keys), p.newest
	t.mu.Unlock()
	if show != nil {
		show(cb, keys, done)
	}
	return nil
}
