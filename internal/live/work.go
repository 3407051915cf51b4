package live

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/internal/scope"
)

// work is the background tasks of one component, from their start until their results are
// taken. It ends with the component.
type work struct {
	view *View
	part *render.Component

	mu      sync.Mutex // before that of a task
	over    bool
	all     map[*task]struct{}
	newest  map[any]*task // of each key; it may have been cancelled
	waiting []*task       // for the connection, in order
}

// workOf is the background tasks of a component; nil if it never had one.
func workOf(c *render.Component) *work {
	w, _ := c.Tasks.(*work)
	return w
}

// startAll does what a callback of the component has asked for. It belongs to who runs the
// view, as startWaiting does.
func (v *View) startAll(c *render.Component, jobs []scope.Job) {
	for _, j := range jobs {
		if j.Run != nil {
			v.startTask(c, &task{guard: v.host.Guard, name: j.Name, job: j, keys: j.Keys})
		} else if w := workOf(c); w != nil {
			w.release(j.Keys)
		}
	}
}

// startTask begins a task, or lets it wait for the connection.
func (v *View) startTask(c *render.Component, t *task) {
	w := workOf(c)
	if w == nil || w.isOver() {
		w = &work{view: v, part: c, all: map[*task]struct{}{}, newest: map[any]*task{}}
		c.Tasks = w
		c.OnEnd([]*render.Ending{{F: w.stop}})
	}
	if !w.add(t) {
		return
	}
	if t.job.WhenConnected && !v.connected.Load() {
		w.waiting = slices.DeleteFunc(w.waiting, (*task).isOver)
		w.waiting = append(w.waiting, t)
		return
	}
	w.launch(t)
}

// startWaiting begins what has waited for the connection to open.
func (v *View) startWaiting() {
	for _, c := range v.tree.All() {
		w := workOf(c)
		if w == nil {
			continue
		}
		list := w.waiting
		w.waiting = nil
		for _, t := range list {
			if !t.isOver() {
				w.launch(t)
			}
		}
	}
}

// Start starts a background task for the component of a callback that has succeeded, unless
// cancel is called before. done takes the result in a callback of the component to.
func (cb *Callback) Start(name string, to *render.Component, run func(ctx context.Context) (any, error), done func(cb *Callback, v any, err error) error) (cancel func()) {
	cb.Check()
	t := &task{guard: cb.view.host.Guard, name: name, target: to, job: scope.Job{
		Run:  run,
		Done: func(w scope.Writer, _ []any, v any, err error) error { return done(w.(*Callback), v, err) },
	}}
	cb.OnCommit(func() { cb.view.startTask(cb.part, t) })
	return t.stop
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
	err := w.view.goTask(t.name, p.work)
	switch {
	case err == nil:
		t.place = p
	case !errors.Is(err, fault.ErrFull):
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
func (w *work) take(t *task) (job scope.Job, keys []any, ok bool) {
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

// place is the goroutine of a background task. It does one task, and then those that have been
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
