// Package protocol has what a page and the kit agree on: ids of elements, cookies, headers and
// parameters of addresses, the operations that the kit itself sends, and the texts that users read.
//
// The names that package patch writes into operations, such as patch.LeftID, are that package's: it is
// made of pure functions that know no kit, and this package builds on it.
package protocol

// The ids of the elements that the kit puts around a view's content, and of what holds that.
const (
	RootID   = "sb-view"
	StreamID = "sb-stream"
	NoticeID = "sb-notice"
	LostID   = "sb-lost"
	FailedID = "sb-failed"
	SlowID   = "sb-slow"
)

// TicketHeader carries a page's ticket in each request that htmx makes from it.
const TicketHeader = "Sideband-Ticket"

// The cookies of the kit. Over plain HTTP on the machine's own address they have the names that
// begin with Local, because browsers differ there about what __Host- demands.
const (
	SessionCookie      = "__Host-sideband"
	LocalSessionCookie = "sideband"
	// FlashCookie carries flash messages to the next page.
	FlashCookie      = "__Host-sideband-flash"
	LocalFlashCookie = "sideband-flash"
	// ReloadCookie counts, for each path, how often pages were told to reload themselves.
	ReloadCookie = "sideband-reloads"
)

// AssetsPath is where the kit's files are served.
const AssetsPath = "/_sideband"

// The names of the notices that pages have ready, among the kit's files.
const (
	LostFile   = "lost.html"
	FailedFile = "failed.html"
)

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
	// RecoverParam says that the event recovers a form; without an event, that the page does not
	// have that form.
	EventParam     = "event"
	ComponentParam = "to"
	ElementParam   = "of"
	TypingParam    = "typing"
	RecoverParam   = "recover"
)

// FormField is the hidden field by which a form says which it is: its id, and perhaps more behind a
// point.
const FormField = "sb-form"

// StreamQuery is the query that asks for a page's connection.
const StreamQuery = "?" + StreamParam + "=" + StreamValue
