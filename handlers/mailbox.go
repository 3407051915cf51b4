package handlers

import (
	"context"
	"errors"
	"slices"

	"github.com/sideband-go/sideband/views"
)

// job is what waits in a mailbox.
type job struct {
	run     func(l *live, worker uint64) // nil: message is run
	msg     views.Message
	ctx     context.Context // of an event; else nil
	posted  *views.Posted
	done    chan<- result // nil if nobody waits
	counted bool          // among those whose number is bounded
	step    step          // that run is; 0: none
}

// step is something of the kit's own that a view is to do when it is its turn. However often
// it is asked for, it waits in the mailbox once.
type step uint8

const (
	stepConnect step = 1 << iota // take the stream that waits
	stepDrain                    // go on with a stream that was full
	stepInbox                    // run what components have sent while they were rendered
	stepAge                      // end a stream that is old
	stepRestart                  // drop the view
)

// result is what the sender of an event is answered.
type result struct {
	ops       []byte // for the body, if no stream took them
	err       error
	away      *views.Departure // another page is to be loaded; nil if not
	unstarted bool             // the job was not taken
}

// Post queues a message. It never waits.
func (l *live) Post(m views.Message) error { return l.post(job{msg: m}) }

func (l *live) post(j job) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return views.ErrGone
	}
	if l.waiting >= l.kit.config.Limits.Queue {
		increment(&l.kit.stats.QueueFull)
		return views.ErrFull
	}
	l.waiting++
	j.counted = true
	l.enqueue(j)
	return nil
}

// must queues what the kit waits for itself, whatever else waits; it takes no place of a
// callback. It reports false if the view has ended.
func (l *live) must(run func(l *live, me uint64)) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended {
		l.enqueue(job{run: run})
	}
	return !l.ended
}

// once queues a step of the kit's own, unless it waits already. The caller holds mu.
func (l *live) once(s step, run func(l *live, me uint64)) {
	if !l.ended && l.steps&s == 0 {
		l.steps |= s
		l.enqueue(job{run: run, step: s})
	}
}

// enqueue adds a job and starts a worker if none works. The caller holds mu.
func (l *live) enqueue(j job) {
	l.queue = append(l.queue, j)
	l.awake()
}

// enqueueFirst is enqueue for what comes before all that waits.
func (l *live) enqueueFirst(j job) {
	l.queue = slices.Insert(l.queue, 0, j)
	l.awake()
}

func (l *live) awake() {
	if !l.busy {
		l.busy = true
		l.start()
	}
}

// start begins a new worker; the one before, if it still runs, is given up. The
// caller holds mu.
func (l *live) start() {
	l.worker++
	l.kit.workers.Add(1)
	l.kit.runners.run(task{l, l.worker})
}

// work does what is queued, one job after the other, and ends when there is nothing left.
func (l *live) work(me uint64) {
	defer l.kit.workers.Done()
	over := false
	defer func() {
		if !over {
			l.broken(me, recover())
		}
	}()
	for {
		batch, ok := l.next(me)
		if !ok || !l.take(me, batch) {
			over = true
			return
		}
	}
}

// maxBatch is how many messages share a rendering.
const maxBatch = 64

// next takes what is to be done before the next rendering: one job that somebody
// waits for, or the messages up to it.
func (l *live) next(me uint64) (batch []job, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.worker != me {
		return nil, false
	}
	if len(l.queue) == 0 {
		l.busy, l.queue = false, nil
		return nil, false
	}
	n := 1
	for n < len(l.queue) && n < maxBatch && l.queue[n-1].isMessage() && l.queue[n].isMessage() {
		n++
	}
	batch = l.queue[:n:n]
	l.queue = l.queue[n:]
	for _, j := range batch {
		if j.counted {
			l.waiting--
		}
		l.steps &^= j.step
	}
	return batch, true
}

func (j *job) isMessage() bool { return j.done == nil && j.run == nil }

// take runs the callbacks of a batch and renders. It reports false if the worker
// was given up.
func (l *live) take(me uint64, batch []job) bool {
	if j := batch[0]; j.run != nil {
		j.run(l, me)
		return l.mine(me)
	}
	last := batch[len(batch)-1]
	if last.done != nil && !l.follows() {
		l.startOver(errBehind)
		last.done <- result{err: views.ErrGone, unstarted: true}
		return true
	}
	l.in.Begin()
	t := &turn{done: last.done, posted: last.posted, cause: last.ctx}
	l.begins(t)
	for i, j := range batch {
		t.rest = batch[i+1:]
		err := l.upToDate(me, j.msg)
		if err == nil {
			err = l.callback(j)
		}
		if !l.mine(me) {
			return false
		}
		if j.done != nil && l.mustStartOver(err) {
			l.begins(nil)
			j.done <- result{err: views.ErrGone, unstarted: true}
			return true
		}
		if errors.Is(err, views.ErrNoComponent) {
			l.kit.log.Info("sideband: for a component that is not there", "view", l.in.Definition().Name(), "err", err)
			err = nil
		}
		if err != nil && j.done == nil {
			l.kit.logMessage(l, err)
		}
		t.failed = err
		if err == nil && !l.drain(me) {
			return false
		}
	}
	return l.finish(me, t)
}

// turn is what is under way: the callbacks of a batch, and the rendering after them.
type turn struct {
	done      chan<- result // nil if nobody waits
	posted    *views.Posted
	cause     context.Context // of the request that it is for; nil without one
	failed    error
	rest      []job // of the batch
	rendering bool
}

// begins notes the turn, for whoever gives its worker up.
func (l *live) begins(t *turn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn = t
}

// finish renders and tells who waits. It reports false if the worker was given up.
func (l *live) finish(me uint64, t *turn) bool {
	if t.rendering { // it was given up in the middle, with what was to be said
		l.notice.Store(true)
	} else {
		t.rendering = true
		l.settleTyping(t.posted)
	}
	if t.done == nil {
		return l.show(me)
	}
	res := l.answer(me, t.posted, t.failed)
	if !l.mine(me) {
		return false
	}
	l.begins(nil)
	t.done <- res
	return true
}

// drain runs the messages that callbacks have sent to their own view. It reports false if
// the worker was given up.
func (l *live) drain(me uint64) bool {
	for {
		m, ok, err := l.in.Inbox()
		if err != nil {
			l.kit.logMessage(l, err)
		}
		if !ok {
			return true
		}
		err = l.callback(job{msg: m})
		if !l.mine(me) {
			return false
		}
		if err != nil {
			l.kit.logMessage(l, err)
		}
	}
}

func (l *live) mine(me uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.worker == me
}

// wait queues a job and waits until it is done.
func (l *live) wait(j job) result {
	done := make(chan result, 1)
	j.done = done
	if err := l.post(j); err != nil {
		return result{err: err, unstarted: true}
	}
	return <-done
}
