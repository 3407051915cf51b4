// Package views is what a page is written against.
//
// A page is a Go type with a Mount and a Render method; see [View]. Its exported
// methods of the shape
//
//	func (Page) Add(s *views.Socket, times int) error
//
// are events that the browser may send; templates bind them by method expression,
// views.OnClick(ctx, Page.Add, 1), so a missing method or a wrong parameter does not
// compile. Unexported methods of the same shape are messages, sent with [Send] from
// any goroutine, which no browser can forge.
//
// A page's fields are its dependencies, shared by all visitors. The state of one visitor's
// page is kept in keys of package state, which templates read with ctx and callbacks set
// with the [Socket].
//
// # Parts of a page
//
// [Region] is a part that is rendered by itself; [Each] renders a list and skips unchanged
// items. [Component] renders a component: a type with a Render method whose fields are its
// props, with keys, events and messages of its own, and optionally Mount, Update and Close.
// Events go to the nearest enclosing component, or the page, of their method's type. [Stream]
// shows a list of which the server keeps only the ids.
//
// # Background tasks, messages and redirects
//
// A callback should return quickly. For slow work, [Start] runs a background task and sends its
// result to a method; a [state.Async] keeps the result under a key, which [Await] shows.
// [Socket.Flash] sends the user a message, which [Flash] renders; [Socket.Redirect] redirects
// the page. Package pubsub sends messages between views.
//
// A [Hook] is code that runs around the callbacks of many pages.
//
// Package handlers serves pages over HTTP.
package views
