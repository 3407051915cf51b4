// Package session keeps browsers apart: a session for each, by a cookie. It is built on
// alexedwards/scs, whose manager applications use for the values of a session.
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
	// Manager is the application's own, with its cookie, lifetimes and store; New puts a store
	// around its store. Nil is one of the package's own, with sessions in memory and signed
	// cookies, and then the fields up to OnEnd are needed.
	Manager *scs.SessionManager
	// Secrets sign the cookies: the first signs, all verify.
	Secrets [][]byte
	// Lifetime is how long a session lasts.
	Lifetime time.Duration
	// MaxSessions bounds the sessions that have or have had values. Beyond it those that were
	// saved longest ago end.
	MaxSessions int
	// OnEnd is called, from any goroutine, when a session is destroyed or renewed, with the
	// context of the request that did it.
	OnEnd func(ctx context.Context, id ID)
}

// Manager keeps the sessions of browsers. Its own are signed; and over plain HTTP on the
// machine's own address ([IsLocal]) the cookie has another name and no Secure, and the sessions
// are the same. Those of an application's manager are as it says. Its methods may be called from
// any goroutine.
type Manager struct {
	scs   *scs.SessionManager
	local *scs.SessionManager // the same, with the cookie of IsLocal
	store *revoking

	// Nil for an application's manager.
	own    *memory
	signer *signer
}

// New makes a manager.
func New(c Config) *Manager {
	onEnd := func(ctx context.Context, token string) { c.OnEnd(ctx, idOf(token)) }
	if app := c.Manager; app != nil {
		m := &Manager{scs: app, local: app, store: newRevoking(app.Store, app.Lifetime, onEnd)}
		app.Store = m.store
		return m
	}
	m := &Manager{own: newMemory(c.MaxSessions), signer: &signer{seal.NewSigner(c.Secrets, "sideband session cookie")}}
	m.store = newRevoking(valuesOnly{m.own}, c.Lifetime, onEnd)
	// Not scs.New, whose store has a goroutine that nobody would end.
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
	local := *m.scs // also with its key in contexts, so that both see the session that one has loaded
	local.Cookie.Name, local.Cookie.Secure = protocol.LocalSessionCookie, false
	m.local = &local
	return m
}

// SCS returns the manager of the sessions' values.
func (m *Manager) SCS() *scs.SessionManager { return m.scs }

// Count returns how many sessions the package's own store holds, and how many had to go for
// others; 0 with an application's manager.
func (m *Manager) Count() (held int, evicted uint64) {
	if m.own == nil {
		return 0, 0
	}
	return m.own.count()
}

// of chooses the manager whose cookie the request's connection can carry.
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

// HasCookie reports whether the request has a session's cookie, good or not.
func (m *Manager) HasCookie(r *http.Request) bool { return m.cookie(r) != "" }

// writeCookie gives the browser its session; with an empty token it takes it away.
func (m *Manager) writeCookie(w http.ResponseWriter, r *http.Request, token string, ends time.Time) {
	if m.signer != nil && token != "" {
		token = m.signer.sign(signed{token, ends, m.own.has(token)})
	}
	m.of(r).WriteSessionCookie(r.Context(), w, token, ends)
}

// Load puts the request's session into ctx. It returns the request's cookie, opened; known, if not
// nil, is one that it has returned before, and need not be opened again if the request has the same.
// stale reports that the session has ended.
func (m *Manager) Load(ctx context.Context, r *http.Request, known *Cookie) (loaded context.Context, c *Cookie, stale bool, err error) {
	c = m.open(m.cookie(r), known)
	if loaded, err = m.scs.Load(context.WithValue(ctx, cookieKey{}, c), c.token); err != nil || c.token == "" || m.scs.Token(loaded) == c.token {
		return loaded, c, false, err
	}
	return loaded, c, m.store.isRevoked(m.storeToken(c.token)), nil
}

// Save saves the session of the request, if it has changed, and tells the browser.
func (m *Manager) Save(w http.ResponseWriter, r *http.Request) error {
	s, ctx := m.of(r), r.Context()
	switch s.Status(ctx) {
	case scs.Modified:
		token, ends, err := s.Commit(ctx)
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

// Current returns the id of the request's session. It reports false if there is none, or if it
// has ended since the request came.
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

// ErrEnded says that the request came with the cookie of a session that has ended. The browser
// may have got another one meanwhile, which must not be overwritten.
var ErrEnded = errors.New("session: the request's session has ended")

// Ensure returns the id of the request's session, and makes one if there is none; created
// reports that. stale is what Load has reported. It returns ErrEnded if the session has ended,
// unless the request itself has ended it.
func (m *Manager) Ensure(w http.ResponseWriter, r *http.Request, stale bool) (id ID, created bool, err error) {
	ctx := r.Context()
	if id, ok := m.Current(ctx); ok {
		m.renewSignature(w, r)
		return id, false, nil
	}
	during := m.scs.Token(ctx) != ""             // it has ended since the request came
	itself := m.scs.Status(ctx) == scs.Destroyed // the request has ended it
	if during || stale && !itself {
		return ID{}, false, ErrEnded
	}
	id, err = m.Replace(w, r)
	return id, err == nil, err
}

// renewSignature writes a cookie that is not signed with the first secret again.
func (m *Manager) renewSignature(w http.ResponseWriter, r *http.Request) {
	if m.signer == nil {
		return
	}
	if c, ok := r.Context().Value(cookieKey{}).(*Cookie); ok && !c.current {
		m.writeCookie(w, r, c.token, c.ends)
	}
}

// Replace makes a session in place of one that has ended, and returns its id.
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

// StoreToken returns the token of the context's session, as the store knows it, for [Manager.Destroy].
func (m *Manager) StoreToken(ctx context.Context) string { return m.storeToken(m.scs.Token(ctx)) }

// Destroy ends the session with a token of the store.
func (m *Manager) Destroy(ctx context.Context, storeToken string) error {
	return m.store.DeleteCtx(ctx, storeToken)
}

// IsMissing reports whether scs has panicked with p because the context has no session.
func IsMissing(p any) bool { return p == "scs: no session data in context" }
