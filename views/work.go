package views

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/sideband-go/sideband/state"
)

// work is what goes on beside the view for one component: its tasks, from their start
// until their results are taken. It ends with the component.
type work struct {
	part *component

	mu      sync.Mutex // before that of a task
	over    bool
	all     map[*task]struct{}
	newest  map[any]*task // of each key; it may have been cancelled
	waiting []*task       // for the stream, in order
}

// startJobs does what a callback of the component has asked for. It belongs to who runs
// the view, as startWaiting does.
func (c *component) startJobs(jobs []state.Job) {
	for _, j := range jobs {
		if j.Run != nil {
			c.start(&task{host: c.in.host, name: j.Name, job: j, keys: j.Keys})
		} else if c.work != nil {
			c.work.release(j.Keys)
		}
	}
}

// start begins a task, or lets it wait for the stream.
func (c *component) start(t *task) {
	w := c.work
	if w == nil || w.isOver() {
		w = &work{part: c, all: map[*task]struct{}{}, newest: map[any]*task{}}
		c.work = w
		c.onEnd([]*ending{{f: w.stop}})
	}
	if !w.add(t) {
		return
	}
	if t.job.WhenConnected && !c.in.connected.Load() {
		w.waiting = slices.DeleteFunc(w.waiting, (*task).isOver)
		w.waiting = append(w.waiting, t)
		return
	}
	w.launch(t)
}

// StartWaiting begins what has waited for the stream to open.
func (in *Instance) StartWaiting() {
	for _, c := range in.all {
		if c.work == nil {
			continue
		}
		list := c.work.waiting
		c.work.waiting = nil
		for _, t := range list {
			if !t.isOver() {
				c.work.launch(t)
			}
		}
	}
}

func (w *work) isOver() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.over
}

// add takes in a task, which supersedes others. It reports false if it is not to run.
func (w *work) add(t *task) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over || !t.joins(w) {
		return false
	}
	for _, k := range t.keys {
		if before := w.newest[k]; before != nil && before.loses(k) {
			delete(w.all, before)
			t.place = before.place
		}
		w.newest[k] = t
	}
	w.all[t] = struct{}{}
	return true
}

// release takes keys away from the tasks that have them.
func (w *work) release(keys []any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, k := range keys {
		if t := w.newest[k]; t != nil && t.loses(k) {
			delete(w.all, t)
		}
	}
}

// launch gives a task a goroutine. If there are too many, it gets the place of a task
// that it has superseded: one that has been cancelled but has not returned yet.
func (w *work) launch(t *task) {
	p := &place{next: t}
	err := w.part.in.runner.Go(t.name, p.work)
	switch {
	case err == nil:
		t.place = p
	case !errors.Is(err, ErrFull):
		w.forget(t)
	case !t.place.take(t):
		t.finish(nil, err)
	}
}

// forget cancels a task.
func (w *work) forget(t *task) {
	w.mu.Lock()
	delete(w.all, t)
	w.mu.Unlock()
	t.drop()
}

// take ends a task whose result is to be used, and returns the keys that it still has. It
// reports false if it was cancelled.
func (w *work) take(t *task) (job state.Job, keys []any, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.all, t)
	job, keys, ok = t.drop()
	for _, k := range keys {
		if w.newest[k] == t {
			delete(w.newest, k)
		}
	}
	return job, keys, ok
}

// stop cancels everything, for good.
func (w *work) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for t := range w.all {
		t.drop()
	}
	w.over, w.all, w.newest = true, nil, nil
}

// place is a goroutine beside the view. It does one task, and then those that have been
// given the place of one that was cancelled. What runs on it must not keep the view, which
// may end long before a function returns.
type place struct {
	mu   sync.Mutex
	next *task
	over bool
}

// take makes t the next task; it reports false if the place is gone or taken.
func (p *place) take(t *task) bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over || p.next != nil && !p.next.isOver() {
		return false
	}
	p.next = t
	return true
}

func (p *place) turn() *task {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.next
	p.next, p.over = nil, t == nil
	return t
}

func (p *place) work(ctx context.Context) {
	defer func() { // a function may end its goroutine
		for t := p.turn(); t != nil; t = p.turn() {
			t.finish(nil, errNoReturn)
		}
	}()
	for t := p.turn(); t != nil; t = p.turn() {
		t.run(ctx)
	}
}

var errNoReturn = errors.New("views: the function ended its goroutine")

// task is one job under way.
type task struct {
	host  *Host
	name  string
	place *place // its goroutine, or that of who had its key before; of who runs the view

	mu       sync.Mutex
	work     *work      // nil before it is added, and when it is over
	job      state.Job  // none when it is over
	target   *component // who takes the result; nil: who has started it, or it is over
	keys     []any      // that nobody has taken away
	over     bool       // cancelled, or its result was taken
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
func (t *task) drop() (job state.Job, keys []any, ok bool) {
	t.mu.Lock()
	job, keys, ok = t.job, t.keys, !t.over
	cancel := t.cancel
	t.work, t.job, t.target, t.keys, t.over = nil, state.Job{}, nil, nil, true
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
			err = &PanicError{p, debug.Stack()}
			t.host.Report(fmt.Errorf("%s: %w", t.name, err))
		}
		t.finish(v, err)
	}()
	v, err = f(state.WithProgress(ctx, t.report))
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
	to.deliver(t.name, func(s *Socket) error {
		job, keys, ok := w.take(t)
		if !ok {
			return nil
		}
		if len(keys) > 0 {
			r := &result{work: w, job: job, keys: keys, value: v, err: err}
			s.OnCommit(r.noted)
		}
		return job.Done(s, keys, v, err)
	})
}

// result is one that was taken in the turn under way. If the view can't be rendered with
// it, it is taken once more, without what else the turn has brought; and if it still can't
// be, as a failure, so that nothing is on its way for ever.
type result struct {
	work  *work
	job   state.Job
	keys  []any
	value any
	err   error
	again bool
}

var errNotShown = errors.New("views: the page can't be rendered with the result")

// noted sees to it that Undo takes the result again.
func (r *result) noted() {
	c := r.work.part
	c.in.undo.results = append(c.in.undo.results, Message{Name: r.job.Name, part: c, Run: r.retake})
}

func (r *result) retake(s *Socket) error {
	if r.again {
		r.value, r.err = nil, errNotShown
	} else {
		r.again = true
		s.OnCommit(r.noted)
	}
	keys := r.work.unclaimed(r.keys)
	if len(keys) == 0 {
		return nil
	}
	return r.job.Done(s, keys, r.value, r.err)
}

// unclaimed are those of the keys that no newer task has.
func (w *work) unclaimed(keys []any) []any {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(keys), func(k any) bool {
		t := w.newest[k]
		return t != nil && !t.isOver()
	})
}

func (c *component) deliver(name string, f func(s *Socket) error) {
	c.in.runner.Deliver(Message{Name: name, part: c, Run: f})
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
	w.part.deliver(t.name, t.advance)
}

// advance shows the newest progress.
func (t *task) advance(s *Socket) error {
	t.mu.Lock()
	p := &t.progress
	p.pending, p.shown = false, p.newest
	show, keys, done := t.job.Progress, slices.Clone(t.keys), p.newest
	t.mu.Unlock()
	if show != nil {
		show(s, keys, done)
	}
	return nil
}
