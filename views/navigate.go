package views

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/patch"
)

// URL returns the address of the page for the parameters q, which are of the type that its HandleParams takes. The
// fields with path tags fill the route's pattern; a page without such fields keeps its path. Query parameters with their
// default are left out, the others are in the order of the struct. ctx is that of a rendering or a callback.
//
// The path is that of the route that is shown, whatever a field tagged action says. For another route of the page write
// the path yourself: see [PatchTo].
//
// URL panics for parameters of another type. It is "" if a field for the path is empty: no address leads to that.
// [Socket.Patch] refuses what it and browsers do not take as an address of the page, such as a path with the value "..".
func URL[Q any](ctx context.Context, q Q) string {
	u, err := live.AddressOf(ctx, q)
	if errors.Is(err, params.ErrEmpty) {
		live.WarnOfAddress(ctx, err)
		return ""
	}
	if err != nil {
		panic(fmt.Sprintf("views: URL: %v", err))
	}
	return u
}

// PatchOption is how a patch differs from the ordinary one, which adds the address to the browser's history and leaves
// the scroll position as it is.
type PatchOption int

// The options of patches.
const (
	// Push adds the address to the browser's history: the default.
	Push PatchOption = iota
	// Replace puts the address in the place of the newest entry of the history, which Back then does not lead to.
	Replace
	// ScrollTop scrolls to the top of the page. To scroll to an element, end the address with #id.
	ScrollTop
)

// NavigateOption is how the page changes into another one.
type NavigateOption int

// Transition has the browser blend the two pages into each other by a view transition, which stylesheets can change. For
// people who prefer reduced motion, and in browsers that have none, the page changes at once.
const Transition NavigateOption = 1

// Patch returns the attributes of an <a> that leads to the page for other parameters, without a load: HandleParams
// runs, and what it has changed is shown. Without JavaScript, and in a new tab, it is a plain link.
//
//	<a { views.Patch(ctx, Query{Page: 2})... }>2</a>
//
// The link has the address as href, see [URL]; it stays at the route that is shown. Values may make no address: an empty one, "." or ".." in the path, or more
// than 2,000 bytes. The link then leads nowhere, is marked as disabled, and the first one of a view is logged.
func Patch[Q any](ctx context.Context, q Q, how ...PatchOption) templ.OrderedAttributes {
	to, err := protocol.LocalAddress(URL(ctx, q))
	if err != nil {
		live.WarnOfAddress(ctx, err)
		return templ.OrderedAttributes{templ.KV[string, any]("role", "link"), templ.KV[string, any]("aria-disabled", "true")}
	}
	return patchLink(ctx, to, how)
}

// PatchTo is [Patch] for an address, also of another route of the page's type, such as "/users/7". One that belongs to
// another page is loaded. It panics for an address that is no path of the same origin, nor a query.
func PatchTo(ctx context.Context, address string, how ...PatchOption) templ.OrderedAttributes {
	to, err := protocol.LocalAddress(address)
	if err != nil {
		panic(fmt.Sprintf("views: PatchTo(%.100q): %v", address, err))
	}
	return patchLink(ctx, to, how)
}

func patchLink(ctx context.Context, to protocol.Address, how []PatchOption) templ.OrderedAttributes {
	name := "hx-push-url"
	if slices.Contains(how, Replace) {
		name = "hx-replace-url"
	}
	link := templ.OrderedAttributes{
		templ.KV[string, any]("href", templ.SafeURL(to.String())), templ.KV[string, any]("hx-get", to.String()),
		templ.KV[string, any](name, "true"), templ.KV[string, any]("hx-sync", patch.EventQueue),
	}
	if nonce := Nonce(ctx); nonce != "" {
		link = append(link, templ.KV[string, any](protocol.NonceAttribute, nonce))
	}
	if slices.Contains(how, ScrollTop) {
		link = append(link, templ.KV[string, any]("hx-target", protocol.TopTarget))
	}
	return link
}

// NavigateLink returns the attributes of an <a> that leads to another page of the site, and shows it in the document
// that is there: htmx puts the body of the other page in the place of this one's. The view of this page ends. What is
// no live page of the same kit is loaded, and so is each page of a kit with Config.Commands; handlers that are not below its middleware need a plain link. Without
// JavaScript, and in a new tab, it is a plain link.
//
//	<a { views.NavigateLink(ctx, "/orders")... }>Orders</a>
//
// It panics for an address that is no path of the same origin.
func NavigateLink(ctx context.Context, address string, how ...NavigateOption) templ.OrderedAttributes {
	to, err := protocol.LocalAddress(address)
	if err != nil {
		panic(fmt.Sprintf("views: NavigateLink(%.100q): %v", address, err))
	}
	if Nonce(ctx) != "" { // the document keeps its nonce, and the other page has another one
		return templ.OrderedAttributes{templ.KV[string, any]("href", templ.SafeURL(to.String()))}
	}
	return templ.OrderedAttributes{
		templ.KV[string, any]("href", templ.SafeURL(to.String())), templ.KV[string, any]("hx-get", to.String()),
		templ.KV[string, any]("hx-target", "body"), templ.KV[string, any]("hx-swap", bodySwap(how)),
		templ.KV[string, any]("hx-push-url", "true"), templ.KV[string, any]("hx-sync", patch.EventQueue),
	}
}

// bodySwap is the hx-swap with which another page takes the place of this one.
func bodySwap(how []NavigateOption) string {
	if slices.Contains(how, Transition) {
		return protocol.BodySwap + " transition:true"
	}
	return protocol.BodySwap
}

// Patch changes the page's address once the callback has succeeded: to a query, "?page=2", or a path, such as [URL]
// returns them. HandleParams runs in the same turn, after the callback, if only the query changes; an address with
// another path is first asked for by the page, so that the application's middleware sees it. If that is another page, it
// is loaded. In Mount, or in HandleParams as the page is opened, Patch is a redirect.
//
// The error is [ErrAddress], wrapped, for an address that is not the site's own, and another one if the page
// has no HandleParams. Patches by more than ten HandleParams in a row are dropped and logged.
func (s *Socket) Patch(address string, how ...PatchOption) error {
	s.cb.Check()
	to, err := protocol.LocalAddress(address)
	if err != nil {
		return fault.Quote(address, fmt.Errorf("patch: %w", err))
	}
	return s.cb.Patch(live.Move{Address: to.String(), Replace: slices.Contains(how, Replace), Top: slices.Contains(how, ScrollTop)})
}
