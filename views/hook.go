package views

import (
	"context"
	"fmt"

	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/state"
)

// Hook is code that runs around the callbacks of pages: of one route ([handlers.View]), of a group of routes
// ([handlers.Kit.Hooks]), or of one page as it is open ([Socket.Attach]). Each function may be nil.
//
// What returns an error lets its callback go on with nil. Any other error stops it, before the page's own method has
// run: a redirect, with [Socket.Redirect], or a failure like that of the method itself.
//
// Hooks belong to the transaction of the callback that they run around: what they set and send takes effect if that
// succeeds. A hook's socket is the page's, also around a callback of a component, whose keys it does not see. The
// callback reads what the hook has set.
type Hook struct {
	// Mount runs before the page's Mount, also at a remount.
	Mount func(s *Socket) error
	// HandleParams runs before the page's HandleParams. [Socket.Address] is where the page goes.
	HandleParams func(s *Socket) error
	// Event runs before an event of the page or a component, once its parameter was read.
	Event func(s *Socket, c Callback) error
	// Message runs before a message to the page or a component, and before the result of [Start].
	Message func(s *Socket, c Callback) error
	// Wrap runs around a callback: next runs the hook's own function for it, the hooks within, and the method, once. Its
	// error is for Wrap to return, which may measure, log, or recover from a panic.
	Wrap func(s *Socket, c Callback, next func() error) error
	// AfterRender runs after a turn has rendered something and has sent it. It reads keys with ctx, and can't set any:
	// what it sends to r.Ref runs as any message.
	AfterRender func(ctx context.Context, r Rendered)
}

// Callback says which callback a hook runs around. It has no parameters, which may be secrets: a hook may log all of
// it.
type Callback struct {
	Kind CallbackKind
	Name string // of the method, such as "Add"
	Type string // of the page or component that has the method, such as "shop.Cart"
	ID   string // of the component; "" of the page
}

// CallbackKind is what a callback is called for.
type CallbackKind string

// The kinds of callbacks. An event whose parameter is a [Parameter], such as a form, has two: KindReceive, which
// takes what was posted, and KindEvent, if the method runs. Event of hooks runs in the first of them.
const (
	KindMount        = CallbackKind(live.KindMount)
	KindHandleParams = CallbackKind(live.KindParams)
	KindConnect      = CallbackKind(live.KindConnect)
	KindReceive      = CallbackKind(live.KindReceive)
	KindEvent        = CallbackKind(live.KindEvent)
	KindMessage      = CallbackKind(live.KindMessage)
)

// Rendered says what a turn has rendered: of an event or some messages.
type Rendered struct {
	Ref   Ref  // the page
	Page  bool // it was served as a whole; else it was patched
	Bytes int  // of HTML, before compression
}

// FromContext returns a hook that sets key to the value that middleware has put into the context of the request under
// contextKey, at each Mount, before each HandleParams and before each event. If there is no such T, missing says what
// happens: usually it returns [Socket.Redirect]. Nil lets the page go on, with the key as it is. A patch by a message, which
// no request has caused, leaves the key as it is, too.
//
//	var Require = views.FromContext(userKey{}, Current, func(s *views.Socket) error { return s.Redirect("/login") })
//
// A key whose values can't be compared is rendered anew with each event: give it [state.Key.WithEqual].
func FromContext[T any](contextKey any, key *state.Key[T], missing func(s *Socket) error) Hook {
	take := func(s *Socket) error {
		if v, ok := s.Value(contextKey).(T); ok {
			key.Set(s, v)
			return nil
		}
		if missing == nil {
			return nil
		}
		return missing(s)
	}
	return Hook{
		Mount: take,
		HandleParams: func(s *Socket) error {
			if s.Value(live.ClientKey{}) == nil { // a message has patched the page
				return nil
			}
			return take(s)
		},
		Event: func(s *Socket, _ Callback) error { return take(s) },
	}
}

// Attach adds a hook to the page once the callback has succeeded: after those that it has, or in the place of one that
// was attached by that name. In Mount, it runs around HandleParams already. The error is [ErrFull], wrapped, for more
// than 32. Attach panics if the hook has a Mount, whose time is over, or the name is empty.
//
// A hook that a component attaches is the page's, and stays when the component ends.
func (s *Socket) Attach(name string, h Hook) error {
	s.cb.Check()
	if h.Mount != nil {
		panic(fmt.Sprintf("views: Attach(%.40q) has a Mount, which would not run any more: call it, and attach the rest", name))
	}
	if name == "" {
		panic("views: Attach needs a name for the hook, for Detach")
	}
	return s.cb.Attach(name, hookOf(h))
}

// Detach takes a hook away that was attached by that name, once the callback has succeeded. Without one it does nothing.
func (s *Socket) Detach(name string) { s.cb.Detach(name) }

func init() {
	live.Face.Hooks = func(list any) []*live.Hook {
		var hooks []*live.Hook
		for _, h := range list.([]Hook) {
			hooks = append(hooks, hookOf(h))
		}
		return hooks
	}
}

// hookOf makes what the engine runs.
func hookOf(h Hook) *live.Hook {
	return &live.Hook{
		Mount: checkOf(h.Mount), HandleParams: checkOf(h.HandleParams),
		Event: checkOfCall(h.Event), Message: checkOfCall(h.Message),
		Wrap: wrapOf(h.Wrap), AfterRender: afterOf(h.AfterRender),
	}
}

func checkOf(f func(*Socket) error) func(*live.Callback) error {
	if f == nil {
		return nil
	}
	return func(cb *live.Callback) error { return f(socketOf(cb)) }
}

func checkOfCall(f func(*Socket, Callback) error) func(*live.Callback, live.Called) error {
	if f == nil {
		return nil
	}
	return func(cb *live.Callback, of live.Called) error { return f(socketOf(cb), callbackFor(of)) }
}

func wrapOf(f func(*Socket, Callback, func() error) error) func(*live.Callback, live.Called, func() error) error {
	if f == nil {
		return nil
	}
	return func(cb *live.Callback, of live.Called, next func() error) error {
		return f(socketOf(cb), callbackFor(of), next)
	}
}

func afterOf(f func(context.Context, Rendered)) func(context.Context, live.Ref, live.Rendered) {
	if f == nil {
		return nil
	}
	return func(ctx context.Context, ref live.Ref, r live.Rendered) { f(ctx, Rendered{Ref{ref}, r.Page, r.Bytes}) }
}

func callbackFor(of live.Called) Callback {
	return Callback{Kind: CallbackKind(of.Kind), Name: of.Name, Type: of.Component.Kind().Type.String(), ID: of.Component.ID()}
}
