package live

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/patch"
)

// job is an entry of a mailbox: a callback, or an internal function.
type job struct {
	run  func(v *View, gen uint64) // nil: call runs
	call Call
	ctx  context.Context // of an event; else nil
	done *waiter         // nil if nobody waits
	// activity is what an observer is told of; nil if there is none.
	activity *Activity
	counted  bool // it counts against the limit
	step     step // of run; 0: none
}

// request is what a request wants besides its callback.
type request struct {
	told       *patch.Posted // what the page's controls show; nil: nothing to correct
	served     *Served       // of View.Serve
	answer     answer
	at         string // the address where the browser was; "" if it is not known
	unscripted bool   // the page takes no patches
}

// noRequest is that of a job that nobody waits for. It is not changed.
var noRequest request

// request returns what the request wants that waits for the job.
func (j *job) request() *request {
	if j.done == nil {
		return &noRequest
	}
	return &j.done.request
}

// turn returns the memory of the turn that the job ends.
func (j *job) turn() *turn {
	if j.done == nil {
		return new(turn)
	}
	return &j.done.turn
}

// isMessage reports whether the job is a callback that nobody waits for: it shares a rendering.
func (j *job) isMessage() bool { return j.done == nil && j.run == nil }

// step is an internal job that waits in the mailbox at most once, however often it is asked for.
type step uint8

const (
	stepConnect  step = 1 << iota // adopt the connection that waits
	stepDrain                     // go on with a connection that was full
	stepInbox                     // run what components have sent while they were rendered
	stepAge                       // end a connection that is old
	stepRestart                   // drop the view
	stepRecovery                  // go on without a page's answers
)

// mailbox holds the jobs of a view, and the generation of its worker. The view's mutex guards it.
type mailbox struct {
	worker atomic.Uint64 // the generation of the worker; older ones are abandoned. Read without the mutex
	queue  []job
	calls  int    // counted jobs in the queue, which are bounded
	steps  step   // that are in the queue
	busy   bool   // a worker runs
	held   func() // in tests: is called instead of starting a worker; the test empties the queue
}

// maxBatch is how many messages share a rendering.
const maxBatch = 64

// take takes the batch before the next rendering: one job that somebody waits for, or the messages
// before it.
func (m *mailbox) take() []job {
	n := 1
	for n < len(m.queue) && n < maxBatch && m.queue[n-1].isMessage() && m.queue[n].isMessage() {
		n++
	}
	batch := m.queue[:n:n]
	m.queue = m.queue[n:]
	for _, j := range batch {
		if j.counted {
			m.calls--
		}
		m.steps &^= j.step
	}
	return batch
}

// dropCalls removes all callbacks from the queue.
func (m *mailbox) dropCalls() (dropped []job) {
	m.queue = slices.DeleteFunc(m.queue, func(j job) bool {
		if j.run == nil {
			dropped = append(dropped, j)
		}
		return j.run == nil
	})
	m.calls = 0
	return dropped
}

// post queues a callback. It never waits.
func (v *View) post(j job) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.ended.Load() {
		return fault.ErrGone
	}
	if v.mailbox.calls >= v.host.Queue {
		increment(v.host.Count.QueueFull)
		return fault.ErrFull
	}
	v.mailbox.calls++
	j.counted = true
	v.noteQueued(&j)
	v.enqueue(j)
	return nil
}

// wait queues a callback and waits until its turn is done.
func (v *View) wait(j job) Outcome {
	if j.done == nil {
		j.done = new(waiter)
	}
	w := j.done
	w.answered.Add(1)
	if err := v.post(j); err != nil {
		return Outcome{Err: err, Unstarted: true}
	}
	w.answered.Wait()
	return w.outcome
}

// waiter is a request that waits for its turn.
type waiter struct {
	request
	event    invocation // of an event
	answered sync.WaitGroup
	over     atomic.Bool
	outcome  Outcome

	// Memory of what there is one of for most requests.
	turn turn
	room [1]job // of the mailbox's queue
}

// answer gives a request its outcome. Only the first one counts.
func (w *waiter) answer(o Outcome) {
	if w.over.CompareAndSwap(false, true) {
		w.outcome = o
		w.answered.Done()
	}
}

// deliver queues the result of a background task, even in a full mailbox: there are no more results
// than tasks. If the view has ended, the result is dropped.
func (v *View) deliver(c Call, cause *Activity) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.ended.Load() {
		j := job{call: c, activity: cause}
		v.noteQueued(&j)
		v.enqueue(j)
	}
}

// postInternal queues an internal function, even in a full mailbox; it does not count against the
// limit. It reports false if the view has ended.
func (v *View) postInternal(run func(v *View, gen uint64)) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.ended.Load() {
		v.enqueue(job{run: run})
	}
	return !v.ended.Load()
}

// once queues a step, unless it waits already. The caller holds mu.
func (v *View) once(s step, run func(v *View, gen uint64)) {
	if !v.ended.Load() && v.mailbox.steps&s == 0 {
		v.mailbox.steps |= s
		v.enqueue(job{run: run, step: s})
	}
}

// enqueue adds a job and starts a worker if none runs. The caller holds mu.
func (v *View) enqueue(j job) {
	if v.mailbox.queue == nil && j.done != nil {
		v.mailbox.queue = j.done.room[:0]
	}
	v.mailbox.queue = append(v.mailbox.queue, j)
	v.wake()
}

// enqueueFirst is enqueue at the front of the queue.
func (v *View) enqueueFirst(j job) {
	v.mailbox.queue = slices.Insert(v.mailbox.queue, 0, j)
	v.wake()
}

func (v *View) wake() {
	switch {
	case v.mailbox.held != nil:
		v.mailbox.held()
	case !v.mailbox.busy:
		v.mailbox.busy = true
		v.startWorker()
	}
}

// startWorker starts a new worker and abandons the one before, if it still runs. The caller
// holds mu.
func (v *View) startWorker() {
	v.host.workers.Add(1)
	go v.work(v.mailbox.worker.Add(1))
}

// work takes one batch after the other, until the queue is empty.
func (v *View) work(gen uint64) {
	reserveStack(false)
	defer v.host.workers.Done()
	over := false
	defer func() {
		if !over {
			v.broken(gen, recover())
		}
	}()
	for {
		batch, ok := v.next(gen)
		if !ok || !v.take(gen, batch) || !v.afterRender(gen) || !v.saveDurable(gen) {
			over = true
			return
		}
	}
}

// next takes the next batch. It reports false if there is none, or if the worker was abandoned.
func (v *View) next(gen uint64) (batch []job, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	m := &v.mailbox
	if m.worker.Load() != gen {
		return nil, false
	}
	if len(m.queue) == 0 {
		m.busy, m.queue = false, nil
		return nil, false
	}
	return m.take(), true
}

// isCurrent reports whether the worker was not abandoned.
func (v *View) isCurrent(gen uint64) bool { return v.mailbox.worker.Load() == gen }

// turnStack is how much stack most turns need, with templates of some depth.
const turnStack = 12 << 10

// reserveStack gives its goroutine a stack for a turn in one step, while there is nothing on it. Otherwise
// it would grow in several, in the depth of a rendering, where each frame has to be moved and adjusted.
//
//go:noinline
func reserveStack(fill bool) byte {
	if !fill {
		return 0 // the frame alone does it
	}
	var frame [turnStack]byte
	for i := range frame {
		frame[i] = byte(i)
	}
	return frame[turnStack/2]
}
