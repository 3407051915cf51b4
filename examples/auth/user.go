package auth

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// User is who is logged in.
type User struct {
	ID      int64
	Email   string
	Session int64     // of this browser
	Proved  time.Time // when this session has shown a password or a link last

	remember bool   // the session outlives the browser
	home     string // Config.Home
}

// identity is what the kit knows a user by.
func (u User) identity() string { return strconv.FormatInt(u.ID, 10) }

// Current is who is logged in, in each page below [Require].
var Current = state.NewKey[User]("user")

type (
	userKey  struct{}
	visitKey struct{}
)

// visit is what events need to know of their request, and what is to be done after its answer.
type visit struct {
	local   bool   // plain HTTP to this machine
	browser string // "Firefox on Linux"

	mu       sync.Mutex
	reload   []int64 // accounts of which a session has ended
	answered bool
}

func visitOf(ctx context.Context) *visit {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{}
}

// reloadLater reloads all pages of an account, once the request is answered: one of its sessions has
// ended, and a copy of its cookie may have opened pages in any browser. Who is still logged in finds the pages as they
// were.
func (a *Auth) reloadLater(ctx context.Context, account int64) {
	v := visitOf(ctx)
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.answered { // the event took too long
		a.kit.Reload(User{ID: account}.identity())
		return
	}
	v.reload = append(v.reload, account)
}

// wasAnswered does what reloadLater has put off.
func (a *Auth) wasAnswered(v *visit) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.answered = true
	for _, account := range v.reload {
		a.kit.Reload(User{ID: account}.identity())
	}
}

// Load is middleware that finds out who is logged in. It belongs below the kit's middleware, above all pages whose
// identity is the user's.
func (a *Auth) Load(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{local: a.isLocal(r), browser: browserName(r.UserAgent())}
		defer a.wasAnswered(v)
		ctx := context.WithValue(r.Context(), visitKey{}, v)
		if c, err := r.Cookie(cookieName(a.isLocal(r))); err == nil {
			// Not until the browser leaves: who logs out and closes the tab at once is logged out.
			all, cancel := withoutBrowser(ctx)
			u, err := a.accounts.who(all, c.Value, a.now())
			cancel()
			switch {
			case err == nil:
				u.home = a.home
				ctx = context.WithValue(ctx, userKey{}, u)
			case !errors.Is(err, ErrNone):
				a.failed(w, r, err) // open pages say that it failed, and stay
				return
			}
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// Identity is for handlers.Config: who is logged in, below [Auth.Load].
func Identity(r *http.Request) string {
	if u, ok := userOf(r.Context()); ok {
		return u.identity()
	}
	return ""
}

// userOf returns who is logged in, of a request or a callback that one has caused.
func userOf(ctx context.Context) (User, bool) {
	u, ok := ctx.Value(userKey{}).(User)
	return u, ok
}

// Require is a hook that sends strangers to the log-in, and back after it. Pages below it have the user under [Current].
var Require = views.FromContext(userKey{}, Current, func(s *views.Socket) error {
	s.Flash(views.FlashWarning, "Please log in.")
	return s.Redirect(withNext(LogInPath, s.Address()))
})

// Sudo returns a hook for sensitive pages, after [Require]: who has logged in more than 10 minutes ago shows the password
// again, before the page, before each of its events, and before it shows other parameters.
func (a *Auth) Sudo() views.Hook {
	check := func(s *views.Socket) error {
		if a.isSure(Current.Get(s)) {
			return nil
		}
		s.Flash(views.FlashInfo, "Please confirm that it is you.")
		return s.Redirect(withNext(AgainPath, s.Address()))
	}
	return views.Hook{Mount: check, HandleParams: check, Event: func(s *views.Socket, _ views.Callback) error { return check(s) }}
}

func (a *Auth) isSure(u User) bool { return a.now().Sub(u.Proved) < provedLife }

// member lets plain handlers be reached by who is logged in alone.
func (a *Auth) member(next func(w http.ResponseWriter, r *http.Request, u User)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		u, ok := userOf(r.Context())
		if !ok {
			a.kit.Flash(w, r, views.FlashWarning, "Please log in.")
			http.Redirect(w, r, LogInPath, http.StatusSeeOther)
			return
		}
		next(w, r, u)
	}
}

// maxNext bounds the address to which somebody comes back.
const maxNext = 500

// withNext returns the address of a page that sends on to next.
func withNext(path, next string) string {
	if len(next) > maxNext {
		return path
	}
	return path + "?" + url.Values{"next": {next}}.Encode()
}

// goOn sends the page to next, or home if that is no address of this site.
func (a *Auth) goOn(s *views.Socket, next string) error {
	if strings.HasPrefix(next, "/") && len(next) <= maxNext {
		if err := s.Redirect(next); !errors.Is(err, views.ErrAddress) {
			return err
		}
	}
	return s.Redirect(a.home)
}

// newSession is the one that an event begins. It replaces the one that the browser had.
func (a *Auth) newSession(s *views.Socket, remember bool) newSession {
	before, _ := userOf(s)
	return newSession{before: before.Session, browser: visitOf(s).browser, remember: remember, now: a.now()}
}

// begun gives the browser its session, and sends the page on. The kit's session is renewed: who knows its token from before has nothing of it.
func (a *Auth) begun(s *views.Socket, b begun, remember bool, next string) error {
	if before, ok := userOf(s); ok { // whose session is replaced
		a.reloadLater(s, before.ID)
	}
	if b.ended {
		a.reloadLater(s, b.account)
	}
	if err := s.SetCookie(newCookie(visitOf(s).local, b.text, remember)); err != nil {
		return err
	}
	if err := a.kit.Sessions().RenewToken(s); err != nil {
		return err
	}
	return a.goOn(s, next)
}

// newCookie is the cookie of a session; without a text it takes the browser's away.
func newCookie(local bool, text string, remember bool) *http.Cookie {
	c := &http.Cookie{Name: cookieName(local), Value: text, Path: "/", HttpOnly: true, Secure: !local, SameSite: http.SameSiteLaxMode}
	switch {
	case text == "":
		c.MaxAge = -1
	case remember:
		c.MaxAge = int(rememberLife / time.Second)
	}
	return c
}

// cookieName is one that no subdomain can set. On a developer's machine, without TLS, not all browsers take that.
func cookieName(local bool) string {
	if local {
		return "account"
	}
	return "__Host-account"
}

// isLocal reports whether a request is plain HTTP to this machine. That it comes from a proxy, which may leave TLS behind
// and name this machine as the host, is seen by the site's own address.
func (a *Auth) isLocal(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	host = strings.Trim(host, "[]")
	return r.TLS == nil && !strings.HasPrefix(a.url, "https:") && (host == "localhost" || net.ParseIP(host).IsLoopback())
}

// browserName makes something that people understand of a User-Agent header.
func browserName(agent string) string {
	first := func(names ...string) string {
		for i := 0; i < len(names); i += 2 {
			if strings.Contains(agent, names[i]) {
				return names[i+1]
			}
		}
		return ""
	}
	name := first("Firefox/", "Firefox", "Edg/", "Edge", "OPR/", "Opera", "Chrome/", "Chrome", "Safari/", "Safari")
	system := first("Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows", "Windows", "Mac OS X", "macOS", "Linux", "Linux")
	switch {
	case name == "":
		return "Unknown browser"
	case system == "":
		return name
	}
	return name + " on " + system
}
