package handlers

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
)

// sessions keeps browsers apart, with a cookie each. The kit's own are signed; and over
// plain HTTP on the machine's own address, where browsers differ about Secure cookies,
// the cookie has another name and no Secure, and the sessions are the same. Those of an
// application's manager are as it says.
type sessions struct {
	manager *scs.SessionManager
	plain   *scs.SessionManager // the same, with the other cookie
	store   *watched
	own     *memory // nil for an application's manager
	signer  *signer // nil for an application's manager
}

const (
	cookieName      = "__Host-sideband"
	localCookieName = "sideband"
)

// newSessions uses the application's manager, or makes one. ended is called, from any
// goroutine, with the hash of each session that is destroyed or renewed.
func newSessions(c Config, ended func(ctx context.Context, hash [16]byte)) *sessions {
	tell := func(ctx context.Context, token string) { ended(ctx, hashOf(token)) }
	if m := c.Sessions.Manager; m != nil {
		s := &sessions{manager: m, plain: m, store: watch(m.Store, m.Lifetime, tell)}
		m.Store = s.store
		return s
	}
	s := &sessions{own: newMemory(c.Sessions.Max), signer: newSigner(c.Security.Secrets)}
	s.store = watch(valued{s.own}, c.Sessions.Lifetime, tell)
	// Not scs.New, whose store has a goroutine that nobody would end.
	s.manager = &scs.SessionManager{
		Lifetime: c.Sessions.Lifetime,
		Codec:    codec{},
		ErrorFunc: func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		},
		Store: s.store,
		Cookie: scs.SessionCookie{
			Name: cookieName, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode, Path: "/", Persist: true,
		},
	}
	plain := *s.manager // also with its key in contexts, so that both see the session that one has loaded
	plain.Cookie.Name, plain.Cookie.Secure = localCookieName, false
	s.plain = &plain
	return s
}

// of chooses the manager whose cookie the request's connection can carry.
func (s *sessions) of(r *http.Request) *scs.SessionManager {
	if r.TLS == nil && isLoopback(r.Host) {
		return s.plain
	}
	return s.manager
}

func isLoopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// current returns the hash of the request's session. It reports false if there is none,
// or if it has ended since the request came.
func (s *sessions) current(ctx context.Context) (hash [16]byte, ok bool) {
	token := s.manager.Token(ctx)
	if token == "" || s.store.isDead(s.stored(token)) {
		return hash, false
	}
	return hashOf(s.stored(token)), true
}

// owner is what the tickets of a session and a user are bound to. Pages that are opened when
// a session of the kit's own has values belong to its present life in the store: if it is
// destroyed where nobody knows of that any more, a cookie of before the values does not do.
func (s *sessions) owner(ctx context.Context, session [16]byte, identity string) (owner [16]byte, err error) {
	owner = ownerOf(session, identity)
	if s.own == nil {
		return owner, nil
	}
	token := s.manager.Token(ctx)
	if !s.own.has(token) && len(s.manager.Keys(ctx)) > 0 { // they come with this request
		if _, _, err := s.manager.Commit(ctx); err != nil {
			return owner, err
		}
	}
	if era, ok := s.own.eraOf(s.manager.Token(ctx)); ok {
		owner = valuedOwner(owner, era)
	}
	return owner, nil
}

// owns reports whether the ticket is of the request's session and user.
func (s *sessions) owns(ctx context.Context, t ticket, session [16]byte, identity string) bool {
	owner := ownerOf(session, identity)
	if t.isOf(owner) || s.own == nil {
		return t.isOf(owner)
	}
	era, ok := s.own.eraOf(s.manager.Token(ctx))
	return ok && t.isOf(valuedOwner(owner, era))
}

// stored is the token as the store knows it.
func (s *sessions) stored(token string) string {
	if !s.manager.HashTokenInStore {
		return token
	}
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// hashOf is what tickets and the store of views know of a session.
func hashOf(token string) [16]byte {
	h := sha256.Sum256([]byte("sideband session\x00" + token))
	return [16]byte(h[:16])
}

// errStale says that the request came with the cookie of a session that has ended. The
// browser may have got another one meanwhile, which must not be overwritten.
var errStale = errors.New("handlers: the request's session has ended")

// ensure returns the hash of the request's session, making one if there is none. With
// insist it does so in place of one that has ended too.
func (s *sessions) ensure(g *guard, w http.ResponseWriter, r *http.Request, insist bool) ([16]byte, error) {
	if hash, ok := s.current(r.Context()); ok {
		if value, ok := s.cookie(r); ok && s.signer != nil {
			if c, first, ok := s.signer.open(value); ok && !first {
				s.writeCookie(w, r, c.token, c.ends) // with the key that is used now
			}
		}
		return hash, nil
	}
	m := s.of(r)
	during := m.Token(r.Context()) != ""             // it has ended since the request came
	itself := m.Status(r.Context()) == scs.Destroyed // the request has ended it
	if !insist && (during || g.stale && !itself) {
		return [16]byte{}, errStale
	}
	if during {
		if err := m.Destroy(r.Context()); err != nil { // with its values
			return [16]byte{}, err
		}
	}
	token, ends, err := m.Commit(r.Context())
	if err != nil {
		return [16]byte{}, err
	}
	g.saved = true
	s.writeCookie(w, r, token, ends)
	return hashOf(s.stored(token)), nil
}

func (s *sessions) cookie(r *http.Request) (string, bool) {
	c, err := r.Cookie(s.of(r).Cookie.Name)
	if err != nil {
		return "", false
	}
	return c.Value, true
}

// writeCookie gives the browser its session; with an empty token it takes it away.
func (s *sessions) writeCookie(w http.ResponseWriter, r *http.Request, token string, ends time.Time) {
	if s.signer != nil && token != "" {
		token = s.signer.sign(signed{token, ends, s.own.has(token)})
	}
	s.of(r).WriteSessionCookie(r.Context(), w, token, ends)
}

// load puts the request's session into ctx. stale says that it has ended.
func (s *sessions) load(ctx context.Context, r *http.Request) (loaded context.Context, stale bool, err error) {
	token, _ := s.cookie(r)
	if s.signer != nil {
		c, _, ok := s.signer.open(token)
		if token = c.token; ok {
			ctx = context.WithValue(ctx, signedKey{}, c)
		}
	}
	loaded, err = s.manager.Load(ctx, token)
	return loaded, token != "" && s.store.isDead(s.stored(token)), err
}

// save saves a changed session and tells the browser.
func (s *sessions) save(w http.ResponseWriter, r *http.Request) error {
	m, ctx := s.of(r), r.Context()
	switch m.Status(ctx) {
	case scs.Modified:
		token, ends, err := m.Commit(ctx)
		if err != nil {
			return err
		}
		if !s.store.isDead(s.stored(token)) {
			s.writeCookie(w, r, token, ends)
		}
	case scs.Destroyed:
		s.writeCookie(w, r, "", time.Time{})
	}
	return nil
}

// codec stores a session without values, which most are, as its deadline alone: gob
// would describe its types anew for each request.
type codec struct{ gob scs.GobCodec }

// isBare reports whether codec has written a session without values.
func isBare(b []byte) bool { return len(b) == 9 && b[0] == 0 }

func (c codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	if len(values) == 0 {
		return binary.BigEndian.AppendUint64([]byte{0}, uint64(deadline.UnixNano())), nil
	}
	b, err := c.gob.Encode(deadline, values)
	return append([]byte{1}, b...), err
}

func (c codec) Decode(b []byte) (time.Time, map[string]any, error) {
	switch {
	case isBare(b):
		return time.Unix(0, int64(binary.BigEndian.Uint64(b[1:]))).UTC(), map[string]any{}, nil
	case len(b) > 1 && b[0] == 1:
		return c.gob.Decode(b[1:])
	}
	return time.Time{}, nil, errors.New("handlers: the stored session can't be read")
}

// ErrNoSession is the error of a callback or template that asks the session manager for the
// session where there is none. The session is that of a request, so it can be reached in
// what a request has caused: in Mount, Connect and events, and in Mount and Update of
// components that are placed by the rendering which follows. Messages, timers, results of
// work, and what they have rendered belong to no request, and templates to none ever. What
// they need of the session a callback keeps under a key.
var ErrNoSession = errors.New("handlers: no request has caused this, so there is no session: read it in Mount or an event, and keep what you need under a key")

// explain tells what scs means by a panic.
func explain(panicked any) error {
	if panicked == "scs: no session data in context" {
		return ErrNoSession
	}
	return nil
}
