package tab

import "net/http"

// Event is something that a tab has done or met.
type Event struct {
	Kind Kind
	// Cause says why a page was loaded, or its address has changed.
	Cause Cause
	// Replace says that the address takes the place of the one before in the history.
	Replace bool
	// Whole says that the whole body was replaced with that.
	Whole bool
	// Address is the page's, the request's or the event source's.
	Address string
	// Method and Header are the request's that was sent or answered. Of a page that was
	// loaded, Header is the answer's.
	Method string
	Header http.Header
	// Status is the answer's.
	Status int
	// ID and Text are the message's, and Name its event, if it has one. Of an answer,
	// Text is the body.
	ID, Name, Text string
	// Numbered says that the message brought its ID itself; else it is the one before's.
	Numbered bool
	// First says that a message, or an id alone, is the first of its connection.
	First bool
	// Err is what went wrong.
	Err error
}

// Kind is what an event is.
type Kind string

// What a tab tells of.
const (
	Loaded     Kind = "loaded" // a page was loaded
	LoadFailed Kind = "load failed"
	Moved      Kind = "moved"      // the address of a page has changed without a load
	Shown      Kind = "shown"      // what belongs to an address that was gone back to has come
	Sent       Kind = "sent"       // a request of htmx was sent
	Answered   Kind = "answered"   // it was answered
	Failed     Kind = "failed"     // it was not
	Connecting Kind = "connecting" // an event source is asked for again
	Connected  Kind = "connected"  // an event source was opened
	Ended      Kind = "ended"      // the connection of an event source is over, Err says how if not in order
	Closed     Kind = "closed"     // an event source is over, since its element is gone
	Message    Kind = "message"    // a message, or an id alone, came on an event source
	Replied    Kind = "replied"    // a message came in the answer to a request
	Broken     Kind = "broken"     // htmx threw
)

// Cause is why a page was loaded.
type Cause string

// The causes of loading a page. A page that loads itself anew does so by Refresh or Header.
const (
	Opened    Cause = "opened"    // the tab was opened on it, or its address was typed
	Followed  Cause = "followed"  // a link
	Submitted Cause = "submitted" // a form that the browser itself sends
	Reloaded  Cause = "reloaded"  // by the user
	Restored  Cause = "restored"  // by going back or forward
	Refresh   Cause = "refresh"   // a meta element in a message
	Header    Cause = "header"    // HX-Refresh
	Redirect  Cause = "redirect"  // HX-Redirect
	Patched   Cause = "patched"   // the server's answer or message has changed the address
)
