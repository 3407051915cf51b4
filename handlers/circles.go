package handlers

import (
	"hash/maphash"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/session"
)

// Pages that redirect to each other would go on for ever. What leads from one page to the next without the user is
// counted: redirects of a page that is being served, and of one that has only just connected. An event's are the user's.

const (
	// maxRedirects is how many redirects in a row may lead on without the user.
	maxRedirects = 10
	// redirectsFor is how long after its first connection a page's redirects count.
	redirectsFor = 2 * time.Second
	// maxRedirected bounds the addresses that browsers are on their way to.
	maxRedirected = 10_000
	// redirectedLife is how long a browser may be on its way.
	redirectedLife = time.Minute
)

// circles counts the redirects that have led sessions to addresses.
type circles struct {
	mu sync.Mutex
	on *simplelru.LRU[redirected, redirects]
}

// redirected is a session that is on its way to an address.
type redirected struct {
	session session.ID
	address uint64
}

// redirects are how many have led there, and when the last one did.
type redirects struct {
	n  int
	at time.Time
}

func newCircles() *circles {
	on, _ := simplelru.NewLRU[redirected, redirects](maxRedirected, nil) // only sizes below 1 are errors
	return &circles{on: on}
}

var addressSeed = maphash.MakeSeed()

// redirectedTo takes what a page redirects to and what the browser asks for then, which may escape more of it, and less,
// for the same.
func redirectedTo(id session.ID, address string) redirected {
	address, _, _ = strings.Cut(address, "#")
	address = strings.TrimSuffix(address, "?")
	if plain, err := url.PathUnescape(address); err == nil {
		address = plain
	}
	return redirected{id, maphash.String(addressSeed, address)}
}

// note notes that n redirects in a row have led a session to an address.
func (c *circles) note(id session.ID, address string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.on.Add(redirectedTo(id, address), redirects{n, time.Now()})
}

// take returns how many redirects have led a session to an address, once.
func (c *circles) take(id session.ID, address string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := redirectedTo(id, address)
	r, _ := c.on.Peek(key)
	c.on.Remove(key)
	if time.Since(r.at) > redirectedLife {
		return 0
	}
	return r.n
}

// arrived returns how many redirects in a row have led to the page that the request asks for.
func (rt Route) arrived(r *http.Request) int {
	id, ok := rt.kit.sessions.Current(r.Context())
	if !ok {
		return 0
	}
	return rt.kit.circles.take(id, rt.place(r).Address())
}

// leadsOn notes one more redirect than have led to the page that the request asks for. It reports false for too many.
func (rt Route) leadsOn(r *http.Request, n int, d *live.Departure) bool {
	id, ok := rt.kit.sessions.Current(r.Context())
	if !ok {
		return true // without cookies, the browser counts
	}
	at := rt.place(r)
	if n < maxRedirects {
		rt.kit.circles.note(id, at.Resolve(d.To.String()), n+1)
		return true
	}
	if isNavigation(r) { // whose error page is loaded
		rt.kit.circles.note(id, at.Address(), n)
	}
	rt.kit.logCircle(rt.def.Name(), d)
	return false
}

// leave makes the message that redirects the page of a view: to the other page or, if that leads in circles, nowhere.
func (k *Kit) leave(v *live.View, d *live.Departure) []byte {
	o, n := v.Owner(), 0
	if d.Connecting || v.HasOnlyConnected(redirectsFor) {
		n = v.Redirects()
	}
	if n >= maxRedirects {
		k.logCircle(v.Definition().Name(), d)
		v.NoteNotice()
		return protocol.AppendNotice(nil, k.config.Texts.RedirectLoop)
	}
	k.circles.note(o.Session, v.Place().Resolve(d.To.String()), n+1)
	to := k.departure(v.Address(), d, o.Session, v.Place().Query)
	if d.Swap != "" && !k.config.Commands {
		return protocol.AppendNavigation(nil, to, d.Swap)
	}
	return protocol.GoTo(to)
}

func (k *Kit) logCircle(view string, d *live.Departure) {
	k.log.Error("sideband: pages redirect to each other again and again", "view", view, "to", d.To.String(), "redirects", maxRedirects)
}
