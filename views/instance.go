package views

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/state"
)

// maxInbox is how many messages to its own view one callback may lead to.
const maxInbox = 1000

// Instance is one living view: its keys, what it last showed and what it is to do
// next. Package handlers owns its execution: apart from the methods that say so, one
// goroutine at a time may use it.
type Instance struct {
	def       *Definition
	runner    Runner
	scope     *state.Scope
	connected atomic.Bool
	current   atomic.Pointer[Socket]
	inbox     []Message
	host      *Host

	title      string
	shownTitle string

	// The last rendering.
	tree    patch.Tree
	page    *region
	regions []*region // in document order, the page first
	pass    *pass     // the rendering under way
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
	return &Instance{def: d, runner: runner, host: host, scope: state.NewScope(d.Name(), nil)}
}

// Definition returns what the instance was made from.
func (in *Instance) Definition() *Definition { return in.def }

// Scope holds the view's keys.
func (in *Instance) Scope() *state.Scope { return in.scope }

// Ref names the view. Safe for concurrent use.
func (in *Instance) Ref() Ref { return Ref{in} }

// Title is the page's title, without prefix and suffix.
func (in *Instance) Title() string { return in.title }

// SetConnected says whether the browser's stream is open. Safe for concurrent use.
func (in *Instance) SetConnected(open bool) { in.connected.Store(open) }

// Mounting is the callback that mounts the view with what came in the URL.
func (in *Instance) Mounting(input Input) Message {
	return Message{in.def.typ.String() + ".Mount", func(s *Socket) error { return in.def.mount(s, input) }}
}

// Connecting is the callback for the stream's first opening, if the view has one.
func (in *Instance) Connecting() (Message, bool) {
	c, ok := in.def.view.(connecter)
	if !ok {
		return Message{}, false
	}
	return Message{in.def.typ.String() + ".Connect", c.Connect}, true
}

// Closing is the callback for the view's end, if the view has one.
func (in *Instance) Closing() (Message, bool) {
	c, ok := in.def.view.(closer)
	if !ok {
		return Message{}, false
	}
	return Message{in.def.typ.String() + ".Close", func(s *Socket) error { c.Close(s); return nil }}, true
}

// Event decodes an event that the browser sent. It returns ErrNoEvent or ErrParams,
// wrapped. Safe for concurrent use.
func (in *Instance) Event(name string, input Input) (Message, error) {
	ev := in.def.events[name]
	if ev == nil {
		return Message{}, fmt.Errorf("%w: %v has none named %.40q", ErrNoEvent, in.def.typ, name)
	}
	p, err := ev.decode(input)
	if err != nil {
		return Message{}, fmt.Errorf("event %s: %w", name, err)
	}
	return Message{in.def.typ.String() + "." + name, func(s *Socket) error { return ev.call(in.def.view, s, p) }}, nil
}

// Do runs one callback as a transaction: what it set and sent takes effect if it
// returns nil. A panic becomes a *PanicError. If the callback was abandoned
// meanwhile, Do returns ErrDeadline, the callback has left no trace, and the
// instance must not be touched by this goroutine any more.
func (in *Instance) Do(ctx context.Context, m Message) error {
	tx := in.scope.Begin()
	s := &Socket{Context: ctx, in: in, tx: tx, src: tx.Source()}
	in.current.Store(s)
	err := protect(func() error { return m.Run(s) })
	if !s.phase.CompareAndSwap(running, finished) {
		return ErrDeadline
	}
	in.current.Store(nil)
	switch ctx.Err() {
	case context.DeadlineExceeded:
		err = errors.Join(ErrDeadline, err)
	case context.Canceled:
		err = errors.Join(ErrGone, err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", m.Name, err)
	}
	tx.Commit()
	if s.title != nil && *s.title != "" {
		in.title = *s.title
	}
	for _, f := range s.effects {
		f()
	}
	return nil
}

// Inbox takes the next message that callbacks have sent to their own view; run is how
// many have run since the callback. The error is set when there are too many:
// they are dropped.
func (in *Instance) Inbox(run int) (m Message, ok bool, err error) {
	if len(in.inbox) == 0 {
		return Message{}, false, nil
	}
	if n := len(in.inbox); run+n > maxInbox {
		in.inbox = nil
		return Message{}, false, fmt.Errorf("views: %s sent itself too many messages at once, %d are lost: %w", in.def.Name(), n, ErrFull)
	}
	m = in.inbox[0]
	in.inbox = in.inbox[1:]
	return m, true, nil
}

// Abandon gives up the callback that is running with ctx: whatever it still does is void.
// It reports whether there was one. Safe for concurrent use.
func (in *Instance) Abandon(ctx context.Context) bool {
	s := in.current.Load()
	return s != nil && s.Context == ctx && s.phase.CompareAndSwap(running, abandoned)
}

// Snapshot is what a view held at one moment.
type Snapshot struct {
	keys  state.Snapshot
	title string
}

// Snapshot returns what the view holds, for Restore.
func (in *Instance) Snapshot() Snapshot { return Snapshot{in.scope.Snapshot(), in.title} }

// Restore takes the view back and drops messages that it sent itself since.
func (in *Instance) Restore(s Snapshot) {
	in.scope.Restore(s.keys)
	in.title = s.title
	in.inbox = nil
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

var errGoexit = errors.New("views: the callback ended its goroutine")

func protect(f func() error) (err error) {
	normal := false
	defer func() {
		if normal {
			return
		}
		if r := recover(); r != nil {
			err = &PanicError{r, debug.Stack()}
		} else {
			err = errGoexit
		}
	}()
	err = f()
	normal = true
	return err
}
