package views

import (
	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/protocol"
)

// View is a page. Q is what it takes from the URL: a struct whose fields are
// tagged path:"name" or query:"name", or [NoParams]. A parameter of the query may have a default and rules of the
// validator, as in `query:"page" default:"1" validate:"min=1"`: what can't be read or is not valid is the default, or
// without one a page with status 400. A path that can't be read is a page with status 404. A string that is tagged
// action:"index show" says which of the page's routes is shown, by the name that handlers.Route.Action has given to it.
//
// Mount runs once for each page that is opened, and again when its view is gone (after a
// restart, say). It sets the page's keys; its error
// is answered as an error page, with the status of [Error] or 500. Render returns
// the content of the page's main element; it must not change anything.
//
// Optional methods, found once at registration:
//
//	HandleParams(s *Socket, q Q) error
//	                           runs after Mount and, in the same view, when the page's address
//	                           changes: see [Patch]. What depends on the address is set here
//	Connect(s *Socket) error   the browser's connection has opened for the first time
//	Close(s *Socket)           the view ends; setting keys has no effect any more
//	KeepConnection() bool      whether the connection stays open while the page is hidden,
//	                           which else closes it and opens it again when it is shown;
//	                           asked once, at registration
//	DurableKeys() []state.DurableKey
//	                           the keys whose values are kept when the view is gone, beside
//	                           those that are durable themselves; asked once, of the zero value
//
// One callback of a view runs at a time.
type View[Q any] interface {
	Mount(s *Socket, q Q) error
	Render() templ.Component
}

// RootID is the id of the page's main element: the target of a skip link.
const RootID = protocol.RootID

// NoParams is for pages and events that take none.
type NoParams = struct{}

// Static is a page without state: c is rendered once for each request, and nothing
// is kept, and no connection is opened.
func Static(title string, c templ.Component) View[NoParams] { return static{title, c} }

type static struct {
	title   string
	content templ.Component
}

func (v static) Mount(s *Socket, _ NoParams) error { s.SetTitle(v.title); return nil }

func (v static) Render() templ.Component { return v.content }
