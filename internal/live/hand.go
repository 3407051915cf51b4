package live

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/patch"
)

// Hand drives a view step by step, for tests of callbacks and renderings: nothing runs unless the
// test says so. Only one goroutine may use it, except for the methods of View that are safe for
// concurrent use.
type Hand struct {
	*View
	// Tree is what the view renders.
	Tree *render.Tree
	// Tasks are the background tasks that the view has started and the test has not run.
	Tasks []func()

	full     bool // the view's mutex guards it, and what follows
	restarts int
}

// NewHand returns a view that a test drives. report takes errors that nobody waits for.
func NewHand(def *Definition, report func(error)) *Hand {
	none := func() *uint64 { return new(uint64) }
	h := NewHost(Config{
		Guard: &fault.Guard{Report: report}, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Texts: protocol.DefaultTexts(), Messages: protocol.NewMessages(protocol.DefaultTexts()),
		EventDeadline: 10 * time.Second, ConnectionAge: time.Hour, Queue: 1 << 30, Timers: 1000, Tasks: 32,
		Count:  Counters{none(), none(), none(), none(), none(), none()},
		Warn:   func(*View, render.Rendering) {},
		Excuse: func(string) {},
	})
	v := h.New(def)
	hand := &Hand{View: v, Tree: v.tree}
	v.mailbox.held = hand.takeRestart
	h.spawn = func(f func()) { hand.Tasks = append(hand.Tasks, f) }
	return hand
}

// SetID gives the view the id of another one, as if that had been remounted.
func (h *Hand) SetID(id string) { h.id = id }

// Mounting returns the callback that mounts the page.
func (h *Hand) Mounting(in params.Input) Call {
	return Call{Name: h.def.Name() + ".Mount", Run: func(cb *Callback) error { return h.mount(cb, in) }}
}

// Event returns the callback of an event of the page, or of the component at an address.
func (h *Hand) Event(name, component string, in params.Input) (Call, error) {
	return h.event(new(invocation), Event{Name: name, Component: component, Input: in})
}

// Run runs a callback as a transaction; that of an event with all that belongs to it.
func (h *Hand) Run(ctx context.Context, c Call) error {
	return runCall(c, func(c Call) error { return h.run(ctx, new(Callback), c) })
}

// Abandon gives up the callback that runs with ctx, as View.abandon does.
func (h *Hand) Abandon(ctx context.Context) (ended func(), ok bool) { return h.abandon(ctx) }

// Inbox takes the next message that callbacks have sent to their own view.
func (h *Hand) Inbox() (Call, bool, error) { return h.takeInbox() }

// HasInbox reports whether there is one.
func (h *Hand) HasInbox() bool { return h.hasInbox() }

// Begin sets a savepoint.
func (h *Hand) Begin() { h.begin() }

// Rollback rolls back to the savepoint.
func (h *Hand) Rollback() { h.rollback() }

// Departure takes the pending redirect.
func (h *Hand) Departure() *Departure { return h.takeDeparture() }

// SetConnected opens or closes the browser's connection. It notifies nobody; see Notify.
func (h *Hand) SetConnected(open bool) { h.connected.Store(open) }

// Notify notifies the listeners whether the connection is open.
func (h *Hand) Notify() { h.notify() }

// StartWaiting starts the tasks that have waited for the connection.
func (h *Hand) StartWaiting() { h.startWaiting() }

// Render renders what is out of date.
func (h *Hand) Render(posted *patch.Posted) (render.Rendering, error) { return h.tree.Render(posted) }

// SetFull has the mailbox refuse callbacks, or take them again. Safe for concurrent use, like the
// methods that follow.
func (h *Hand) SetFull(full bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.full = full
	h.count()
}

// SetEnded has the mailbox refuse callbacks for good, as that of a view whose components do not
// know yet that it ends.
func (h *Hand) SetEnded() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended.Store(true)
}

// count recounts the callbacks that wait, or sets their number to the limit if the mailbox is full.
func (h *Hand) count() {
	h.mailbox.calls = 0
	for _, j := range h.mailbox.queue {
		if j.counted {
			h.mailbox.calls++
		}
	}
	if h.full {
		h.mailbox.calls = h.host.Queue
	}
}

// Next takes the first callback out of the mailbox. It reports false if there is none.
func (h *Hand) Next() (c Call, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, j := range h.mailbox.queue {
		if j.run == nil {
			h.mailbox.queue = slices.Delete(h.mailbox.queue, i, i+1)
			h.count()
			return j.call, true
		}
	}
	return Call{}, false
}

// Waiting returns the number of callbacks in the mailbox.
func (h *Hand) Waiting() (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, j := range h.mailbox.queue {
		if j.run == nil {
			n++
		}
	}
	return n
}

// takeRestart dequeues what Restart has queued, and counts it. The caller holds mu.
func (h *Hand) takeRestart() {
	h.mailbox.queue = slices.DeleteFunc(h.mailbox.queue, func(j job) bool { return j.step == stepRestart })
	if h.mailbox.steps&stepRestart != 0 {
		h.mailbox.steps &^= stepRestart
		h.restarts++
	}
}

// Restarts returns the number of calls of Restart.
func (h *Hand) Restarts() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.restarts
}

// Timers returns the number of pending delayed and repeated messages.
func (h *Hand) Timers() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.timers.all)
}

// Delayed stops all timers and returns their callbacks.
func (h *Hand) Delayed() (calls []Call) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for t := range h.timers.all {
		calls = append(calls, t.call)
	}
	h.timers.stop()
	h.timers.ended = false
	return calls
}

// Close ends the components and returns their callbacks for it.
func (h *Hand) Close() []Call {
	h.SetEnded()
	return closingCalls(h.tree.End())
}

// Waiting returns the number of jobs in the mailboxes of all views. It is for tests.
func (h *Host) Waiting() (n int) {
	for _, v := range h.All() {
		v.mu.Lock()
		n += len(v.mailbox.queue)
		v.mu.Unlock()
	}
	return n
}

// Corrupt resets the ids of the view's messages, so that sending the next one panics outside of
// the application's code. It is for tests.
func (v *View) Corrupt() {
	v.postInternal(func(v *View, _ uint64) { v.delivery.seq, v.delivery.sent = 0, 0 })
}
