package handlers

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sideband-go/sideband/views"
)

const (
	// maxReloads is how often a page may be told to reload itself within reloadWindow.
	maxReloads   = 3
	reloadWindow = time.Minute
	reloadCookie = "sideband-reloads"
	// maxStamps bounds the cookie.
	maxStamps = 12
)

// mayReload reports whether the request's page may be told to reload itself, and
// counts that in a cookie for its path: processes that share nothing, not even their
// secrets, could send a page back and forth for ever.
//
// Each reload leaves a stamp. What goes round in circles has been loaded a moment ago, or
// is the same page again and again, out of a cache. Pages of before that, which a browser
// may have many of at one address, are counted each by itself.
func (k *Kit) mayReload(w http.ResponseWriter, r *http.Request) bool {
	now := time.Now()
	own := ""
	if t, err := guardOf(r.Context(), k).openTicket(); err == nil && now.Sub(t.issued) > reloadWindow {
		sum := sha256.Sum256([]byte(r.Header.Get(views.TicketHeader)))
		own = "~" + base64.RawURLEncoding.EncodeToString(sum[:3])
	}
	var recent []string
	count := 0
	if c, err := r.Cookie(reloadCookie); err == nil {
		for stamp := range strings.SplitSeq(c.Value, ".") {
			at, whose, _ := strings.Cut(stamp, "~")
			unix, err := strconv.ParseInt(at, 36, 64)
			if age := now.Unix() - unix; err != nil || age < 0 || age >= int64(reloadWindow/time.Second) || len(stamp) > 20 {
				continue
			}
			recent = append(recent, stamp)
			if whose == "" || "~"+whose == own {
				count++
			}
		}
	}
	if count >= maxReloads {
		increment(&k.stats.ReloadsRefused)
		return false
	}
	increment(&k.stats.Reloads)
	recent = append(recent, strconv.FormatInt(now.Unix(), 36)+own)
	http.SetCookie(w, &http.Cookie{
		Name: reloadCookie, Value: strings.Join(recent[max(0, len(recent)-maxStamps):], "."), Path: cookiePath(r),
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
