// Package protocol defines what a page and the kit share: ids of elements, cookies, headers and
// parameters of addresses, the operations that the kit itself sends, and the texts that users read.
//
// Package patch defines the names that it writes into operations itself, such as patch.LeftID: it
// does not know the kit, and this package imports it.
package protocol

// The ids of the kit's elements around a view's content, and of the element that holds that.
const (
	RootID       = "sb-view"
	ConnectionID = "sb-stream"
	NoticeID     = "sb-notice"
	LostID       = "sb-lost"
	FailedID     = "sb-failed"
	SlowID       = "sb-slow"
	// VisitID is the element in which the page asks for the address where it is to be.
	VisitID = "sb-visit"
)

// TicketHeader carries a page's ticket in each request that htmx makes from it.
const TicketHeader = "Sideband-Ticket"

// TicketField is the field with the page's ticket in forms that a browser without JavaScript posts.
const TicketField = "sb-ticket"

// FormID is the id of the empty form in the shell to which buttons belong that are in no form of the
// view's, for browsers without JavaScript.
const FormID = "sb-form"

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
	// KitParam is for the kit's own requests. With ConnectionValue it asks for the page's
	// connection; with LeaveValue the answer redirects to the sealed address in TargetParam.
	KitParam        = "sideband"
	ConnectionValue = "stream"
	LeaveValue      = "leave"
	TargetParam     = "to"
	// AfterParam is the id after which a connection resumes that has not had one yet.
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

// ConnectionQuery is the query that asks for a page's connection.
const ConnectionQuery = "?" + KitParam + "=" + ConnectionValue
