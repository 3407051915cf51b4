package live

import (
	"context"
	"errors"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/patch"
)

// Outcome is the result of a request.
type Outcome struct {
	Ops       []byte // for the answer, if no connection took them; of Mount, the page's content
	Err       error
	Departure *Departure // a redirect; nil without one
	Move      *Move      // of the page's address; nil without one
	Cookies   []string   // for the answer's Set-Cookie headers
	Reply     []byte     // JSON for the element that has sent the event; nil without one
	Unstarted bool       // nothing of it ran
}

// Do runs an event as a turn, and waits for it: its callback, the messages that it sends to its own
// view, and a rendering of what is out of date. If nothing ran, the error is fault.ErrNoEvent for an
// unknown event, fault.ErrGone if the view has ended, and fault.ErrFull if its mailbox is full.
func (v *View) Do(e Event) Outcome {
	w := &waiter{request: request{told: e.Posted, unscripted: e.Unscripted, answer: answerOf(e), at: e.At}}
	j := job{ctx: e.Context, done: w}
	if e.Recovers != "" && e.Name == "" {
		j.call = Call{Name: protocol.RecoverParam, kind: ActivityEvent}
		return v.wait(j)
	}
	if e.Posted != nil && e.Posted.Left {
		j.call = Call{Name: patch.LeftParam, kind: ActivityEvent, Run: func(*Callback) error { return nil }}
		return v.wait(j)
	}
	call, err := v.event(&w.event, e)
	switch {
	case errors.Is(err, fault.ErrNoEvent):
		return Outcome{Err: err, Unstarted: true}
	case err != nil: // of the parameters: the controls are set back to what the view says
		call = Call{Name: "parameters", Run: func(*Callback) error { return err }}
	}
	j.call, j.call.kind = call, ActivityEvent
	return v.wait(j)
}

// turn is the work on one batch: its callbacks, and the rendering after them. The next worker goes
// on with it if this one is abandoned.
type turn struct {
	*request
	done      *waiter         // nil if nobody waits
	posted    *patch.Posted   // is told, unless the event was refused
	cause     context.Context // the request's; nil without one
	failed    error
	rest      []job // callbacks of the batch that have not run
	rendering bool
	connects  bool      // the page's connection opens
	activity  *Activity // nil if nobody observes it
}

// take runs a batch as a turn. It reports false if the worker was abandoned.
func (v *View) take(gen uint64, batch []job) bool {
	if j := batch[0]; j.run != nil {
		j.run(v, gen)
		return v.isCurrent(gen)
	}
	last := &batch[len(batch)-1]
	asked := last.request()
	if asked.served != nil && v.tree.HasForgotten() {
		last.done.answer(Outcome{Err: fault.ErrGone, Unstarted: true})
		return true
	}
	if last.done != nil && (!v.isReachable() || asked.unscripted && v.tree.HasForgotten()) {
		v.remount(errBehind)
		last.done.answer(Outcome{Err: fault.ErrGone, Unstarted: true})
		return true
	}
	v.begin()
	t := last.turn()
	*t = turn{request: asked, done: last.done, posted: asked.told, cause: last.ctx}
	v.turn.Store(t)
	t.activity = v.beginTurn(batch[0].ctx, batch[0].activity)
	for i, j := range batch {
		t.rest = batch[i+1:]
		answer := &j.request().answer
		form, run := v.delivery.recovery.admits(answer)
		if !run {
			continue
		}
		err := v.upToDate(gen, j.call)
		if form != nil && v.isCurrent(gen) {
			form.settled = true
		}
		if err == nil && !v.repeats(j.request().told) {
			err = runCall(j.call, func(c Call) error { return v.runTimed(job{ctx: j.ctx, call: c, activity: j.activity}) })
		}
		if !v.isCurrent(gen) {
			return false
		}
		if j.call.isRefused() || err != nil && j.call.hasParameter() {
			t.posted = nil // the user may still correct what was typed
		}
		if j.done != nil && v.remountIf(err) {
			v.turn.Store(nil)
			v.endTurn(t, 0, err)
			j.done.answer(Outcome{Err: fault.ErrGone, Unstarted: true})
			return true
		}
		if errors.Is(err, fault.ErrNoComponent) {
			v.host.Log.InfoContext(v.logContext(), "sideband: event or message for a component that does not exist", "view", v.def.Name(), "err", err)
			err = nil
		}
		if err != nil && j.done == nil {
			v.logFailure(err)
		}
		t.failed = err
		if err == nil {
			v.notePosted(answer)
		}
		v.noteTold(form, answer)
		if err == nil && !v.drain(gen) {
			return false
		}
	}
	return v.finish(gen, t)
}

// finish renders, and answers whoever waits. It reports false if the worker was abandoned.
func (v *View) finish(gen uint64, t *turn) bool {
	if t.rendering { // an earlier worker was abandoned here, with the notice it had to clear
		v.notice.Store(true)
	} else {
		t.rendering = true
		v.delivery.settleTyping(t.posted)
	}
	if t.done == nil {
		done := v.show(gen)
		if done {
			v.endTurn(t, 0, nil)
		}
		return done
	}
	outcome := v.answer(gen, t)
	if !v.isCurrent(gen) {
		return false
	}
	outcome.Cookies, outcome.Reply = v.cookies, v.reply
	v.cookies, v.reply = nil, nil // the view keeps neither until its next turn
	v.turn.Store(nil)
	v.endTurn(t, len(outcome.Ops), outcome.Err)
	t.done.answer(outcome)
	return true
}

// drain runs the messages that callbacks have sent to their own view. It reports false if the
// worker was abandoned.
func (v *View) drain(gen uint64) bool {
	for {
		c, ok, err := v.takeInbox()
		if err != nil {
			v.logFailure(err)
		}
		if !ok {
			return true
		}
		err = v.runTimed(job{call: c})
		if !v.isCurrent(gen) {
			return false
		}
		if err != nil {
			v.logFailure(err)
		}
	}
}
