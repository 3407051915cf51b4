package handlers

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/sideband-go/sideband/views"
)

// beside is what runs beside a view's callbacks. It does not know the view, which must
// not be kept by a function that never returns.
type beside struct {
	ctx    context.Context // of the functions
	cancel context.CancelFunc

	mu      sync.Mutex
	running int
	ended   bool
}

// Go runs f beside the view. Its context ends with the view.
func (l *live) Go(name string, f func(ctx context.Context)) error {
	l.mu.Lock()
	if l.ended {
		l.mu.Unlock()
		return views.ErrGone
	}
	if l.beside == nil {
		l.beside = &beside{}
		l.beside.ctx, l.beside.cancel = context.WithCancel(context.Background())
	}
	b, k := l.beside, l.kit
	l.mu.Unlock()
	if err := b.enter(k); err != nil {
		return err
	}
	n := k.functions.enter(name)
	go func() {
		defer k.workers.Done()
		defer b.leave()
		defer k.functions.leave(n)
		defer func() { // what f calls of the application's is guarded in there
			if r := recover(); r != nil {
				k.log.Error("sideband: a function beside a view panicked", "name", name, "panic", r, "stack", string(debug.Stack()))
			}
		}()
		f(b.ctx)
	}()
	return nil
}

// enter counts a function that begins. Shutdown waits for it, if its time allows.
func (b *beside) enter(k *Kit) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.ended:
		return views.ErrGone
	case b.running >= k.config.Limits.Tasks:
		increment(&k.stats.TasksFull)
		return views.ErrFull
	}
	b.running++
	k.workers.Add(1) // the view, which has not ended, counts there too
	return nil
}

func (b *beside) leave() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.running--
}

// end tells the functions to return, and lets no other begin.
func (b *beside) end() {
	if b == nil {
		return
	}
	b.mu.Lock()
	b.ended = true
	b.mu.Unlock()
	b.cancel()
}

// Deliver queues the result of a function, whatever else waits: there are no more of them
// than functions. If the view has ended it is dropped.
func (l *live) Deliver(m views.Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended {
		l.enqueue(job{msg: m})
	}
}

// functions are those that run beside all views, for Shutdown to name.
type functions struct {
	mu   sync.Mutex
	last uint64
	all  map[uint64]string
}

func (f *functions) enter(name string) uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.all == nil {
		f.all = map[uint64]string{}
	}
	f.last++
	f.all[f.last] = name
	return f.last
}

func (f *functions) leave(n uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.all, n)
}

// warn logs which functions still run.
func (f *functions) warn(log *slog.Logger) {
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
	log.Warn("sideband: functions that views have started have not returned, though their contexts have ended", "names", list)
}
