package handlers

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/sideband-go/sideband/internal/limit"
	"github.com/sideband-go/sideband/internal/protocol"
)

const (
	// maxReloads is how often a page may be told to reload itself within reloadWindow.
	maxReloads   = 3
	reloadWindow = time.Minute
	// maxReloadEntries bounds the cookie.
	maxReloadEntries = 12
)

var reloads = limit.WindowLog{Max: maxReloads, Window: reloadWindow, MaxEntries: maxReloadEntries}

// mayReload reports whether the request's page may be told to reload itself, and
// counts that in a cookie for its path: processes that share nothing, not even their
// secrets, could send a page back and forth for ever.
//
// Each reload leaves an entry. What goes round in circles has been loaded a moment ago, or
// is the same page again and again, out of a cache. Pages of before that, which a browser
// may have many of at one address, are counted each by itself: a hash of their ticket is the tag.
func (k *Kit) mayReload(w http.ResponseWriter, r *http.Request) bool {
	now := time.Now()
	tag := ""
	if t, err := guardOf(r.Context(), k).openTicket(); err == nil && now.Sub(t.issued) > reloadWindow {
		sum := sha256.Sum256([]byte(r.Header.Get(protocol.TicketHeader)))
		tag = base64.RawURLEncoding.EncodeToString(sum[:3])
	}
	log := ""
	if c, err := r.Cookie(protocol.ReloadCookie); err == nil {
		log = c.Value
	}
	log, ok := reloads.Allow(log, tag, now)
	if !ok {
		increment(&k.stats.ReloadsRefused)
		return false
	}
	increment(&k.stats.Reloads)
	http.SetCookie(w, &http.Cookie{
		Name: protocol.ReloadCookie, Value: log, Path: cookiePath(r),
		MaxAge: int(reloadWindow / time.Second), HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
	})
	return true
}

// cookiePath is the page's path as the browser knows it, which a router may have cut. What
// no cookie can have shares the counter of the site.
func cookiePath(r *http.Request) string {
	path := sentPath(r)
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "; ,") || len(path) > 1000 {
		return "/"
	}
	return path
}
