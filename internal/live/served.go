package live

import (
	"context"
	"time"

	"github.com/sideband-go/sideband/internal/render"
)

// A browser without JavaScript has no connection and takes no patches: its events are answered with
// the whole page, by another request.

// Served is a page that is served once more.
type Served struct {
	Content    []byte
	Title      string
	Connection string // the address of its connection, which goes on from here
	Notice     string // of the failure before it; "" without one
	Unscripted render.Unscripted
}

// Serve renders the whole view as it is now. The outcome has the content in served; its error is
// fault.ErrGone, and the view lives on, if the view can't be rendered any more because streams have
// dropped what the page showed.
func (v *View) Serve(ctx context.Context, served *Served) Outcome {
	w := &waiter{request: request{served: served, unscripted: true}}
	return v.wait(job{ctx: ctx, done: w, call: Call{Name: v.def.Name(), kind: ActivityServe, Run: func(*Callback) error { return nil }}})
}

// Tell has the next page that Serve renders show a notice.
func (v *View) Tell(text string) { v.failure.Store(&text) }

// renderUnscripted renders what is out of date after an event of a page without JavaScript, which
// fails if that can't be rendered. The page is served once more; only one that is connected gets
// operations.
func (v *View) renderUnscripted() error {
	v.startWaiting() // the page is shown, though it has no connection
	if v.openConn() != nil || !v.tree.IsRendered() {
		return v.renderNow()
	}
	v.tree.RetainItems(true)
	r, err := v.tree.Render(nil)
	if err != nil {
		return err
	}
	v.host.Warn(v, r)
	if len(r.Ops) > 0 {
		v.delivery.skip()
	}
	return nil
}

// serve renders the page that is served once more.
func (v *View) serve(gen uint64, t *turn) Outcome {
	conn := v.openConn()
	v.startWaiting()
	for range maxRounds {
		switch {
		case conn != nil && v.tree.IsDirty():
			if err := v.renderNow(); err != nil || !v.isCurrent(gen) {
				return Outcome{Err: err}
			}
		case conn == nil && (v.tree.IsDirty() || v.delivery.unknown):
			v.delivery.skip()
		}
		content, warnings, err := v.tree.Page()
		if !v.isCurrent(gen) {
			return Outcome{}
		}
		if d := v.takeDeparture(); d != nil { // a component has redirected
			return Outcome{Departure: d}
		}
		v.host.Warn(v, render.Rendering{Warnings: warnings})
		if err != nil {
			v.rollback()
			return Outcome{Err: err}
		}
		if !v.hasInbox() {
			v.weigh()
			v.noteRendered(true, len(content))
			if v.delivery.unknown = v.delivery.unknown && conn != nil; !v.delivery.unknown {
				v.tree.Served()
				v.delivery.forgetPage()
			}
			text := v.failure.Swap(nil)
			v.notice.Store(text != nil)
			*t.served = Served{Content: content, Title: v.Title(), Connection: v.connectionAddress(), Unscripted: v.Unscripted()}
			if text != nil {
				t.served.Notice = *text
			}
			return Outcome{}
		}
		// Components have sent messages while they were rendered.
		if !v.drain(gen) {
			return Outcome{}
		}
	}
	return Outcome{Err: errRounds}
}

// skip gives the next page that is served a position of its own: pages of before need the whole view.
func (d *delivery) skip() {
	d.seq++
	d.refused = nil
	d.log.Reset(d.seq)
}

// usedUnscripted postpones the view's expiry, as if its connection had just closed.
func (v *View) usedUnscripted() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.connection.conn == nil && v.entry != nil && !v.ended.Load() {
		v.host.store.Parked(v.entry, time.Now())
	}
}
