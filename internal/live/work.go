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
	view      *View
	component *render.Component

	mu      sync.Mutex // before that of a task
	over    bool
	all     map[*task]struct{}
	newest  map[any]*task // of each key; it may have been cancelled
	waiting []*task       // for the connection, in order
}

// workOf returns the background tasks of a component; nil if it never had one.
func workOf(c *render.Component) *work {
	w, _ := c.Tasks().(*work)
	return w
}

// startAll starts and cancels the tasks that a callback of the component has asked for. Only the
// worker may call it, like startWaiting.
func (v *View) startAll(c *render.Component, jobs []scope.Job, cause any) {
	for _, j := range jobs {
		if j.Run != nil {
			v.startTask(c, &task{guard: v.host.Guard, name: j.Name, isNamed: true, job: j, keys: j.Keys, cause: cause})
		} else if w := workOf(c); w != nil {
			w.release(j.Keys)
		}
	}
}

// startTask starts a task, or has it wait for the connection.
func (v *View) startTask(c *render.Component, t *task) {
	w := workOf(c)
	if w == nil || w.isOver() {
		w = &work{view: v, component: c, all: map[*task]struct{}{}, newest: map[any]*task{}}
		c.SetTasks(w)
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

// startWaiting starts the tasks that have waited for the connection.
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
		Run: run,
		Done: func(w scope.Writer, _ []any, v any, err error) error {
			cb := w.(*Callback)
			if !cb.IsHooked() {
				return done(cb, v, err)
			}
			return cb.Pass(KindMessage, methodOf(name), func() error { return done(cb, v, err) })
		},
	}}
	t.cause = cb.view.causeOf(cb)
	cb.OnCommit(func() { cb.view.startTask(cb.component, t) })
	return t.stop
}

func (w *work) isOver() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.over
}

// add adds a task, which supersedes others with the same keys. It reports false if it must not run.
func (w *work) add(t *task) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over || !t.joins(w) {
		return false
	}
	for _, k := range t.keys {
		if before := w.newest[k]; before != nil && before.loses(k) {
			delete(w.all, before)
			t.slot = before.slot
		}
		w.newest[k] = t
	}
	w.all[t] = struct{}{}
	return true
}

// release takes keys from the tasks that have them.
func (w *work) release(keys []any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, k := range keys {
		if t := w.newest[k]; t != nil && t.loses(k) {
			delete(w.all, t)
		}
	}
}

// launch gives a task a goroutine. If there are too many, it gets the slot of a task that it has
// superseded: one that was cancelled but has not returned yet.
func (w *work) launch(t *task) {
	call := t.call(nil, nil)
	if t.activity = w.view.Apart(ActivityTask, "", call.method(), t.cause); t.activity != nil && !w.component.IsPage() {
		t.activity.Component = w.component.Kind().Type.String()
	}
	s := &slot{next: t}
	err := w.view.goTask(t.name, s.work)
	switch {
	case err == nil:
		t.slot = s
	case !errors.Is(err, fault.ErrFull):
		w.forget(t)
	case !t.slot.assign(t):
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

// take ends a task for its result, and returns the keys that it still has. It reports false if the
// task was cancelled.
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

// stop cancels all tasks, and accepts no more.
func (w *work) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for t := range w.all {
		t.drop()
	}
	w.over, w.all, w.newest = true, nil, nil
}

// slot is the goroutine of a background task. It runs one task, and then those that were assigned to
// it because its task was cancelled. It must not refer to the view, which may end long before a
// function returns.
type slot struct {
	mu   sync.Mutex
	next *task
	over bool
}

// assign makes t the next task. It reports false if the slot is gone or taken.
func (s *slot) assign(t *task) bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over || s.next != nil && !s.next.isOver() {
		return false
	}
	s.next = t
	return true
}

func (s *slot) takeNext() *task {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.next
	s.next, s.over = nil, t == nil
	return t
}

func (s *slot) work(ctx context.Context) {
	defer func() { // a function may end its goroutine
		for t := s.takeNext(); t != nil; t = s.takeNext() {
			t.finish(nil, errNoReturn)
		}
	}()
	for t := s.takeNext(); t != nil; t = s.takeNext() {
		t.run(ctx)
	}
}
