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

// tasks are the goroutines of a view's background tasks. It does not know the view, which must
// not be kept by a function that never returns.
type tasks struct {
	ctx    context.Context // of the functions
	cancel context.CancelFunc

	mu      sync.Mutex
	running int
	ended   bool
}

// goTask runs f on a goroutine of its own. Its context ends with the view. What f refers to
// outlives the view if f does. It returns fault.ErrGone or fault.ErrFull if it does not.
func (v *View) goTask(name string, f func(ctx context.Context)) error {
	v.mu.Lock()
	if v.ended {
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
		defer func() { // what f calls of the application's is guarded in there
			if r := recover(); r != nil {
				h.Log.Error("sideband: a background task panicked", "name", name, "panic", r, "stack", string(debug.Stack()))
			}
		}()
		f(ts.ctx)
	})
	return nil
}

// enter counts a function that begins. Wait waits for it, if its time allows.
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

// end tells the functions to return, and lets no other begin.
func (ts *tasks) end() {
	if ts == nil {
		return
	}
	ts.mu.Lock()
	ts.ended = true
	ts.mu.Unlock()
	ts.cancel()
}

// taskNames names the background tasks of all views that run, for who waits for them.
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
