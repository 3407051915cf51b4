package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/state"
)

// Config is what the views of one kit share. All fields must be set.
type Config struct {
	Guard                    *fault.Guard
	Log                      *slog.Logger
	TitlePrefix, TitleSuffix string

	EventDeadline time.Duration // of one callback
	ConnectionAge time.Duration // when a connection ends, give or take 20 %
	Queue         int           // callbacks that may wait for one view
	Timers        int           // of one view
	Tasks         int           // background tasks of one view
	Views         state.Limits
	Count         Counters

	Texts    protocol.Texts
	Messages protocol.Messages
	// Warn is given each rendering that was sent, for what developers should know of it.
	Warn func(v *View, r render.Rendering)
	// Leave makes the message that redirects the page of a view.
	Leave func(v *View, d *Departure) []byte
	// Excuse exempts the next remount of a view from the session's limit.
	Excuse func(viewID string)
}

// Counters point to the counters of reached limits. They are incremented atomically.
type Counters struct {
	QueueFull, TimersFull, TasksFull, Deadlines, ConnectionsFull, EventsLost *uint64
}

func increment(counter *uint64) { atomic.AddUint64(counter, 1) }

// Host holds the views of one kit. All methods are safe for concurrent use.
type Host struct {
	Config
	store   *state.Store
	workers sync.WaitGroup // views that have not ended, workers and background tasks
	names   taskNames
	spawn   func(f func()) // runs a background task, on a goroutine of its own

	observer atomic.Pointer[Observer] // nil: nobody observes

	mu     sync.Mutex
	closed bool
}

// NewHost returns a host without views.
func NewHost(c Config) *Host {
	h := &Host{Config: c, spawn: func(f func()) { go f() }}
	h.store = state.NewStore(c.Views, func(e *state.Entry) { e.Value.(*View).evicted() })
	return h
}

// Store returns the store of the views, connected or not.
func (h *Host) Store() *state.Store { return h.store }

// All lists the views in the store.
func (h *Host) All() []*View {
	var all []*View
	for _, e := range h.store.All() {
		all = append(all, e.Value.(*View))
	}
	return all
}

// Get returns the view with an id; nil if it is not here.
func (h *Host) Get(id string) *View {
	e := h.store.Get(id)
	if e == nil {
		return nil
	}
	v := e.Value.(*View)
	if v.HasEnded() { // it is about to leave the store
		h.store.Remove(e)
		return nil
	}
	return v
}

// OfSession lists the views of a session.
func (h *Host) OfSession(session string) []*View {
	var all []*View
	for _, e := range h.store.Session(session) {
		all = append(all, e.Value.(*View))
	}
	return all
}

// IsClosed reports whether Close was called.
func (h *Host) IsClosed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closed
}

// Close refuses new views from now on.
func (h *Host) Close() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
}

// pace is the mean time between the ends of two connections, if there is time.
const pace = 5 * time.Millisecond

// Disconnect ends the connections in random order, spread over time, so that the pages do not
// all come back at once: within spread, or half the time that ctx leaves.
func (h *Host) Disconnect(ctx context.Context, spread time.Duration) {
	var open []*View
	for _, v := range h.All() {
		if v.openConn() != nil {
			open = append(open, v)
		}
	}
	rand.Shuffle(len(open), func(i, j int) { open[i], open[j] = open[j], open[i] })
	spread = min(spread, pace*time.Duration(len(open)))
	if end, ok := ctx.Deadline(); ok {
		spread = min(spread, time.Until(end)/2)
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	began := time.Now()
	for i, v := range open {
		if wait := time.Until(began.Add(spread * time.Duration(i) / time.Duration(len(open)))); wait > time.Millisecond {
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-ctx.Done():
				return
			}
		}
		if conn := v.openConn(); conn != nil {
			conn.Finish(v.parting())
		}
	}
}

// Drain waits until the views have done what waits for them, and ends them.
func (h *Host) Drain(ctx context.Context) {
	defer h.store.Close()
	for _, v := range h.All() {
		done := make(chan struct{})
		if !v.postInternal(func(*View, uint64) { close(done) }) {
			continue
		}
		select {
		case <-done:
		case <-ctx.Done():
			return
		}
	}
}

// Wait waits until nothing of the views runs any more.
func (h *Host) Wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() { h.workers.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		h.names.warn(h.Log)
		return fmt.Errorf("callbacks or background tasks still run: %w", ctx.Err())
	}
}

// logFailure logs an error that nobody waits for.
func (v *View) logFailure(err error) {
	if errors.Is(err, fault.ErrGone) {
		v.host.Log.InfoContext(v.logContext(), "sideband: callback failed", "view", v.def.Name(), "err", err)
		return
	}
	v.NoteFailure(err)
	v.host.Log.ErrorContext(v.logContext(), "sideband: callback failed", fault.WithStack([]any{"view", v.def.Name(), "err", err}, err)...)
}
