package live

import (
	"context"
	"sync"
	"time"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/render"
)

// Observer is told what the views of a host do. Views wait for it, so no method may block or panic. Beginnings and ends are
// told with no lock held: what the observer calls then may send to views. All methods are safe for concurrent use.
type Observer interface {
	// Cause returns what a message keeps of the context in which it was sent; nil: nothing.
	Cause(ctx context.Context) any
	// Begin is told that an activity begins. It returns the context of the callbacks in it, made from ctx.
	Begin(ctx context.Context, a *Activity) context.Context
	// End is told that it is over. The activity must not be kept: its memory is used again.
	End(a *Activity)
}

// Activity is a turn of a view, or a part of one: a callback after the first one, a rendering, a
// patch; or what a view does apart from turns, which has no View. Of a turn that was abandoned with its view, no end is told.
type Activity struct {
	Kind   ActivityKind
	View   *View
	Parent *Activity // nil of a turn, and of what belongs to none
	Cause  any       // of a message, as Observer.Cause has returned it

	// Component is the type of the component whose callback it is, "" of the page. Method is what was
	// called, as the program names it; "" if nothing was.
	Component, Method string

	Queued       time.Time // zero of what was not queued
	Began, Ended time.Time
	Waiting      int // callbacks in the mailbox before it

	// Own is how long its own callbacks took. Of a turn, Ran is that with those of all others in it, but
	// for those of components while they are rendered; Rendered and Wrote are sums.
	Own, Ran, Rendered, Wrote time.Duration

	Callbacks int  // of a turn: that have run, in it and its parts
	Messages  int  // of a turn: that the connection was given
	Bytes     int  // of a rendering, a patch, or a turn: all that it has sent or answered
	Answered  int  // of a turn: the bytes of that which the request's answer carries
	Regions   int  // that a rendering has rendered
	Whole     bool // it was a rendering of the whole view
	Items     int  // apart from turns: rows, files or records
	Err       error

	// Observed is the observer's own.
	Observed any

	ctx context.Context // of a turn: that of its callbacks

	host        *Host // of what is apart from turns, which has no View
	page, route string
}

// ActivityKind says what an activity is.
type ActivityKind uint8

// The kinds of activities. Those up to messages are turns; messages and callbacks are parts of turns, too.
const (
	ActivityMount ActivityKind = iota + 1
	ActivityRemount
	ActivityParams
	ActivityConnect
	ActivityEvent
	ActivityServe // the page once more
	ActivityMessage
	ActivityCallback // of a component that is rendered or has ended, and of hooks after a rendering
	ActivityRender
	ActivityPatch
	// What follows is apart from turns; see View.Apart.
	ActivityTask       // a background task
	ActivityLoad       // one that loads
	ActivityUpload     // the files of an event, while they arrive
	ActivityStashRead  // of durable state, from a store
	ActivityRecover    // of a view, from what was read
	ActivityStashWrite // of durable state, to a store or the page
)

// IsCallback reports whether callbacks run in it.
func (k ActivityKind) IsCallback() bool { return k < ActivityRender }

// String returns the kind's name.
func (k ActivityKind) String() string {
	return [...]string{
		"", "mount", "remount", "params", "connect", "event", "serve", "message", "callback", "render", "patch",
		"task", "load", "upload", "stash.read", "stash.recover", "stash.write",
	}[k]
}

// Observe has an observer told what happens from now on; nil: nobody.
func (h *Host) Observe(o Observer) {
	if o == nil {
		h.observer.Store(nil)
		return
	}
	h.observer.Store(&o)
}

// observed returns the observer; nil if there is none.
func (v *View) observed() Observer {
	if o := v.host.observer.Load(); o != nil {
		return *o
	}
	return nil
}

// causeOf returns what a message keeps of the callback or the context that sends it; nil if nobody
// observes it.
func (v *View) causeOf(ctx context.Context) any {
	if o := v.observed(); o != nil && !isNone(ctx) {
		return o.Cause(ctx)
	}
	return nil
}

// isNone reports whether there is no context, also no callback as one.
func isNone(ctx context.Context) bool {
	cb, ok := ctx.(*Callback)
	return ctx == nil || ok && cb == nil
}

// causedBy returns the beginning of an activity with a cause; nil without one.
func causedBy(cause any) *Activity {
	if cause == nil {
		return nil
	}
	return &Activity{Cause: cause}
}

// noteQueued notes that a callback is about to be queued. The caller holds mu.
func (v *View) noteQueued(j *job) {
	if v.observed() == nil {
		return
	}
	if j.activity == nil {
		j.activity = &Activity{}
	}
	a := j.activity
	a.View, a.Queued, a.Waiting = v, time.Now(), len(v.mailbox.queue)
	switch a.Kind = j.call.kind; {
	case a.Kind == ActivityMount && v.mounts != nil:
		a.Kind = ActivityRemount
	case a.Kind == 0:
		a.Kind = ActivityMessage
	}
}

// beginTurn begins a turn's activity; nil if nobody observes it.
func (v *View) beginTurn(ctx context.Context, a *Activity) *Activity {
	o := v.observed()
	if o == nil || a == nil {
		return nil
	}
	a.View, a.Began = v, time.Now()
	if ctx == nil {
		ctx = context.Background()
	}
	a.ctx = o.Begin(ctx, a)
	v.activity = a
	return a
}

// endTurn ends a turn's activity, whose answer has n bytes.
func (v *View) endTurn(t *turn, n int, err error) { v.tell(v.closeTurn(t, n, err)) }

// closeTurn is endTurn but for telling the observer. It returns the activity to be told of, with no lock held; nil if there
// is none.
func (v *View) closeTurn(t *turn, n int, err error) *Activity {
	a := t.activity
	if v.activity = nil; a == nil {
		return nil
	}
	t.activity = nil
	if a.Err == nil {
		a.Err = err
	}
	a.Bytes += n
	a.Answered = n
	if o, d := v.observed(), v.durable; o != nil && d != nil && d.changed {
		d.cause = o.Cause(a.ctx)
	}
	a.Ended = time.Now()
	return a
}

// tell tells the observer that an activity is over; of nil, nothing. No lock may be held: what takes logs or measurements
// may send to views.
func (v *View) tell(a *Activity) {
	if a == nil {
		return
	}
	if o := v.observed(); o != nil {
		o.End(a)
	}
}

// parts are activities of renderings and patches that are over.
var parts = sync.Pool{New: func() any { return new(Activity) }}

// beginPart begins the activity of a rendering or a patch.
func (v *View) beginPart(o Observer, kind ActivityKind) *Activity {
	a := parts.Get().(*Activity)
	a.Kind, a.View, a.Parent, a.Began = kind, v, v.activity, time.Now()
	o.Begin(context.Background(), a)
	return a
}

// endPart ends it, and returns how long it took. Nothing may refer to it any more.
func (v *View) endPart(a *Activity) time.Duration {
	a.Ended = time.Now()
	v.tell(a)
	took := a.Ended.Sub(a.Began)
	*a = Activity{}
	parts.Put(a)
	return took
}

// beginCallback begins the activity of a callback, which is that of its turn for the first one, and returns it with the
// context that the callback gets; nil if nobody observes it.
func (v *View) beginCallback(j job) (*Activity, context.Context) {
	o := v.observed()
	if o == nil || j.call.isApart {
		return nil, j.ctx
	}
	a := j.activity
	if a != nil && a == v.activity {
		return a, a.ctx
	}
	if a == nil {
		if a = new(Activity); j.call.isMessage {
			a.Kind = ActivityMessage
		} else {
			a.Kind = ActivityCallback
		}
	}
	a.View, a.Parent, a.Began = v, v.activity, time.Now()
	ctx := j.ctx
	if ctx == nil {
		ctx = context.Background()
	}
	return a, o.Begin(ctx, a)
}

// note notes what is called.
func (a *Activity) note(c *render.Component, call *Call) {
	if a == nil {
		return
	}
	if !c.IsPage() {
		a.Component = c.Kind().Type.String()
	}
	switch i := call.event; {
	case i != nil && c.Kind().Events[i.name] != nil:
		a.Method = i.name
	case i == nil && call.kind != ActivityEvent:
		a.Method = call.method()
	}
}

// endCallback counts a callback that is over, after it took so long. It returns the activity to be told of, with no lock
// held; nil if the turn goes on, or nobody observes it. It is called once: by its worker or, if that was abandoned, by who
// has done that.
func (a *Activity) endCallback(took time.Duration, err error) (over *Activity) {
	if a == nil {
		return nil
	}
	a.Own += took
	a.Callbacks++
	turn := a
	for turn.Parent != nil {
		if turn = turn.Parent; turn.Kind == ActivityRender {
			took = 0 // it counts as time of the rendering
		}
	}
	turn.Ran += took
	if turn != a {
		turn.Callbacks++
	}
	if a.ctx != nil { // the turn goes on
		if a.Err == nil && !IsRedirect(err) {
			a.Err = err
		}
		return nil
	}
	a.Err = err
	a.Ended = time.Now()
	return a
}

// logContext returns the context of the turn under way, for the log: a handler may find out where it is.
func (v *View) logContext() context.Context {
	for a := v.activity; a != nil; a = a.Parent {
		if a.ctx != nil {
			return a.ctx
		}
	}
	return context.Background()
}

// BeginRender is told that a rendering begins: it is part of render.Host.
func (v *View) BeginRender() {
	o := v.observed()
	if o == nil {
		return
	}
	v.activity = v.beginPart(o, ActivityRender)
}

// EndRender is told what was rendered.
func (v *View) EndRender(r render.Rendered, err error) {
	a := v.activity
	if a == nil || a.Kind != ActivityRender {
		return
	}
	v.activity = a.Parent
	a.Bytes, a.Regions, a.Whole, a.Err = r.Bytes, r.Regions, r.Whole, err
	took := v.endPart(a)
	if v.activity != nil {
		v.activity.Rendered += took
	}
}

// give gives a connection a message, and tells the observer.
func (v *View) give(conn Conn, m message) bool {
	o := v.observed()
	if o == nil {
		return m.send(conn, v.idOf(m.ID))
	}
	a := v.beginPart(o, ActivityPatch)
	sent := m.send(conn, v.idOf(m.ID))
	n := len(m.Data)
	if !sent {
		a.Err, n = fault.ErrFull, 0
	}
	a.Bytes = n
	took := v.endPart(a)
	if p := v.activity; p != nil {
		p.Wrote += took
		p.Messages++
		p.Bytes += n
	}
	return sent
}
