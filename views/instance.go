package views

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/patch"
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

	address string // which those of events begin with

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
	streams map[scope.StreamRef]*streamed
	pass    atomic.Pointer[pass] // the rendering under way
	round   uint64               // of renderings
}

// Host is what all views of a kit have in common.
type Host struct {
	TitlePrefix, TitleSuffix string
	// Report is told, from any goroutine, of errors that nobody waits for. It must not panic.
	Report func(error)
	// Explain, if not nil, returns an error for a panic whose cause it knows, to stand in
	// the place of a *PanicError; else nil.
	Explain func(panicked any) error
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

// PostTo says what the addresses of events begin with; without it, they are queries alone.
// It is for package handlers, before the first rendering.
func (in *Instance) PostTo(address string) { in.address = address }

// Definition returns what the instance was made from.
func (in *Instance) Definition() *Definition { return in.def }

// Scope holds the page's keys.
func (in *Instance) Scope() *scope.Scope { return in.root.scope }

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

func (in *Instance) hasEnded() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.ended
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
	var f func(s *Socket) error
	err := in.host.protect(func() (err error) {
		f, err = in.root.event(name, input)
		return err
	})
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
