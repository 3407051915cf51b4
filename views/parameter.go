package views

import "net/url"

// Posted is what an event has posted.
type Posted struct {
	// Fields are bounded in count and bytes by the kit's limits.
	Fields url.Values
	// Source is the id of the element that has sent the event; "" of a page without scripts.
	Source string
}

// Parameter is a parameter of an event that reads what was posted by itself, such as *forms.Form[T].
// It is a pointer type; the kit calls Receive on a new value, and gives that to the method. Packages
// on top of this one implement it; pages have no need to.
type Parameter interface {
	// Receive takes what was posted. It is a callback of its own, before that of the method: what
	// it sets stays if the method fails. The method runs only if run is true. An error is the
	// event's, as one of the method would be, but what Receive has set stays.
	Receive(s *Socket, p Posted) (run bool, err error)
	// Done is part of the method's callback. It is called when the method has returned nil or a
	// redirect, and reports whether the event was accepted. A form whose submit was not keeps what
	// the user has typed into it, as after an error.
	Done(s *Socket) (accepted bool, err error)
}
