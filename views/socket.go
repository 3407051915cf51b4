package views

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/flash"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/state"
)

// Socket is a page or a component as one of its callbacks sees it: the callback reads and
// sets keys through it. It is also the callback's context: done when the deadline passes
// or the view ends. It has the values that middleware has put into the context of the request
// that has caused the callback: Mount, Connect and events, and Mount and Update of components in
// the rendering that follows. Messages, timers and results of background tasks, and what is
// rendered for them, see none.
//
// What a callback sets and sends takes effect when it returns nil; if it returns an
// error, panics or passes its deadline, none of it happened. A socket is good for
// its one callback and goroutine: later, setting panics. Keep [Socket.Ref] and
// [Send] instead.
type Socket struct {
	context.Context
	cb *live.Callback
}

var _ state.Writer = (*Socket)(nil)

// socketOf is the socket of a callback that the engine runs.
func socketOf(w state.Writer) *Socket {
	cb := w.(*live.Callback)
	return &Socket{cb, cb}
}

// Tx is the callback's transaction, for package state. It panics once the callback
// has returned.
func (s *Socket) Tx() *scope.Tx { return s.cb.Tx() }

// Connected reports whether the browser's connection is open. It is false while the
// page is first served.
func (s *Socket) Connected() bool { return s.cb.View().Connected() }

// ID returns the id that the component is rendered with; "" of the page.
func (s *Socket) ID() string { return s.cb.Component().ID() }

// IsRemounted reports whether the view was mounted again for a page that was opened before, whose view
// is gone: after a restart of the server, say.
func (s *Socket) IsRemounted() bool { return s.cb.View().IsRemounted() }

// Recovered says what became of the values that an earlier view of the page had under its durable keys: whether they are
// there again, in Mount, too. With state.RecoveryFailed, err says why; it is for the log. It wraps stash.ErrTooLarge if
// the values were too large to be stored. Values of components are there when these are mounted.
func (s *Socket) Recovered() (r state.Recovery, err error) { return s.cb.Recovery() }

// RecoverDurable gives the durable keys of the page and its components the values that are kept. It is for
// Stash.ManualRecovery of package handlers: else they have them before Mount. In the page's Mount the page's keys
// have them when it returns, and it says what Recovered says from then on. In other callbacks, if they succeed, the view is
// remounted with them, and it returns state.RecoveryOffered; if there is nothing to recover, it does nothing.
func (s *Socket) RecoverDurable() (r state.Recovery, err error) { return s.cb.RecoverDurable() }

// SaveDurable has the durable keys of the page and its components kept as they are at the end of the turn, if the callback
// succeeds. It is for Stash.Manual of package handlers: else they are kept whenever one has changed.
func (s *Socket) SaveDurable() { s.cb.SaveDurable() }

// ForgetDurable has what is kept of the page and its components deleted, if the callback succeeds. The keys stay as they
// are, and are kept again when one has changed.
func (s *Socket) ForgetDurable() { s.cb.ForgetDurable() }

// Client is who uses a page.
type Client struct {
	// Session names the browser's session, for as long as it lasts. It is no secret: nobody gets into the session with it.
	// It is "" in the Mount of a browser's first page, whose session begins with the answer.
	Session string
	// Identity is who is logged in, as Config.Identity of package handlers says; "" for nobody.
	Identity string
	// Network is where the request comes from that has caused the callback: an IPv4 address, or the first 64 bits of an
	// IPv6 one, such as "2001:db8::/64". Behind a proxy it is what chi's middleware.ClientIPFrom… have found out. It is ""
	// in messages, timers and results of background tasks, which have no request.
	Network string
}

// Client returns who uses the page.
func (s *Socket) Client() Client {
	c := s.cb.Client()
	session := ""
	if c.Session != [16]byte{} {
		session = base64.RawURLEncoding.EncodeToString(c.Session[:])
	}
	return Client{session, c.Identity, c.Network}
}

// SetTitle sets the page's title; the kit's prefix and suffix are put around it. An
// empty title leaves a page that has one with the one it has.
func (s *Socket) SetTitle(title string) { s.cb.SetTitle(title) }

// Address is where the page is: path and query. In HandleParams it is the address to which the page goes. It is the
// person's to choose: escape it where it is part of another one.
func (s *Socket) Address() string { return s.cb.Address() }

// Ref names the page or component. It may be kept, copied and used by any goroutine.
func (s *Socket) Ref() Ref { return Ref{s.cb.Ref()} }

// At addresses the component of the view that has the id; its type is that of
// the method that is sent to it. What is sent there is sent with the callback, and takes
// effect when it succeeds. It is good for that callback; keep its Ref.
func (s *Socket) At(id string) Target { return receiver{s, id} }

// receiver is a component as a callback addresses it.
type receiver struct {
	s  *Socket
	id string
}

// Ref names the component.
func (r receiver) Ref() Ref { return r.s.Ref().At(r.id) }

// OnCommit calls f when the callback has succeeded, before the next rendering and before
// the messages that it has sent. f must not block.
func (s *Socket) OnCommit(f func()) { s.cb.OnCommit(f) }

// OnRollback calls f if what the callback has set is rolled back after it has succeeded, because
// the page could not be rendered with what the turn has brought. f must not block.
func (s *Socket) OnRollback(f func()) { s.cb.OnRollback(f) }

// OnEnd calls f once, when the component or page of the callback has ended, or as soon as
// the callback has failed. f runs on any goroutine and must not block. stop cancels it
// and reports whether f will not run any more.
func (s *Socket) OnEnd(f func()) (stop func() bool) { return s.cb.OnEnd(f) }

// OnConnection calls f once the callback has succeeded, and whenever the browser's connection
// opens or closes after that, until stop is called or the component or page of the callback
// has ended. f is called in order, from any goroutine, and must not block; it may send
// messages. It may still be running when stop returns, but is not called any more.
func (s *Socket) OnConnection(f func(open bool)) (stop func()) { return s.cb.OnConnection(f) }

// Flash shows the user something, once: [Flash] shows it in the page, until the user
// dismisses it, ClearFlash is called or the page is left. There is one message of each
// kind: a newer one takes its place, also one with the same text. If the callback returns
// [Socket.Redirect], the next page shows it instead.
//
// The message takes effect when the callback succeeds. Text is escaped, and cut after
// 1,000 characters; an empty one clears the kind. Flash panics if kind is no plain name.
func (s *Socket) Flash(kind FlashKind, text string) {
	s.cb.Flash(flash.Change{Message: flash.New(string(kind), text)})
}

// ClearFlash takes messages of these kinds away, or all if none is named.
func (s *Socket) ClearFlash(kinds ...FlashKind) {
	if len(kinds) == 0 {
		s.cb.Flash(flash.Change{})
	}
	for _, k := range kinds {
		s.cb.Flash(flash.Change{Message: flash.New(string(k), "")})
	}
}

// Delivery is what becomes of a pushed event if the page is away.
type Delivery int

// Kept events wait for a page that is away. Transient ones are for a page that is connected when the callback succeeds:
// others never get them, nor one whose connection is too slow to take them.
const (
	Kept Delivery = iota
	Transient
)

// PushEvent pushes an event to the page's scripts: a DOM event of the name, which bubbles from the element that holds the
// connection to the document, with v as JSON text in event.detail.data.
//
//	document.addEventListener("chart:point", e => add(JSON.parse(e.detail.data)))
//
// It is sent once the callback has succeeded, after the patch of its turn: elements of that patch hear it. A page gets
// each event once, in order; what is pushed while it is away, or before it is connected, comes when it is back, up to 256
// events and 256 KiB, of which the oldest are lost first. A view that is remounted does not know of them any more.
//
// The name has a colon, so that it is none of the browser's: letters, digits and :._- up to 100 bytes, and it does not
// begin with "sb:", "hx:" or "htmx:". PushEvent returns an error for another one and for what is no JSON, and [ErrFull],
// wrapped, if a callback pushes more than what a page may wait for. Then nothing is pushed.
func (s *Socket) PushEvent(name string, v any, how ...Delivery) error {
	s.cb.Check()
	if !protocol.IsEventName(name) {
		return fmt.Errorf("views: PushEvent: %.110q is no name for an event: it has a colon between its parts, as \"chart:point\", no other signs than :._-, and is none of htmx's", name)
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("views: PushEvent %q: %w", name, err)
	}
	return s.cb.Push(name, data, len(how) > 0 && how[0] == Transient)
}

// Reply answers the event with a value: the element that has sent it gets the DOM event "sb:reply", with v as JSON text in
// event.detail.data, of any size. It does so also if the callback fails, beside the error; not if it panics after that,
// passes its deadline or redirects, or if the page can't be rendered with what it has set. Of several replies the last one
// counts; callbacks that are no events, and browsers without JavaScript, get none. The reply and the patch of the same
// event travel apart: either may come first.
//
// It returns an error for what is no JSON.
func (s *Socket) Reply(v any) error {
	s.cb.Check()
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("views: Reply: %w", err)
	}
	s.cb.Reply(data)
	return nil
}

// Redirect sends the page to another one of the same origin. It works through the error
// that it returns, which is for the callback to return:
//
//	return s.Redirect("/login")
//
// That is a success: what the callback has set and sent takes effect, what it has said
// with Flash is shown by the page that comes next, and this one is not rendered any more.
// The first request of a page is answered 303 in its place; an event, a message or Connect
// makes the browser load the other page, at once or when it comes back. If several
// callbacks send the page away before it has left, the last one counts.
//
// The address is a path such as "/users/7?tab=posts#top", or a query for the present path,
// "?page=2". Anything else is refused with an error that says why ([ErrAddress], wrapped),
// and the callback that returns it has failed. One that differs from the page's own in
// what follows the # alone loads nothing.
func (s *Socket) Redirect(url string) error { return s.redirect(url, protocol.LocalAddress, "") }

// Navigate is Redirect to another page that is shown in the document of this one, without a load, as by a
// [NavigateLink]. In Mount, in HandleParams as the page is opened, and without JavaScript it is a redirect.
func (s *Socket) Navigate(url string, how ...NavigateOption) error {
	return s.redirect(url, protocol.LocalAddress, bodySwap(how))
}

// RedirectExternal is Redirect to an http or https address of any site, which is to be
// absolute. An address that a user can choose makes the site one that sends people where
// others want them: check it first.
func (s *Socket) RedirectExternal(url string) error {
	return s.redirect(url, protocol.ExternalAddress, "")
}

func (s *Socket) redirect(url string, check func(string) (protocol.Address, error), swap string) error {
	s.cb.Check()
	to, err := check(url)
	if err != nil {
		return fault.Quote(url, fmt.Errorf("redirect: %w", err))
	}
	return s.cb.Redirect(to, swap)
}
