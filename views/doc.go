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
// [Definition] and [Instance] are for package handlers, which serves views over
// HTTP and owns their execution; page authors do not need them.
package views
