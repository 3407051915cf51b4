package views

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/state"
)

// maxInbox is how many messages to its own view one callback may lead to.
const maxInbox = 1000

// Instance is one living view: its keys and those of its components, what it last showed and what it is to do
// next. Package handlers owns its execution: apart from the methods that say so, one
// goroutine at a time may use it.
type Instance struct {
	def       *Definition
	runner    Runner
	connected atomic.Bool
	listeners listeners
	current   atomic.Pointer[Socket]
	inbox     []Message
	closing   []Message // of components that have left the page
	ran       int       // messages of the inbox, in the turn
	host      *Host
	root      *component // the page

	title      string
	shownTitle string
	undo       undo
	turn       uint64
	away       *Departure // where a callback has sent the page
	showsFlash bool       // a rendering had a place for it

	mu    sync.Mutex
	parts map[string]*component // by address
	ended bool
	all   []*component // the page first; of who runs the view, but what is added is so under mu

	touched []*component // that may be out of date
	placed  []*component // that were added since the last rendering
	far     bool         // something reads keys of a component that it does not stand in
	flagged []*region    // as the last look at what is out of date has left them

	// The last rendering.
	tree    patch.Tree
	page    *region
	streams map[state.StreamRef]*streamed
	pass    atomic.Pointer[pass] // the rendering under way
	round   uint64               // of renderings
}

// undo is what callbacks have changed since Begin.
type undo struct {
	scopes  []scopeBefore
	title   string
	results []Message // of work, that are to be taken again
	undone  []func()
	mounted []*component
}

type scopeBefore struct {
	scope  *state.Scope
	before state.Snapshot
}

// Host is what all views of a kit have in common.
type Host struct {
	TitlePrefix, TitleSuffix string
	// Report is told, from any goroutine, of errors that nobody waits for.
	Report func(error)
}

// NewInstance makes a view of the definition that is not mounted yet. Its messages
// go to runner.
func (d *Definition) NewInstance(runner Runner, host *Host) *Instance {
	in := &Instance{def: d, runner: runner, host: host, turn: 1}
	in.root = &component{
		in: in, kind: d.kind, name: d.Name(), value: d.view, mounted: true,
	}
	in.root.newScope()
	in.all = []*component{in.root}
	return in
}

// Definition returns what the instance was made from.
func (in *Instance) Definition() *Definition { return in.def }

// Scope holds the page's keys.
func (in *Instance) Scope() *state.Scope { return in.root.scope }

// Ref names the view. Safe for concurrent use.
func (in *Instance) Ref() Ref { return Ref{in: in} }

// Title is the page's title, without prefix and suffix.
func (in *Instance) Title() string { return in.title }

// SetConnected says whether the browser's stream is open. Safe for concurrent use.
func (in *Instance) SetConnected(open bool) { in.connected.Store(open) }

// Mounting is the callback that mounts the view with what came in the URL.
func (in *Instance) Mounting(input Input) Message {
	return Message{Name: in.def.typ.String() + ".Mount", Run: func(s *Socket) error { return in.def.mount(s, input) }}
}

// Connecting is the callback for the stream's first opening, if the view has one.
func (in *Instance) Connecting() (Message, bool) {
	c, ok := in.def.view.(connecter)
	if !ok {
		return Message{}, false
	}
	return Message{Name: in.def.typ.String() + ".Connect", Run: c.Connect}, true
}

// End ends the view and its components: nothing more is sent to them, and what waits for
// their end runs. It returns the callbacks for it. Safe for concurrent use.
func (in *Instance) End() []Message {
	in.mu.Lock()
	if in.ended {
		in.mu.Unlock()
		return nil
	}
	in.ended = true
	var closing []Message
	var ends []*ending
	for _, c := range slices.Backward(in.all) {
		c.ended = true
		ends = append(ends, c.ends...)
		c.ends = nil
		if m, ok := c.closing(); ok {
			closing = append(closing, m)
		}
	}
	in.mu.Unlock()
	for _, e := range ends {
		in.guard(e.run)
	}
	return closing
}

func (c *component) closing() (Message, bool) {
	return Message{Name: c.name + ".Close", part: c, closing: true, Run: func(s *Socket) error {
		if v, ok := c.value.(closer); ok && c.mounted {
			v.Close(s)
		}
		return nil
	}}, c.kind.closes
}

func (in *Instance) hasEnded() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.ended
}

func (c *component) hasEnded() bool {
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	return c.ended
}

// guard calls a function of the application's that has nobody to return an error to.
func (in *Instance) guard(f func()) {
	if err := protect(func() error { f(); return nil }); err != nil {
		in.host.Report(fmt.Errorf("%s: %w", in.def.Name(), err))
	}
}

// lookup finds a component by its address; nil if it is not placed.
func (in *Instance) lookup(address string) *component {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.parts[address]
}

// add makes a component part of the view. It reports false if the view has ended.
func (in *Instance) add(c *component) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.ended {
		return false
	}
	if in.parts == nil {
		in.parts = map[string]*component{}
	}
	in.parts[c.address()] = c
	c.index = len(in.all)
	in.all = append(in.all, c)
	in.placed = append(in.placed, c)
	return true
}

// move makes a component one that another component has placed.
func (in *Instance) move(c, placer *component) {
	in.mu.Lock()
	c.outer = placer
	in.mu.Unlock()
	c.scope.Move(placer.scope)
	c.around, c.moved = placer.scope, true
	c.change()
}

// remove ends components that no page shows any more.
func (in *Instance) remove(gone []*component) {
	var ends []*ending
	in.mu.Lock()
	for _, c := range gone {
		if c.ended {
			continue
		}
		c.ended = true
		ends = append(ends, c.ends...)
		c.ends = nil
		delete(in.parts, c.address())
		last := len(in.all) - 1
		in.all[c.index] = in.all[last]
		in.all[c.index].index = c.index
		in.all[last] = nil
		in.all = in.all[:last]
		if m, ok := c.closing(); ok {
			in.closing = append(in.closing, m)
		}
	}
	in.mu.Unlock()
	for _, e := range ends {
		in.guard(e.run)
	}
}

// Event decodes an event that the browser sent to the page, or to the component at an
// address. It returns ErrNoEvent or ErrParams, wrapped; for a component that is found out
// when the message runs. Safe for concurrent use.
func (in *Instance) Event(name, to string, input Input) (Message, error) {
	if to != "" {
		return Message{Name: fmt.Sprintf("%.80q %.40q", to, name), at: to, Run: func(s *Socket) error {
			f, err := s.part.event(name, input)
			if err != nil {
				return err
			}
			return f(s)
		}}, nil
	}
	f, err := in.root.event(name, input)
	return Message{Name: in.def.typ.String() + "." + name, Run: f}, err
}

// event decodes an event of the component.
func (c *component) event(name string, input Input) (func(s *Socket) error, error) {
	ev := c.kind.events[name]
	if ev == nil {
		return nil, fmt.Errorf("%w: %s has none named %.40q", ErrNoEvent, c.name, name)
	}
	p, err := ev.decode(input)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", name, err)
	}
	return func(s *Socket) error { return ev.call(s.part.value, s, p) }, nil
}

// Do runs one callback as a transaction: what it set and sent takes effect if it
// returns nil. A panic becomes a *PanicError. If the callback was abandoned
// meanwhile, Do returns ErrAbandoned, the callback has left no trace, and the
// instance must not be touched by this goroutine any more.
func (in *Instance) Do(ctx context.Context, m Message) error {
	c := in.root
	switch {
	case m.at != "":
		c = in.lookup(m.at)
	case m.part != nil:
		c = m.part
	}
	if c == nil || c != in.root && !m.closing && c.hasEnded() {
		return fmt.Errorf("%s: %w", m.Name, ErrNoComponent)
	}
	tx := c.scope.Begin()
	s := &Socket{Context: ctx, in: in, part: c, tx: tx, src: tx.Source()}
	in.current.Store(s)
	err := protect(func() error { return m.Run(s) })
	if !s.phase.CompareAndSwap(running, finished) {
		return ErrAbandoned
	}
	in.current.Store(nil)
	to := leavingOf(err)
	if to != nil {
		err = nil
	}
	switch ctx.Err() {
	case context.DeadlineExceeded:
		err = errors.Join(ErrDeadline, err)
	case context.Canceled:
		err = errors.Join(ErrGone, err)
	}
	if err != nil {
		for _, e := range s.takeEnds() {
			in.guard(e.run)
		}
		if _, ok := errors.AsType[*PanicError](err); ok && c != in.root {
			c.fail()
		}
		return fmt.Errorf("%s: %w", m.Name, err)
	}
	in.note(c)
	tx.Commit()
	if s.title != nil && *s.title != "" {
		in.title = *s.title
	}
	in.undo.undone = append(in.undo.undone, s.undone...)
	for _, f := range s.effects {
		in.guard(f)
	}
	if ends := s.takeEnds(); ends != nil {
		c.onEnd(ends)
	}
	c.startJobs(tx.Jobs())
	in.settle(s, to)
	return nil
}

// Inbox takes the next message that callbacks have sent to their own view, what components
// do at their end first. The error is set when there were too many in the turn: they are
// dropped.
func (in *Instance) Inbox() (m Message, ok bool, err error) {
	if len(in.closing) > 0 {
		m = in.closing[0]
		in.closing = in.closing[1:]
		return m, true, nil
	}
	if len(in.inbox) == 0 {
		return Message{}, false, nil
	}
	if n := len(in.inbox); in.ran+n > maxInbox {
		in.inbox = nil
		return Message{}, false, fmt.Errorf("views: %s sent itself too many messages at once, %d are lost: %w", in.def.Name(), n, ErrFull)
	}
	m = in.inbox[0]
	in.inbox = in.inbox[1:]
	in.ran++
	return m, true, nil
}

// HasInbox reports whether callbacks have sent messages to their own view.
func (in *Instance) HasInbox() bool { return len(in.inbox)+len(in.closing) > 0 }

// Rendered reports whether the view was rendered: its components are placed.
func (in *Instance) Rendered() bool { return in.page != nil }

// Rendering reports whether a rendering is under way. Safe for concurrent use.
func (in *Instance) Rendering() bool { return in.pass.Load() != nil }

// Dirty reports whether there may be something to show.
func (in *Instance) Dirty() bool {
	for _, c := range in.touched {
		if c.changed || c.renew || c.scope.Dirty() {
			return true
		}
	}
	return false
}

// Abandon gives up the callback that is running with ctx: whatever it still does is void.
// It reports whether there was one; then ended has to be called, with no lock held. Safe for
// concurrent use.
func (in *Instance) Abandon(ctx context.Context) (ended func(), ok bool) {
	s := in.current.Load()
	rendering := in.Rendering()
	if s == nil || s.Context != ctx || !s.phase.CompareAndSwap(running, abandoned) {
		return nil, false
	}
	if rendering && s.part != in.root {
		s.part.late.Store(true)
	}
	return func() {
		for _, e := range s.takeEnds() {
			in.guard(e.run)
		}
	}, true
}

// Begin begins a turn, which Undo takes back.
func (in *Instance) Begin() {
	in.undo, in.ran = undo{title: in.title}, 0
	in.turn++
}

// note remembers what a component knew when the turn began.
func (in *Instance) note(c *component) {
	if c.noted != in.turn {
		c.noted = in.turn
		in.undo.scopes = append(in.undo.scopes, scopeBefore{c.scope, c.scope.Snapshot()})
	}
}

// Undo takes back what callbacks have set since Begin, and drops messages that they have
// sent to their own view. Results of work are taken again.
func (in *Instance) Undo() {
	for _, b := range in.undo.scopes {
		b.scope.Restore(b.before)
	}
	in.title = in.undo.title
	in.inbox = append([]Message(nil), in.undo.results...)
	for _, c := range in.undo.mounted {
		c.fail() // what Mount has set is taken back, too
	}
	undone := in.undo.undone
	in.Begin()
	for _, f := range undone {
		in.guard(f)
	}
}

// PanicError is a panic of the page's code, with its stack for the log.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Unwrap returns the panic's value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// unwind is a panic that ends a rendering whose view another goroutine runs by now.
type unwind struct{}

var errGoexit = errors.New("views: the callback ended its goroutine")

func protect(f func() error) (err error) {
	normal := false
	defer func() {
		if normal {
			return
		}
		switch r := recover(); r {
		case unwind{}:
			err = ErrAbandoned
		case nil:
			err = errGoexit
		default:
			err = &PanicError{r, debug.Stack()}
		}
	}()
	err = f()
	normal = true
	return err
}
