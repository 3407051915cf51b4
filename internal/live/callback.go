package live

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/flash"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/internal/scope"
)

// Call is a callback that is to run in a view.
type Call struct {
	Name string                   // for logs
	Run  func(cb *Callback) error // nil: event begins

	component *render.Component // its owner; nil: the page, or the component at the address
	address   string            // of a component that is looked up when the callback runs
	closing   bool              // it is Close: it runs although the component has ended
	event     *invocation       // nil of others
	isEvent   bool              // its request waits for the answer
	isMessage bool              // of the application's
	isApart   bool              // from turns: nobody is told
	isNamed   bool              // by the application: Name is no method's, and told as it is
	kind      ActivityKind      // as a turn; 0: a message
}

// method is what it calls, as observers are told.
func (c *Call) method() string {
	if c.isNamed {
		return c.Name
	}
	return methodOf(c.Name)
}

// begin runs the callback.
func (c *Call) begin(cb *Callback) error {
	switch {
	case c.Run == nil:
		return c.event.begin(cb)
	case c.isMessage && cb.IsHooked():
		run := c.Run // c itself would be allocated for each callback
		return cb.Pass(KindMessage, methodOf(c.Name), func() error { return run(cb) })
	}
	return c.Run(cb)
}

// Callback is a callback that runs: a transaction, and the context of the application's code.
// What it sets and sends takes effect if it succeeds.
type Callback struct {
	context.Context // its values and deadline
	view            *View
	component       *render.Component
	receiver        any // the component's value as the callback begins
	tx              scope.Tx
	phase           atomic.Int32
	rendering       bool // it runs in the middle of a rendering
	isEvent         bool // its request waits for the answer
	wish            wish // for the durable keys
	title           *string
	commits         []func()
	rollbacks       []func()
	flash           []flash.Change
	cookies         []string
	reply           []byte // JSON; nil without one
	pushed          []pushed
	traversal       *traversal // that it belongs to; nil if the user has not gone back or forward
	place           *Place     // where it takes the page; nil if it does not
	patch           *Move      // of the page's address; nil without one
	around          *around    // nil without hooks

	mu   sync.Mutex
	ends []*render.Ending
}

// The phases of a callback.
const (
	running int32 = iota
	finished
	abandoned
)

// Check panics if the callback has returned.
func (cb *Callback) Check() {
	if a := cb.around; a != nil && a.outer != nil {
		cb = a.outer
	}
	if cb.phase.Load() != running {
		panic("views: a socket was used after its callback had returned: keep s.Ref() and Send instead")
	}
}

// Tx returns the callback's transaction. It panics once the callback has returned.
func (cb *Callback) Tx() *scope.Tx {
	cb.Check()
	return &cb.tx
}

// Value returns the source of reads of keys, and else what the context has.
func (cb *Callback) Value(key any) any {
	if key == (scope.SourceKey{}) {
		return cb.tx.Source()
	}
	return cb.Context.Value(key)
}

// View returns the view that the callback belongs to.
func (cb *Callback) View() *View { return cb.view }

// Address returns the address where the page is or, in HandleParams, to where it goes; "" before it was mounted.
func (cb *Callback) Address() string {
	at := cb.place
	if at == nil {
		at = cb.view.Place()
	}
	if at == nil {
		return ""
	}
	return at.Address()
}

// Component returns the component that the callback belongs to.
func (cb *Callback) Component() *render.Component { return cb.component }

// Receiver returns the component's value, on which the callback calls a method. It does not change
// while the callback runs: once that is abandoned, another goroutine renders the component.
func (cb *Callback) Receiver() any { return cb.receiver }

// Ref returns a reference to the component.
func (cb *Callback) Ref() Ref {
	if cb.component.IsPage() {
		return Ref{view: cb.view}
	}
	return Ref{view: cb.view, component: cb.component}
}

// SetTitle sets the page's title; "" leaves it.
func (cb *Callback) SetTitle(title string) {
	cb.Check()
	cb.title = &title
}

// Flash changes the page's messages, or those of the page that it redirects to.
func (cb *Callback) Flash(changes ...flash.Change) {
	cb.Check()
	cb.flash = append(cb.flash, changes...)
}

// SetCookie adds a value of the Set-Cookie header to the answer of the event. It reports false if no
// request waits for the callback.
func (cb *Callback) SetCookie(cookie string) bool {
	cb.Check()
	cb.cookies = append(cb.cookies, cookie)
	return cb.isEvent
}

// OnCommit calls f when the callback has succeeded.
func (cb *Callback) OnCommit(f func()) {
	cb.Check()
	cb.commits = append(cb.commits, f)
}

// OnRollback calls f if what the callback has set is rolled back after it has succeeded.
func (cb *Callback) OnRollback(f func()) {
	cb.Check()
	cb.rollbacks = append(cb.rollbacks, f)
}

// OnEnd calls f once, when the component has ended, or as soon as the callback has failed. stop
// reports whether f will not run any more.
func (cb *Callback) OnEnd(f func()) (stop func() bool) {
	cb.Check()
	e := &render.Ending{F: f}
	cb.mu.Lock()
	cb.ends = append(cb.ends, e)
	cb.mu.Unlock()
	component := cb.component
	return func() bool {
		stopped := e.Stop()
		component.Forget(e)
		return stopped
	}
}

// cut ends the callback's time.
func (cb *Callback) cut(err error) {
	if d, ok := cb.Context.(*deadline); ok { // else a test has given it a context
		d.cut(err)
	}
}

// takeEnds takes the endings that were noted so far.
func (cb *Callback) takeEnds() []*render.Ending {
	cb.mu.Lock()
	defer cb.mu.Unlock()
	ends := cb.ends
	cb.ends = nil
	return ends
}

// Redirect returns the error with which a callback succeeds and redirects the page. swap is the hx-swap with which the
// other page takes this one's place in the document, if it fits; "" loads it.
func (cb *Callback) Redirect(to protocol.Address, swap string) error {
	cb.Check()
	return &redirect{to, swap}
}

// redirect is the error of a callback that redirects the page.
type redirect struct {
	to   protocol.Address
	swap string
}

func (r *redirect) Error() string { return "views: redirected to " + r.to.String() }

// IsRedirect reports whether a callback that returns the error succeeds and redirects the page.
func IsRedirect(err error) bool { return redirectOf(err) != nil }

// redirectOf returns where a callback's error redirects the page; nil if it does not.
func redirectOf(err error) *redirect {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*fault.Panic](err); ok {
		return nil
	}
	if r, ok := errors.AsType[*redirect](err); ok {
		return r
	}
	return nil
}

// run runs one callback, in the memory cb, as a transaction: what it set and sent takes effect if it returns nil. A
// panic becomes a *fault.Panic. If the callback was abandoned meanwhile, run returns
// fault.ErrAbandoned, the callback has left no trace, and this goroutine must not touch the view
// any more.
func (v *View) run(ctx context.Context, cb *Callback, c Call) error {
	component := v.tree.Root()
	switch {
	case c.address != "":
		component = v.tree.Lookup(c.address)
	case c.component != nil:
		component = c.component
	}
	if component == nil || !component.IsPage() && !c.closing && component.HasEnded() {
		return fault.Quote(c.address, fmt.Errorf("%s: %w", c.Name, fault.ErrNoComponent))
	}
	if c.event != nil && c.address != "" {
		c.Name = c.event.calledIn(component)
	}
	if d, ok := ctx.(*deadline); ok {
		d.observed.note(component, &c)
		d.name = c.Name // nobody gives the callback up yet
	}
	cb.Context, cb.view, cb.component, cb.receiver = ctx, v, component, component.Value()
	cb.rendering, cb.isEvent = v.tree.IsRendering(), c.isEvent
	component.Scope().BeginIn(&cb.tx)
	if v.hooks != nil {
		cb.around = &around{hooks: v.hooks}
	}
	v.callback.Store(cb)
	err := fault.ErrGone
	if c.closing || !v.ended.Load() { // whoever ends the view from now on finds the callback
		err = v.host.Guard.Call(func() error { return c.begin(cb) })
	}
	if !cb.phase.CompareAndSwap(running, finished) {
		v.mu.Lock() // until another worker has begun, so that this one finds out
		defer v.mu.Unlock()
		return fault.ErrAbandoned
	}
	v.callback.Store(nil)
	to := redirectOf(err)
	if to != nil {
		err = nil
	}
	switch ctx.Err() {
	case context.DeadlineExceeded:
		err = errors.Join(fault.ErrDeadline, err)
	case context.Canceled:
		err = errors.Join(fault.ErrGone, err)
	}
	if err != nil {
		v.tree.RunEnds(cb.allEnds())
		_, panicked := errors.AsType[*fault.Panic](err)
		if cb.isEvent && ctx.Err() == nil && !panicked { // what is wrong with an event may have a reply of its own
			v.reply = cb.reply
		}
		if panicked && !component.IsPage() {
			component.Fail()
		}
		err = fmt.Errorf("%s: %w", c.Name, err)
		if !component.IsPage() {
			err = fault.Quote(component.ID(), err)
		}
		return err
	}
	v.commit(cb, to)
	return nil
}

// commit applies what a callback has set, sent and started.
func (v *View) commit(cb *Callback, to *redirect) {
	v.commitHooks(cb)
	v.savepoint.note(cb.component)
	cb.tx.Commit()
	v.durable.note(cb)
	if cb.title != nil && *cb.title != "" {
		v.tree.SetTitle(*cb.title)
	}
	if cb.isEvent {
		v.cookies = append(v.cookies, cb.cookies...)
		if cb.reply != nil {
			v.reply = cb.reply
		}
	}
	v.push(cb.pushed)
	v.savepoint.rollbacks = append(v.savepoint.rollbacks, cb.rollbacks...)
	for _, f := range cb.commits {
		v.host.Guard.Run(v.def.Name(), f)
	}
	if ends := cb.takeEnds(); ends != nil {
		cb.component.OnEnd(ends)
	}
	if jobs := cb.tx.Jobs(); len(jobs) > 0 {
		v.startAll(cb.component, jobs, v.causeOf(cb))
	}
	v.move(cb)
	v.leave(to, cb.flash)
}

// abandon gives up the callback that runs with ctx: what it still does has no effect. ok reports
// whether there was one; then ended has to be called, with no lock held. Safe for concurrent use.
func (v *View) abandon(ctx context.Context) (ended func(), ok bool) {
	cb := v.callback.Load()
	if cb == nil || cb.Context != ctx || !cb.phase.CompareAndSwap(running, abandoned) {
		return nil, false
	}
	if cb.rendering && !cb.component.IsPage() {
		cb.component.FailLate()
	}
	return func() { v.tree.RunEnds(cb.allEnds()) }, true
}
