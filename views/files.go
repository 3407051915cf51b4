package views

import (
	"cmp"
	"context"
	"net/url"

	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/render"
)

// PostedFile is a file that an event posts, while it arrives. Its reader gives what is left of it; an error other than
// io.EOF says that it was cut, or is larger than [FileTaker.Budget] allows.
type PostedFile = live.PostedFile

// FileTaker takes the files of a field while they arrive: on goroutines of requests, several at a time, before the event
// that they belong to. Package uploads implements it; pages have no need to.
type FileTaker = live.FileTaker

// FileShower is a [FileTaker] whose files pages can show before they take them, at their [FileAddress].
type FileShower = live.FileShower

// ShownFile is a file that a page shows.
type ShownFile = live.ShownFile

// FileAddress returns the address at which the page's browser gets a file of a [FileShower], by the file's id. Nobody else
// does: it is bound to the view and its session, and passes the page's middleware. Whatever the file is, it can't act as a
// page of the site. The address is that of the page itself, so that it holds while the page does. It has the path if that
// can change: a patch may come before the browser shows the new one.
func FileAddress(ctx context.Context, id string) string {
	t := render.ComponentOf(ctx).Tree()
	return cmp.Or(live.PathOf(ctx), t.Address()) + "?" + protocol.KitParam + "=" + protocol.FileValue + "." + protocol.ViewText(t.ViewID) + "." + url.QueryEscape(id)
}

// TakeFiles has t take the files that events of the page post in a field, once the callback has succeeded and until
// its page or component has ended. Field names are the page's: a component puts its id into it.
func (s *Socket) TakeFiles(field string, t FileTaker) { s.cb.TakeFiles(field, t) }

// Call runs f as a message to the page or component itself, for packages that call back into a view whose type they do
// not know. It may be called from any goroutine, and never waits: it returns [ErrGone] if the receiver has ended, and
// [ErrFull] if its mailbox is full. The name is for logs and hooks.
func (r Ref) Call(name string, f func(s *Socket) error) error {
	return r.ref.Call(name, func(cb *live.Callback) error { return f(socketOf(cb)) })
}
