// Package protocol has the names on the wire between a page and the kit: ids of elements, headers,
// parameters of addresses, the operations that the kit itself sends, and the texts that users read.
package protocol

import "html"

// The ids of the elements that the kit puts around a view's content, and of what holds that.
const (
	RootID   = "sb-view"
	StreamID = "sb-stream"
	NoticeID = "sb-notice"
	LostID   = "sb-lost"
	FailedID = "sb-failed"
)

// TicketHeader carries a page's ticket in each request that htmx makes from it.
const TicketHeader = "Sideband-Ticket"

// Parameters in the query of a page's own address.
const (
	// StreamParam asks for the page's connection, if its value is StreamValue, or sends the
	// browser on to what TargetParam says, which the kit has sealed, if it is LeaveValue.
	StreamParam = "sideband"
	StreamValue = "stream"
	LeaveValue  = "leave"
	TargetParam = "to"
	// AfterParam is where a connection goes on that has not had an id yet.
	AfterParam = "after"
	// EventParam names an event, in a POST; ComponentParam is the address of its component,
	// ElementParam the id of the element that it is about, if it is sent for another one, and
	// TypingParam says that the user is in the middle of changing a field.
	EventParam     = "event"
	ComponentParam = "to"
	ElementParam   = "of"
	TypingParam    = "typing"
)

// StreamQuery is the query that asks for a page's connection.
const StreamQuery = "?" + StreamParam + "=" + StreamValue

// StreamElement is the element that holds the page's connection, which is opened at url. htmx
// closes the connection of a hidden page and opens it again when the page is shown, unless
// keep is set.
func StreamElement(url string, keep bool) []byte {
	e := `<div id="` + StreamID + `" hx-sse:connect="` + html.EscapeString(url) + `" ` +
		`hx-trigger="intersect, htmx:finally:request delay:3s" hx-sync="this:drop" hx-swap="none" hx-config="sse.reconnectDelay:100 sse.reconnectMaxDelay:10000`
	if keep {
		e += ` sse.pauseOnBackground:false`
	}
	return []byte(e + `"></div>`)
}
