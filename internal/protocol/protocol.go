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
	// StashID is the element in which a page keeps the state of its durable keys.
	StashID = "sb-stash"
	// VisitID is the element in which the page asks for the address where it is to be.
	VisitID = "sb-visit"
	// RetryID is the element that asks for the address where the page is, if a step back or forward could not: the body is
	// what asks then.
	RetryID = "sb-retry"
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

// NonceAttribute is the attribute without which htmx's extension hx-csp takes no element up.
const NonceAttribute = "hx-nonce"

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
	// FileValue begins the value that asks for a file of a page: a point, the ViewText of its view, a point, and the
	// file's id follow.
	FileValue = "file"
	// AfterParam is the id after which a connection resumes that has not had one yet.
	AfterParam = "after"
	// TabParam tells the connections of tabs apart that show the same address: Firefox lets a request wait while another
	// one for the same address is under way.
	TabParam = "sideband-tab"
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
	// StashParam says that a POST brings the state that the page keeps, in StashField.
	StashParam = "stash"
)

// StashField is the field with the sealed state of a page's durable keys.
const StashField = "sb-stash"

// ReplyEvent is the DOM event of the element that has sent an event, with what the callback has replied.
const ReplyEvent = "sb:reply"

// FormField is the hidden field by which a form says which it is: its id, and perhaps more behind a
// point.
const FormField = "sb-form"

// HeldField is the name of the field with which a control for files says that it is there, by its id.
const HeldField = "sb-held"

// ConnectionQuery is the query that asks for a page's connection.
const ConnectionQuery = "?" + KitParam + "=" + ConnectionValue
