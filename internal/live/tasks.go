package live

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/sideband-go/sideband/internal/fault"
)

// tasks counts the goroutines of a view's background tasks. It does not refer to the view, so that a
// function that never returns does not keep the view in memory.
type tasks struct {
	ctx    context.Context // of the functions
	cancel context.CancelFunc

	mu      sync.Mutex
	running int
	ended   bool
	apart   map[string]int // the names of tasks that belong to no component; see View.Go
}

// goTask runs f on a goroutine of its own, with a context that ends with the view. f must not refer
// to the view, which would live as long as f runs. goTask returns fault.ErrGone or fault.ErrFull if
// it does not run f.
func (v *View) goTask(name string, f func(ctx context.Context)) error {
	v.mu.Lock()
	if v.ended.Load() {
		v.mu.Unlock()
		return fault.ErrGone
	}
	if v.tasks == nil {
		v.tasks = &tasks{}
		v.tasks.ctx, v.tasks.cancel = context.WithCancel(context.Background())
	}
	ts, h := v.tasks, v.host
	v.mu.Unlock()
	if err := ts.enter(h); err != nil {
		return err
	}
	n := h.names.enter(name)
	h.spawn(func() {
		defer h.workers.Done()
		defer ts.leave()
		defer h.names.leave(n)
		defer func() { // f guards its own calls of the application
			if r := recover(); r != nil {
				h.Log.Error("sideband: a background task panicked", "name", name, "panic", r, "stack", string(debug.Stack()))
			}
		}()
		f(ts.ctx)
	})
	return nil
}

// Go runs f as a background task that belongs to no component, with a context that ends with the view. It is safe for
// concurrent use, and returns fault.ErrGone or fault.ErrFull if it does not run f. f must not refer to the view.
func (v *View) Go(name string, f func(ctx context.Context)) error {
	return v.goApart(name, v.Apart(ActivityTask, "", name, nil), func(ctx context.Context) (int, error) {
		f(ctx)
		return 0, nil
	})
}

func (v *View) goApart(name string, a *Activity, f func(ctx context.Context) (int, error)) error {
	guard := v.host.Guard
	begun := make(chan *tasks, 1)
	err := v.goTask(name, func(ctx context.Context) {
		ts := <-begun
		defer ts.note(name, -1)
		defer func() {
			if p := recover(); p != nil {
				guard.Report(fmt.Errorf("%s: %w", name, guard.Panicked(p)))
			}
		}()
		observedTask(ctx, a, guard, f)
	})
	if err == nil {
		v.mu.Lock()
		ts := v.tasks
		v.mu.Unlock()
		ts.note(name, 1)
		begun <- ts
	}
	return err
}

// note counts a task that belongs to no component.
func (ts *tasks) note(name string, n int) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if ts.apart == nil {
		ts.apart = map[string]int{}
	}
	if ts.apart[name] += n; ts.apart[name] == 0 {
		delete(ts.apart, name)
	}
}

// names names the tasks that belong to no component.
func (ts *tasks) names() (names []string) {
	if ts == nil {
		return nil
	}
	ts.mu.Lock()
	defer ts.mu.Unlock()
	for name := range ts.apart {
		names = append(names, name)
	}
	return names
}

// enter counts a function that begins. Host.Wait waits for it.
func (ts *tasks) enter(h *Host) error {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	switch {
	case ts.ended:
		return fault.ErrGone
	case ts.running >= h.Tasks:
		increment(h.Count.TasksFull)
		return fault.ErrFull
	}
	ts.running++
	h.workers.Add(1) // the view, which has not ended, counts there too
	return nil
}

func (ts *tasks) leave() {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	ts.running--
}

// end cancels the functions' context, and lets no other begin.
func (ts *tasks) end() {
	if ts == nil {
		return
	}
	ts.mu.Lock()
	ts.ended = true
	ts.mu.Unlock()
	ts.cancel()
}

// taskNames names the running background tasks of all views, for the log at shutdown.
type taskNames struct {
	mu   sync.Mutex
	last uint64
	all  map[uint64]string
}

func (f *taskNames) enter(name string) uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.all == nil {
		f.all = map[uint64]string{}
	}
	f.last++
	f.all[f.last] = name
	return f.last
}

func (f *taskNames) leave(n uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.all, n)
}

// warn logs which tasks still run.
func (f *taskNames) warn(log *slog.Logger) {
	count := map[string]int{}
	f.mu.Lock()
	for _, name := range f.all {
		count[name]++
	}
	f.mu.Unlock()
	if len(count) == 0 {
		return
	}
	var list []string
	for name, n := range count {
		if n > 1 {
			name = fmt.Sprintf("%s (%d times)", name, n)
		}
		list = append(list, name)
	}
	slices.Sort(list)
	log.Warn("sideband: background tasks have not returned, though their contexts have ended", "names", list)
}
