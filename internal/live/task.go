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
	guard *fault.Guard
	name  string
	place *place // its goroutine, or that of who had its key before; of who runs the view

	mu       sync.Mutex
	work     *work             // nil before it is added, and when it is over
	job      scope.Job         // none when it is over
	target   *render.Component // who takes the result; nil: who has started it, or it is over
	keys     []any             // that nobody has taken away
	over     bool              // cancelled, or its result was taken
	returned bool
	cancel   context.CancelFunc
	progress progress
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

// loses takes a key away. It reports whether the task is over.
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

// stop is drop for who does not know the work.
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
	defer func() {
		if p := recover(); p != nil {
			err = t.guard.Panicked(p)
			t.guard.Report(fmt.Errorf("%s: %w", t.name, err))
		}
		t.finish(v, err)
	}()
	v, err = f(scope.WithProgress(ctx, t.report))
}

// begin returns what is to be done, nil if the task is over.
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
		to = w.part
	}
	w.view.deliver(Call{Name: t.name, part: to, Run: func(cb *Callback) error {
		job, keys, ok := w.take(t)
		if !ok {
			return nil
		}
		if len(keys) > 0 {
			r := &result{work: w, job: job, keys: keys, value: v, err: err}
			cb.OnCommit(r.noted)
		}
		return job.Done(cb, keys, v, err)
	}})
}

// progress is how far a task is. The task's mutex guards it.
type progress struct {
	newest, shown float64
	pending       bool // a message is under way
}

// leastProgress is what is too little to be shown.
const leastProgress = 1.0 / 1000

// report takes what a function says of its progress. At most one message is under way.
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
	w.view.deliver(Call{Name: t.name, part: w.part, Run: t.advance})
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
