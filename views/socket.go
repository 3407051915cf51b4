package views

import (
	"context"
	"fmt"

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
func (s *Socket) Redirect(url string) error { return s.redirect(url, protocol.LocalAddress, false) }

// Navigate is Redirect to another page that is shown in the document of this one, without a load, as by a
// [NavigateLink]. In Mount, in HandleParams as the page is opened, and without JavaScript it is a redirect.
func (s *Socket) Navigate(url string) error { return s.redirect(url, protocol.LocalAddress, true) }

// RedirectExternal is Redirect to an http or https address of any site, which is to be
// absolute. An address that a user can choose makes the site one that sends people where
// others want them: check it first.
func (s *Socket) RedirectExternal(url string) error {
	return s.redirect(url, protocol.ExternalAddress, false)
}

func (s *Socket) redirect(url string, check func(string) (protocol.Address, error), inPlace bool) error {
	s.cb.Check()
	to, err := check(url)
	if err != nil {
		return fmt.Errorf("redirect to %.100q: %w", url, err)
	}
	return s.cb.Redirect(to, inPlace)
}
