package handlers

import (
	"context"
	"crypto/rand"
	"net/http"
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
	query    string // of the page's address
	dropped  error  // what is wrong with the first page's HTML
	address  string // what those of its events and stream begin with

	ready    chan struct{} // closed when a view that was mounted again is; else nil
	failure  *refusal      // why it could not be; set before ready is closed
	awaiting atomic.Int64  // requests that wait for ready

	mu      sync.Mutex
	queue   []job
	waiting int    // callbacks in the queue, which are bounded
	steps   step   // that are in the queue
	worker  uint64 // the goroutine that works; others have been abandoned
	busy    bool
	ended   bool
	last    []byte    // what streams get that come too late
	current *deadline // of the callback under way
	turn    *turn     // under way; nil if nobody waits for it
	clocks  clocks
	beside  *beside         // nil if nothing was started
	joining *connecting     // the newest stream that waits for its turn; nil without one
	stream  *sse.Connection // open, nil without one
	at      position        // what it was opened with
	aging   *time.Timer     // ends the stream
	old     *sse.Connection // is to be ended by stepAge
	opened  time.Time       // when the first stream opened
	brief   bool            // there was one stream so far, it ended at once, and no event came meanwhile

	notice  atomic.Bool // the page shows one
	mounted atomic.Bool
	bytes   atomic.Int64          // what it held when its page was rendered
	spoken  atomic.Bool           // a stream has carried a message of the view
	probe   atomic.Pointer[Probe] // in tests

	// Of the goroutine that works.
	out outbox
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

func (l *live) hasEnded() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ended
}

// mount runs Mount with the parameters that middleware has let through, and renders the page
// if it is the first time. carried is what the page before wanted to be said.
func (l *live) mount(r *http.Request, carried []views.FlashMessage) result {
	q := r.URL.Query()
	q.Del(streamParam)
	in := views.Input{Path: r.PathValue, Query: q}
	l.address = l.kit.address(r)
	l.in.PostTo(l.address)
	return l.wait(job{ctx: context.WithoutCancel(r.Context()), msg: l.in.Mounting(in).Carrying(carried)})
}

// end ends the view: nothing more is taken, a callback under way is given up, the stream
// closes with a last message and nothing that waited, and Close runs last.
func (l *live) end(last []byte) { l.endWith(last, 0) }

// endWith is end with a pause before the last message, in which the stream is silent.
func (l *live) endWith(last []byte, pause time.Duration) {
	l.mu.Lock()
	if l.ended {
		l.mu.Unlock()
		return
	}
	l.ended, l.last = true, last
	var dropped []job
	l.queue = slices.DeleteFunc(l.queue, func(j job) bool {
		if j.run == nil {
			dropped = append(dropped, j)
		}
		return j.run == nil
	})
	l.waiting = 0
	l.clocks.stop()
	current, functions := l.current, l.beside
	var streams []*sse.Connection
	if l.stream != nil {
		streams = append(streams, l.stream)
	}
	if l.joining != nil {
		streams = append(streams, l.joining.stream)
	}
	l.stream, l.joining, l.old = nil, nil, nil
	if l.aging != nil {
		l.aging.Stop()
		l.aging = nil
	}
	l.mu.Unlock()
	functions.end()
	if current != nil {
		current.cut(context.Canceled)
	}
	if closing := l.in.End(); closing != nil && l.mounted.Load() {
		l.mu.Lock()
		for _, m := range closing {
			l.enqueue(job{run: func(l *live, me uint64) { l.close(me, m) }})
		}
		l.mu.Unlock()
	}
	l.kit.workers.Done()
	for _, j := range dropped {
		if j.done != nil {
			j.done <- result{err: views.ErrGone, unstarted: true}
		}
	}
	for _, st := range streams {
		if pause > 0 {
			st.Discard()
			time.AfterFunc(pause, func() { st.FinishNow(last) })
		} else {
			st.FinishNow(last)
		}
	}
}

// close runs what a view or one of its components has for its end.
func (l *live) close(me uint64, m views.Message) {
	if err := l.callback(job{msg: m}); err != nil && l.mine(me) {
		l.kit.logMessage(l, err)
	}
}
