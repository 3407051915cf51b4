package views

import (
	"context"
	"fmt"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/patch"
)

// URL returns the address of the page for the parameters q, which are of the type that its HandleParams takes. The
// fields with path tags fill the route's pattern; a page without such fields keeps its path. Query parameters with their
// default are left out, the others are in the order of the struct. ctx is that of a rendering or a callback. URL panics
// for parameters of another type.
func URL[Q any](ctx context.Context, q Q) string {
	u, err := live.AddressOf(ctx, q)
	if err != nil {
		panic(fmt.Sprintf("views: URL: %v", err))
	}
	return u
}

// History is how a patch changes the history of the browser.
type History int

// Push adds the address to the browser's history; Replace puts it in the place of the newest entry, which
// Back then does not lead to.
const (
	Push History = iota
	Replace
)

// Patch returns the attributes of an <a> that leads to the page for other parameters, without a load: HandleParams
// runs, and what it has changed is shown. Without JavaScript, and in a new tab, it is a plain link.
//
//	<a { views.Patch(ctx, Query{Page: 2})... }>2</a>
//
// The link has the address as href, see [URL].
func Patch[Q any](ctx context.Context, q Q, how ...History) templ.OrderedAttributes {
	return PatchTo(URL(ctx, q), how...)
}

// PatchTo is [Patch] for an address, also of another route of the page's type, such as "/users/7". One that belongs to
// another page is loaded. It panics for an address that is no path of the same origin, nor a query.
func PatchTo(address string, how ...History) templ.OrderedAttributes {
	to, err := protocol.LocalAddress(address)
	if err != nil {
		panic(fmt.Sprintf("views: PatchTo(%.100q): %v", address, err))
	}
	name := "hx-push-url"
	if len(how) > 0 && how[0] == Replace {
		name = "hx-replace-url"
	}
	return templ.OrderedAttributes{
		templ.KV[string, any]("href", templ.SafeURL(to.String())), templ.KV[string, any]("hx-get", to.String()),
		templ.KV[string, any](name, "true"), templ.KV[string, any]("hx-sync", patch.EventQueue),
	}
}

// NavigateLink returns the attributes of an <a> that leads to another page of the site, and shows it in the document
// that is there: htmx puts the body of the other page in the place of this one's. The view of this page ends. What is
// no live page of the same kit is loaded; handlers that are not below its middleware need a plain link. Without
// JavaScript, and in a new tab, it is a plain link.
//
//	<a { views.NavigateLink(ctx, "/orders")... }>Orders</a>
//
// It panics for an address that is no path of the same origin.
func NavigateLink(_ context.Context, address string) templ.OrderedAttributes {
	to, err := protocol.LocalAddress(address)
	if err != nil {
		panic(fmt.Sprintf("views: NavigateLink(%.100q): %v", address, err))
	}
	return templ.OrderedAttributes{
		templ.KV[string, any]("href", templ.SafeURL(to.String())), templ.KV[string, any]("hx-get", to.String()),
		templ.KV[string, any]("hx-target", "body"), templ.KV[string, any]("hx-swap", protocol.BodySwap),
		templ.KV[string, any]("hx-push-url", "true"), templ.KV[string, any]("hx-sync", patch.EventQueue),
	}
}

// Patch changes the page's address once the callback has succeeded: to a query, "?page=2", or a path, such as [URL]
// returns them. HandleParams runs in the same turn, after the callback, if only the query changes; an address with
// another path is first asked for by the page, so that the application's middleware sees it. If that is another page, it
// is loaded. In Mount, or in HandleParams as the page is opened, Patch is a redirect.
//
// The error is [ErrAddress], wrapped, for an address that is not the site's own, and another one if the page
// has no HandleParams. Patches by more than ten HandleParams in a row are dropped and logged.
func (s *Socket) Patch(address string, how ...History) error {
	s.cb.Check()
	to, err := protocol.LocalAddress(address)
	if err != nil {
		return fmt.Errorf("patch to %.100q: %w", address, err)
	}
	return s.cb.Patch(to, len(how) > 0 && how[0] == Replace)
}
