// Package session gives each browser a session, by a cookie. It is built on alexedwards/scs, whose
// manager applications use for the values of a session.
package session

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/seal"
)

// Config sets up a [Manager].
type Config struct {
	// Manager is the application's, with its cookie, lifetimes and store; New wraps the store. If it
	// is nil, New makes a manager with sessions in memory and signed cookies, which needs the fields
	// from Secrets to MaxSessions.
	Manager *scs.SessionManager
	// Secrets sign the cookies: the first signs, all verify.
	Secrets [][]byte
	// Lifetime is how long a session lasts.
	Lifetime time.Duration
	// MaxSessions bounds the stored sessions, which have or have had values. Beyond it the sessions
	// that were saved longest ago end.
	MaxSessions int
	// OnEnd is called when a session is destroyed or renewed, on any goroutine, with the context of
	// the request that caused it.
	OnEnd func(ctx context.Context, id ID)
}

// Manager manages the sessions of browsers. Without an application's manager their cookies are
// signed, and over plain HTTP on a loopback address ([IsLocal]) the cookie of the same session has
// another name and no Secure. Its methods may be called from any goroutine.
type Manager struct {
	scs   *scs.SessionManager
	local *scs.SessionManager // the same, with the cookie of IsLocal
	store *revoking

	// nil with an application's manager
	own    *memory
	signer *signer
}

// New returns a manager.
func New(c Config) *Manager {
	onEnd := func(ctx context.Context, token string) { c.OnEnd(ctx, idOf(token)) }
	if app := c.Manager; app != nil {
		m := &Manager{scs: app, local: app, store: newRevoking(app.Store, app.Lifetime, onEnd)}
		app.Store = m.store
		return m
	}
	m := &Manager{own: newMemory(c.MaxSessions), signer: &signer{seal.NewSigner(c.Secrets, "sideband session cookie")}}
	m.store = newRevoking(valuesOnly{m.own}, c.Lifetime, onEnd)
	// scs.New would start a goroutine that nothing ends.
	m.scs = &scs.SessionManager{
		Lifetime: c.Lifetime,
		Codec:    codec{},
		ErrorFunc: func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		},
		Store: m.store,
		Cookie: scs.SessionCookie{
			Name: protocol.SessionCookie, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode, Path: "/", Persist: true,
		},
	}
	local := *m.scs // with the same key in contexts, so that both find a session that either has loaded
	local.Cookie.Name, local.Cookie.Secure = protocol.LocalSessionCookie, false
	m.local = &local
	return m
}

// SCS returns the manager of the sessions' values.
func (m *Manager) SCS() *scs.SessionManager { return m.scs }

// Count returns how many sessions the package's own store holds, and how many it has evicted; 0 with
// an application's manager.
func (m *Manager) Count() (held int, evicted uint64) {
	if m.own == nil {
		return 0, 0
	}
	return m.own.count()
}

// of returns the manager whose cookie browsers accept on the request's connection.
func (m *Manager) of(r *http.Request) *scs.SessionManager {
	if IsLocal(r) {
		return m.local
	}
	return m.scs
}

func (m *Manager) cookie(r *http.Request) string {
	c, err := r.Cookie(m.of(r).Cookie.Name)
	if err != nil {
		return ""
	}
	return c.Value
}

// HasCookie reports whether the request has a session cookie, valid or not.
func (m *Manager) HasCookie(r *http.Request) bool { return m.cookie(r) != "" }

// writeCookie sets the browser's session cookie; an empty token deletes it.
func (m *Manager) writeCookie(w http.ResponseWriter, r *http.Request, token string, ends time.Time) {
	if m.signer != nil && token != "" {
		token = m.signer.sign(signed{token, ends, m.own.has(token)})
	}
	m.of(r).WriteSessionCookie(r.Context(), w, token, ends)
}

// Load adds the request's session to ctx. It returns the request's cookie, opened. known may be a cookie
// that Load has returned before: if the request has the same one, it is not opened again. stale
// reports that the session has ended.
func (m *Manager) Load(ctx context.Context, r *http.Request, known *Cookie) (loaded context.Context, c *Cookie, stale bool, err error) {
	if c = known; !m.brings(r, known) {
		c = m.open(m.cookie(r))
	}
	if loaded, err = m.scs.Load(&cookieContext{ctx, c}, c.token); err != nil || c.token == "" || m.scs.Token(loaded) == c.token {
		return loaded, c, false, err
	}
	return loaded, c, m.store.isRevoked(m.storeToken(c.token)), nil
}

// Save saves the session of the request if it has changed, and sets its cookie; also if the browser has left, since what
// has changed it is done.
func (m *Manager) Save(w http.ResponseWriter, r *http.Request) error {
	switch m.scs.Status(r.Context()) {
	case scs.Modified:
		token, ends, err := m.scs.Commit(context.WithoutCancel(r.Context()))
		if err != nil {
			return err
		}
		if !m.store.isRevoked(m.storeToken(token)) {
			m.writeCookie(w, r, token, ends)
		}
	case scs.Destroyed:
		m.writeCookie(w, r, "", time.Time{})
	}
	return nil
}

// Current returns the id of the request's session. It reports false if there is none, or if it has
// ended since Load.
func (m *Manager) Current(ctx context.Context) (id ID, ok bool) {
	token := m.scs.Token(ctx)
	if token == "" || m.store.isRevoked(m.storeToken(token)) {
		return id, false
	}
	if c, ok := ctx.Value(cookieKey{}).(*Cookie); ok && c.token == token {
		return c.id, true
	}
	return idOf(m.storeToken(token)), true
}

// ErrEnded is returned for a request with the cookie of a session that has ended. The browser may have
// another session since, whose cookie must not be overwritten.
var ErrEnded = errors.New("session: the request's session has ended")

// Ensure returns the id of the request's session, which it creates if there is none. stale is what Load
// has reported. Ensure returns ErrEnded if the session has ended, unless this request has ended it.
func (m *Manager) Ensure(w http.ResponseWriter, r *http.Request, stale bool) (id ID, created bool, err error) {
	ctx := r.Context()
	if id, ok := m.Current(ctx); ok {
		m.renewSignature(w, r)
		return id, false, nil
	}
	during := m.scs.Token(ctx) != ""             // it has ended since Load
	itself := m.scs.Status(ctx) == scs.Destroyed // this request has ended it
	if during || stale && !itself {
		return ID{}, false, ErrEnded
	}
	id, err = m.Replace(w, r)
	return id, err == nil, err
}

// renewSignature sets the cookie again if it is not signed with the first secret.
func (m *Manager) renewSignature(w http.ResponseWriter, r *http.Request) {
	if m.signer == nil {
		return
	}
	if c, ok := r.Context().Value(cookieKey{}).(*Cookie); ok && !c.current {
		m.writeCookie(w, r, c.token, c.ends)
	}
}

// Replace creates a session in place of one that has ended, and returns its id.
func (m *Manager) Replace(w http.ResponseWriter, r *http.Request) (ID, error) {
	s := m.of(r)
	if s.Token(r.Context()) != "" {
		if err := s.Destroy(r.Context()); err != nil { // with its values
			return ID{}, err
		}
	}
	token, ends, err := s.Commit(r.Context())
	if err != nil {
		return ID{}, err
	}
	m.writeCookie(w, r, token, ends)
	return idOf(m.storeToken(token)), nil
}

// StoreToken returns the token of the context's session in the store, for [Manager.Destroy].
func (m *Manager) StoreToken(ctx context.Context) string { return m.storeToken(m.scs.Token(ctx)) }

// Destroy ends the session with this token in the store.
func (m *Manager) Destroy(ctx context.Context, storeToken string) error {
	return m.store.DeleteCtx(ctx, storeToken)
}

// Revoke keeps a session from being used or saved that was destroyed in another process.
func (m *Manager) Revoke(id ID) { m.store.revoke(id) }

// IsMissing reports whether p is the panic of scs for a context without a session.
func IsMissing(p any) bool { return p == "scs: no session data in context" }
