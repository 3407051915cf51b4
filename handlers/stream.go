package handlers

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/sideband-go/sideband/sse"
)

// serveStream answers the page's stream. What is wrong for good is an event stream with
// status 200: anything else the browser would ask for again and again. What may pass has
// an error status, with which htmx tries again.
//
// It waits as long as the stream is open, so that its frame, and those of what it
// calls, is memory that each connected view has: what comes before and after stands
// in functions of its own.
func (rt Route) serveStream(w http.ResponseWriter, r *http.Request) {
	c := rt.connecting(w, r)
	if c == nil {
		return
	}
	defer c.over() // also if a middleware's response writer panics
	if err := rt.kit.streams.Serve(w, r, c.at.String(), c.opened); err != nil {
		rt.streamFailed(w, r, err)
	}
}

// connecting finds the view whose stream is asked for. Without one it answers.
func (rt Route) connecting(w http.ResponseWriter, r *http.Request) *connecting {
	k := rt.kit
	if at, ok := r.Context().Deadline(); ok {
		k.once("deadline", func() {
			k.log.Warn("sideband: a middleware gives the stream a deadline, at which it is cut; keep it off pages of the kit", "path", r.URL.Path, "left", time.Until(at))
		})
	}
	if k.isClosed() {
		rt.streamFailed(w, r, sse.ErrClosed)
		return nil
	}
	if r.ContentLength != 0 { // what is left of it would be read before the stream begins
		rt.refuseStream(w, r, declined(http.StatusBadRequest, errors.New("handlers: a request for a stream has a body")))
		return nil
	}
	l, ref := rt.admit(r)
	if ref != nil {
		rt.refuseStream(w, r, ref)
		return nil
	}
	g := guardOf(r.Context(), k)
	at := positionOf(r, g.query)
	if !at.given && l.isElsewhere() {
		rt.refuseStream(w, r, refused(http.StatusConflict, "the page is a copy"))
		return nil
	}
	g.asked = asked{} // which each open stream would keep
	return &connecting{live: l, request: r, at: at}
}

// isElsewhere reports whether a connection that says nothing of an earlier one is that of
// a copy of the page: restored HTML, a duplicated tab. Unless the only stream so far broke
// off at once: then the page tries again.
func (l *live) isElsewhere() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.speaks()
}

// speaks is isElsewhere; the caller holds mu.
func (l *live) speaks() bool { return l.stream != nil || l.spoken.Load() && !l.brief }

// connecting is a stream on its way to a view.
type connecting struct {
	live    *live
	request *http.Request
	at      position
	stream  *sse.Connection
}

func (c *connecting) opened(st *sse.Connection) {
	c.stream = st
	c.live.kit.connections.Add(1)
	st.OnDrain(c.live.drained)
	c.live.join(c)
}

// over is called when the stream has ended.
func (c *connecting) over() {
	if c.stream == nil {
		return
	}
	l := c.live
	l.kit.connections.Add(-1)
	l.mu.Lock()
	if l.joining == c {
		l.joining = nil
	}
	l.mu.Unlock()
	l.disconnected(c.stream)
}

// join lets a stream wait until it is its turn to be the view's. One waits at most: the
// newest, by the rules of connect, as if the one before had been taken already.
func (l *live) join(c *connecting) {
	l.mu.Lock()
	if l.ended {
		l.mu.Unlock()
		c.stream.Finish(nil) // it has just ended: the page comes again
		return
	}
	before := l.joining
	if before != nil && before.stream.Ended() {
		before = nil
	}
	var last []byte
	switch {
	case before == nil:
	case !c.at.given:
		last = reloadMessage
	case c.at.isBehind(before.at, l.epoch):
		last = elsewhereMessage
	}
	if last != nil {
		l.mu.Unlock()
		c.stream.Finish(last)
		return
	}
	l.joining = c
	l.once(stepConnect, func(l *live, me uint64) {
		l.mu.Lock()
		c := l.joining
		l.joining = nil
		l.mu.Unlock()
		if c != nil {
			l.connect(me, c)
		}
	})
	l.mu.Unlock()
	if before != nil {
		before.stream.Finish(elsewhereMessage)
	}
}

func (rt Route) streamFailed(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, sse.ErrClosed):
		w.Header().Set("Retry-After", "1")
		http.Error(w, "The server is going down.", http.StatusServiceUnavailable)
	case errors.Is(err, http.ErrNotSupported):
		rt.kit.log.Error("sideband: a middleware hides the response writer: it needs an Unwrap method", "path", r.URL.Path)
		http.Error(w, "Something went wrong.", http.StatusInternalServerError)
	default:
		increment(&rt.kit.stats.ConnectionsDropped)
		rt.kit.log.Info("sideband: stream ended", "view", rt.def.Name(), "path", r.URL.Path, "err", err)
	}
}

// connect makes c's stream the view's. What it sends depends on what is known of the page:
//
//	it names no id, and the view has spoken  a copy: it reloads
//	it names an older id than the open one   a connection that was late: it is told so
//	it names an id of this life of the view  what it missed, from the log; if that does
//	                                         not reach back so far, the whole view
//	anything else, or the page is unknown    the whole view
//
// If the view shows streams, whose items it does not have any more, the whole view comes
// after what was missed; and if that is not known, the view is mounted again.
func (l *live) connect(me uint64, c *connecting) {
	st, at := c.stream, c.at
	l.mu.Lock()
	if l.ended {
		l.mu.Unlock()
		st.FinishNow(l.last)
		return
	}
	if st.Ended() { // before its turn came
		l.mu.Unlock()
		return
	}
	old := l.stream
	if !at.given && l.speaks() { // since it was admitted
		l.mu.Unlock()
		st.Finish(reloadMessage)
		return
	}
	if old != nil && at.isBehind(l.at, l.epoch) {
		// It was asked for before the open one, by an element that has been replaced since.
		l.mu.Unlock()
		st.Finish(elsewhereMessage)
		return
	}
	l.stream, l.at = st, at
	if l.opened.IsZero() {
		l.opened, l.brief = time.Now(), true
	} else {
		l.brief = false
	}
	if l.aging != nil {
		l.aging.Stop()
	}
	l.aging = l.age(st)
	l.in.SetConnected(true)
	l.clocks.run(l)
	l.kit.store.Connected(l.entry)
	l.mu.Unlock()
	l.in.Listen()
	if old != nil {
		old.Finish(elsewhereMessage)
	}
	if st.Ended() {
		l.disconnected(st)
		return
	}
	st.Send("", l.backMessages())
	l.in.StartWaiting()
	cause := context.WithoutCancel(c.request.Context())
	l.begins(&turn{cause: cause})
	if !l.greet(me, cause) {
		return
	}
	id, known := l.from(at)
	if l.catchUp(me, st, id, known); l.mine(me) {
		l.begins(nil)
	}
}

// age ends the stream when it is old, so that each push is at most that far from the
// application's middleware. What the page shows then counts as unknown, which mends
// what a script may have done to it.
func (l *live) age(st *sse.Connection) *time.Timer {
	most := l.kit.config.Timeouts.ConnectionAge
	return time.AfterFunc(most*4/5+time.Duration(rand.Int64N(int64(most*2/5)+1)), func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.stream != st {
			return
		}
		l.old = st
		l.once(stepAge, func(l *live, _ uint64) {
			if st := l.oldStream(); st != nil {
				l.out.lost = true
				st.Finish(nil)
			}
		})
	})
}

// oldStream is the stream that has reached its age, if it is still open.
func (l *live) oldStream() *sse.Connection {
	l.mu.Lock()
	defer l.mu.Unlock()
	st := l.old
	l.old = nil
	if st != l.stream {
		return nil
	}
	return st
}

// greet runs Connect the first time. It reports false if the worker was given up.
func (l *live) greet(me uint64, cause context.Context) bool {
	m, ok := l.in.Connecting()
	if !ok || l.out.greeted {
		return true
	}
	l.out.greeted = true
	if err := l.callback(job{msg: m, ctx: cause}); err != nil {
		if !l.mine(me) {
			return false
		}
		l.kit.logMessage(l, err)
	}
	return l.drain(me)
}

// firstTry is how soon a page's first stream must have ended to count as one that
// never reached it.
const firstTry = 2 * time.Second

// disconnected notes that a stream is over.
func (l *live) disconnected(st *sse.Connection) {
	if l.closes(st) {
		l.in.Listen()
		l.must(func(l *live, _ uint64) { l.weigh() })
	}
}

// closes reports whether st was the view's stream.
func (l *live) closes(st *sse.Connection) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stream != st {
		return false
	}
	l.stream = nil
	l.aging.Stop()
	l.aging = nil // it keeps the stream, and that its request
	l.brief = l.brief && time.Since(l.opened) < firstTry
	l.in.SetConnected(false)
	l.clocks.pause()
	if !l.ended {
		l.kit.store.Parked(l.entry, time.Now())
	}
	return true
}

// touch puts off the end of a view that is acted on without a stream.
func (l *live) touch() {
	if l.entry != nil {
		l.kit.store.Used(l.entry, time.Now())
	}
}
