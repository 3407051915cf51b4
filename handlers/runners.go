package handlers

import (
	"sync"
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
}

func newRunners() runners {
	return runners{make(chan task), make(chan struct{}), new(sync.Once)}
}

// lull is how long a goroutine waits for more work before it ends.
const lull = time.Second

func (r runners) run(t task) {
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
		select {
		case t = <-r.idle:
		case <-rest.C:
			return
		case <-r.over:
			return
		}
	}
}

// end ends the goroutines that wait, and those that will.
func (r runners) end() { r.ended.Do(func() { close(r.over) }) }
