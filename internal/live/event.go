package live

import (
	"cmp"
	"context"
	"fmt"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/patch"
)

// Event is an event that a request brings.
type Event struct {
	Context   context.Context // its values; its end is ignored
	Name      string          // of the method; "" if Posted.Left: the page asks for its controls
	Component string          // its address; "" of the page
	At        string          // the address of a page with HandleParams as it was triggered; "" if the browser does not say
	Input     params.Input
	Posted    *patch.Posted // what the controls show; nil: nothing to correct
	// Unscripted says that a browser without JavaScript has sent it: it takes no patches, and Serve
	// renders its page afterwards.
	Unscripted bool
	// Refusal, if not nil, is why the event does not run: it fails with that, so that controls are set back.
	Refusal error
	// Recovers is the form that the event recovers, as the view has named it; else "".
	Recovers string
}

// invocation is an event on its way: one callback or, if the method's parameter takes what was posted
// by itself, two.
type invocation struct {
	render.Invocation
	name    string // of the method
	called  string // with the component's, once that is known; "" of the page
	refusal error  // of Receive
	run     bool
	refused bool // the method has not run, or the parameter does not count as accepted
}

// event makes i an event, of the page or of the component at an address, and returns its first callback.
func (v *View) event(i *invocation, e Event) (Call, error) {
	i.name, i.called = e.Name, ""
	if e.Refusal != nil {
		return Call{}, e.Refusal
	}
	if e.Component != "" {
		return i.ofComponent(e), nil
	}
	root := v.tree.Root()
	err := v.host.Guard.Call(func() (err error) {
		i.Invocation, err = decode(root, e)
		return err
	})
	return Call{Name: i.Name, event: i, isEvent: true}, err
}

// ofComponent returns the first callback of a component's event, which is decoded when it runs. Its name is known then,
// too: what the browser says is an id.
func (i *invocation) ofComponent(e Event) Call {
	return Call{Name: "event of a component", address: e.Component, event: i, isEvent: true, Run: func(cb *Callback) (err error) {
		if i.Invocation, err = decode(cb.component, e); err != nil {
			return err
		}
		return i.begin(cb)
	}}
}

// calledIn returns the name of the event in a component, for logs.
func (i *invocation) calledIn(c *render.Component) string {
	i.called = c.Name()
	if c.Kind().Events[i.name] != nil {
		i.called += "." + i.name
	}
	return i.called
}

func decode(c *render.Component, e Event) (render.Invocation, error) {
	event := c.Kind().Events[e.Name]
	if event == nil {
		return render.Invocation{}, fault.Quote(e.Name, fmt.Errorf("%w of %s", fault.ErrNoEvent, c.Name()))
	}
	decoded, err := event(e.Input)
	if err != nil {
		return decoded, fmt.Errorf("event %s: %w", e.Name, err)
	}
	return decoded, nil
}

// begin is the first callback.
func (i *invocation) begin(cb *Callback) error {
	if cb.IsHooked() {
		kind := KindEvent
		if i.Receive != nil {
			kind = KindReceive
		}
		return cb.Pass(kind, i.name, func() error { return i.first(cb) })
	}
	return i.first(cb)
}

func (i *invocation) first(cb *Callback) error {
	if i.Receive == nil {
		return i.Run(cb.receiver, cb)
	}
	i.run, i.refusal = i.Receive(cb)
	return nil
}

// rest returns the second callback, after the first one has succeeded. It reports false if there is none.
func (c Call) rest() (Call, bool) {
	i := c.event
	if i == nil || i.Receive == nil {
		return Call{}, false
	}
	if !i.run && i.refusal == nil {
		i.refused = true
		return Call{}, false
	}
	return Call{Name: cmp.Or(i.called, c.Name), address: c.address, isEvent: true, kind: c.kind, Run: i.finish}, true
}

// finish is the second callback.
func (i *invocation) finish(cb *Callback) error {
	if i.refusal != nil {
		return i.refusal
	}
	err := i.method(cb)
	if err != nil && !IsRedirect(err) {
		return err
	}
	accepted, failed := i.Done(cb)
	i.refused = !accepted
	if failed != nil {
		return failed
	}
	return err
}

// method calls the method in the second callback.
func (i *invocation) method(cb *Callback) error {
	if cb.IsHooked() {
		return cb.pass(Called{KindEvent, i.name, cb.component}, true, func() error { return i.Run(cb.receiver, cb) })
	}
	return i.Run(cb.receiver, cb)
}

// hasParameter reports whether the call is an event whose parameter takes what was posted by itself.
func (c Call) hasParameter() bool { return c.event != nil && c.event.Receive != nil }

// isRefused reports whether the call is an event whose parameter was not accepted.
func (c Call) isRefused() bool { return c.event != nil && c.event.refused }

// runCall runs the callbacks of a call with run, one after the other.
func runCall(c Call, run func(Call) error) error {
	err := run(c)
	if err != nil {
		return err
	}
	if rest, ok := c.rest(); ok {
		return run(rest)
	}
	return nil
}
