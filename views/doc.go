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
// A page's fields are its dependencies, shared by all who look at it. What one
// visitor's page knows is kept in keys of package state, read in templates with ctx
// and set in callbacks with the [Socket].
//
// # Parts of a page
//
// [Region] is a part that is rendered by itself, [Each] a list that leaves out what is as
// before. [Component] places a component: a type with a Render method whose fields are its
// props, with keys, events and messages of its own, and if it wants Mount, Update and Close.
// Events go to the nearest component or page that is of their method's type. [Stream]
// shows a list of which the server keeps the ids only.
//
// # Beside a page
//
// Slow work is no callback: [Start] runs a function beside the view and sends its result to
// a method; [Await] shows that of a [state.Async]. [Socket.Flash] tells the user something,
// which [Flash] shows; [Socket.Redirect] sends the page elsewhere. Package pubsub connects
// views with one another.
//
// [Definition] and [Instance] are for package handlers, which serves views over
// HTTP and owns their execution; page authors do not need them.
package views
