package handlers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sideband-go/sideband/sse"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// live is a view with what runs it: a mailbox, at most one goroutine that works it
// off, and the stream to the browser.
type live struct {
	kit      *Kit
	in       *views.Instance
	id       string // 16 random bytes
	epoch    string // "" as first mounted, else what tells its messages from earlier ones
	entry    *state.Entry
	identity string

	ready   chan struct{} // closed when a view that was mounted again is; else nil
	failure *refusal      // why it could not be; set before ready is closed

	mu        sync.Mutex
	queue     []job
	worker    uint64 // the goroutine that works; others have been abandoned
	busy      bool
	ended     bool
	dismissed bool      // the application has ended it
	last      []byte    // what streams get that come too late
	current   *deadline // of the callback under way
	clocks    clocks
	stream    *sse.Stream // open, nil without one
	aging     *time.Timer // ends the stream
	opened    time.Time   // when the first stream opened
	brief     bool        // there was one stream so far, it ended at once, and no event came meanwhile

	notice  atomic.Bool // the page shows one
	mounted atomic.Bool

	// Of the goroutine that works.
	out outbox
}

// job is what waits in a mailbox.
type job struct {
	run     func(l *live, worker uint64) // nil: message is run
	msg     views.Message
	ctx     context.Context // of an event; else nil
	posted  *views.Posted
	done    chan<- result // nil if nobody waits
	closing bool          // it is Close
}

// result is what the sender of an event is answered.
type result struct {
	ops       []byte // for the body, if no stream took them
	err       error
	unstarted bool // the job was not taken, and may go to another life of the view
}

// newID makes the id of a view.
func newID() string {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // it never fails
	return string(id)
}

// newLive makes a view that is not mounted yet, or nil if the kit is shut down. It
// counts among what Shutdown waits for until it has ended.
func newLive(k *Kit, def *views.Definition, id string) *live {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return nil
	}
	k.workers.Add(1)
	l := &live{kit: k, id: id}
	l.in = def.NewInstance(l, &k.host)
	return l
}

// Post queues a message. It never waits.
func (l *live) Post(m views.Message) error { return l.post(job{msg: m}) }

func (l *live) post(j job) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return views.ErrGone
	}
	if len(l.queue) >= l.kit.config.MaxQueue {
		l.kit.count.queueFull.Add(1)
		return views.ErrFull
	}
	l.enqueue(j)
	return nil
}

// must queues a step of the kit's own, of which there are few, whatever else waits. It
// reports false if the view has ended.
func (l *live) must(run func(l *live, me uint64)) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended {
		l.enqueue(job{run: run})
	}
	return !l.ended
}

// enqueue adds a job and starts a worker if none works. The caller holds mu.
func (l *live) enqueue(j job) {
	l.queue = append(l.queue, j)
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
	for {
		batch, ok := l.next(me)
		if !ok || !l.turn(me, batch) {
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
	return batch, true
}

func (j *job) isMessage() bool { return j.done == nil && j.run == nil }

// turn runs the callbacks of a batch and renders. It reports false if the worker
// was given up.
func (l *live) turn(me uint64, batch []job) bool {
	if j := batch[0]; j.run != nil {
		j.run(l, me)
		return l.mine(me)
	}
	before := l.in.Snapshot()
	var failed error
	for _, j := range batch {
		err := l.callback(j)
		if !l.mine(me) {
			return false // who waits was told by whoever gave the callback up
		}
		if err != nil && j.done == nil {
			l.kit.logMessage(l, err)
		}
		failed = err
		if err == nil && !l.drain(me) {
			return false
		}
	}
	last := batch[len(batch)-1]
	if last.done == nil {
		l.show(before)
		return true
	}
	res := l.answer(before, last.posted, failed)
	last.done <- res
	return true
}

// drain runs the messages that callbacks have sent to their own view.
func (l *live) drain(me uint64) bool {
	for n := 0; ; n++ {
		m, ok, err := l.in.Inbox(n)
		if err != nil {
			l.kit.logMessage(l, err)
		}
		if !ok {
			return true
		}
		if err := l.callback(job{msg: m}); err != nil {
			if !l.mine(me) {
				return false
			}
			l.kit.logMessage(l, err)
		}
	}
}

func (l *live) hasEnded() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ended
}

func (l *live) isDismissed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dismissed
}

func (l *live) mine(me uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.worker == me
}

// callback runs one callback under its deadline. When that passes and the callback
// goes on, it is given up: the sender gets its answer and another worker goes on.
func (l *live) callback(j job) error {
	ctx := newDeadline(j.ctx, l.kit.config.EventDeadline, func(c *deadline) { l.giveUp(c, j) })
	if !l.begin(ctx, j.closing) {
		ctx.end(context.Canceled)
		return views.ErrGone
	}
	err := l.in.Do(ctx, j.msg)
	if ctx.end(context.Canceled) { // else another worker may have begun another callback
		l.begin(nil, true)
	}
	return err
}

// begin notes the callback that begins. It reports false if the view has ended, when
// nothing but Close runs any more.
func (l *live) begin(ctx *deadline, closing bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended && !closing {
		return false
	}
	l.current = ctx
	return true
}

// giveUp is called when a callback has passed its deadline, or its view has ended.
func (l *live) giveUp(ctx *deadline, j job) {
	l.mu.Lock() // so that the worker finds out before it goes on
	given := l.in.Abandon(ctx)
	if given {
		l.start()
	}
	l.mu.Unlock()
	if !given {
		return
	}
	err := views.ErrGone
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = views.ErrDeadline
		l.kit.count.deadlines.Add(1)
		l.kit.log.Error("sideband: a callback ran past its deadline and was given up", "callback", j.msg.Name)
	}
	if j.done != nil {
		j.done <- result{err: fmt.Errorf("%s: %w", j.msg.Name, err)}
	}
}

// mount runs Mount for a request to the view's path, and renders the page if it is the
// first time.
func (l *live) mount(r *http.Request, query string) result {
	q, _ := url.ParseQuery(query) // what can't be read is left out, as in r.URL.Query
	in := views.Input{Path: r.PathValue, Query: q}
	return l.wait(job{ctx: context.WithoutCancel(r.Context()), msg: l.in.Mounting(in)})
}

// wait queues a job and waits until it is done.
func (l *live) wait(j job) result {
	done := make(chan result, 1)
	j.done = done
	if err := l.post(j); err != nil {
		return result{err: err, unstarted: !l.isDismissed()}
	}
	return <-done
}

// end ends the view: nothing more is taken, a callback under way is given up, the stream
// closes with a last message and nothing that waited, and Close runs last.
func (l *live) end(last []byte) {
	l.mu.Lock()
	if l.ended {
		l.mu.Unlock()
		return
	}
	l.ended, l.last = true, last
	// Streams whose turn has not come find out when it does.
	var dropped []job
	l.queue = slices.DeleteFunc(l.queue, func(j job) bool {
		if j.run == nil {
			dropped = append(dropped, j)
		}
		return j.run == nil
	})
	l.clocks.stop()
	current, st := l.current, l.stream
	l.stream = nil
	if l.aging != nil {
		l.aging.Stop()
		l.aging = nil
	}
	if m, ok := l.in.Closing(); ok && l.mounted.Load() {
		l.enqueue(job{run: func(l *live, _ uint64) {
			if err := l.callback(job{msg: m, closing: true}); err != nil {
				l.kit.logMessage(l, err)
			}
		}})
	}
	l.mu.Unlock()
	if current != nil {
		current.cut(context.Canceled)
	}
	l.kit.workers.Done()
	for _, j := range dropped {
		if j.done != nil {
			j.done <- result{err: views.ErrGone}
		}
	}
	if st != nil {
		st.FinishNow(last)
	}
}
