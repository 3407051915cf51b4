package handlers

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// task is one worker of one view.
type task struct {
	l  *live
	me uint64
}

// runners are the goroutines that workers run on. One that has nothing to do waits a
// moment for the next worker of any view: a new goroutine would have to grow its stack
// anew for each event. They are no pool with a size: a worker never waits for one.
type runners struct {
	idle  chan task
	over  chan struct{}
	ended *sync.Once
	calm  *calm
}

func newRunners() runners {
	return runners{make(chan task), make(chan struct{}), new(sync.Once), new(calm)}
}

// lull is how long a goroutine waits for more work before it ends.
const lull = time.Second

func (r runners) run(t task) {
	if r.calm.on.Load() {
		r.calm.on.Store(false)
	}
	select {
	case r.idle <- t:
	default:
		go r.work(t)
	}
}

func (r runners) work(t task) {
	rest := time.NewTimer(lull)
	defer rest.Stop()
	for {
		t.l.work(t.me)
		t = task{} // a view must not be kept by who waits
		rest.Reset(lull)
		if !r.rest(rest.C, &t) {
			return
		}
	}
}

// rest waits for the next task. It reports false if there is none.
func (r runners) rest(over <-chan time.Time, t *task) bool {
	r.calm.resting.Add(1)
	defer r.calm.resting.Add(-1)
	if r.calm.on.Load() {
		return false
	}
	select {
	case *t = <-r.idle:
		return t.l != nil
	case <-over:
	case <-r.over:
	}
	return false
}

// end ends the goroutines that wait, and those that will.
func (r runners) end() { r.ended.Do(func() { close(r.over) }) }

// calm is what tests need who must not leave goroutines: until there is work again, none
// waits for it.
type calm struct {
	on      atomic.Bool
	resting atomic.Int64
}

// settle ends the goroutines that wait, and those that come to wait until there is work.
func (r runners) settle() {
	r.calm.on.Store(true)
	for r.calm.resting.Load() > 0 {
		select {
		case r.idle <- task{}:
		default:
			runtime.Gosched()
		}
	}
}
