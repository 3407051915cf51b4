package handlers

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
)

// sessions keeps browsers apart, with a cookie each. Over plain HTTP on the
// machine's own address, where browsers differ about Secure cookies, the cookie has
// another name and no Secure; the sessions are the same.
type sessions struct {
	manager *scs.SessionManager
	plain   *scs.SessionManager // with the other cookie
}

const (
	cookieName      = "__Host-sideband"
	localCookieName = "sideband"
)

func newSessions(lifetime time.Duration, limit int) *sessions {
	// Not scs.New, whose store has a goroutine that nobody would end.
	m := &scs.SessionManager{
		Lifetime: lifetime,
		Codec:    codec{},
		ErrorFunc: func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		},
		Store: newMemory(lifetime, limit),
		Cookie: scs.SessionCookie{
			Name: cookieName, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode, Path: "/", Persist: true,
		},
	}
	plain := *m
	plain.Cookie.Name, plain.Cookie.Secure = localCookieName, false
	return &sessions{m, &plain}
}

// of chooses the manager whose cookie the request's connection can carry.
func (s *sessions) of(r *http.Request) *scs.SessionManager {
	if r.TLS == nil && isLocal(r.Host) {
		return s.plain
	}
	return s.manager
}

func isLocal(host string) bool {
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

// token returns the session's token, "" if there is none.
func (s *sessions) token(ctx context.Context) string { return s.manager.Token(ctx) }

// ensure returns the session's token, making a session if there is none; its cookie
// goes into h.
func (s *sessions) ensure(w http.ResponseWriter, r *http.Request) (string, error) {
	if t := s.manager.Token(r.Context()); t != "" {
		return t, nil
	}
	m := s.of(r)
	t, expiry, err := m.Commit(r.Context())
	if err != nil {
		return "", err
	}
	m.WriteSessionCookie(r.Context(), w, t, expiry)
	return t, nil
}

// load puts the request's session into ctx.
func (s *sessions) load(ctx context.Context, r *http.Request) (context.Context, error) {
	var token string
	if c, err := r.Cookie(s.of(r).Cookie.Name); err == nil {
		token = c.Value
	}
	return s.manager.Load(ctx, token)
}

// savingWriter saves a changed session before the response begins.
type savingWriter struct {
	http.ResponseWriter
	r        *http.Request
	sessions *sessions
	saved    bool
	err      error
}

func (w *savingWriter) save() {
	if w.saved {
		return
	}
	w.saved = true
	m, ctx := w.sessions.of(w.r), w.r.Context()
	switch m.Status(ctx) {
	case scs.Modified:
		var token string
		var expiry time.Time
		if token, expiry, w.err = m.Commit(ctx); w.err == nil {
			m.WriteSessionCookie(ctx, w.ResponseWriter, token, expiry)
		}
	case scs.Destroyed:
		m.WriteSessionCookie(ctx, w.ResponseWriter, "", time.Time{})
	}
}

func (w *savingWriter) Write(b []byte) (int, error) {
	w.save()
	return w.ResponseWriter.Write(b)
}

func (w *savingWriter) WriteHeader(status int) {
	w.save()
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (w *savingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// codec stores a session without values, which most are, as its deadline alone: gob
// would describe its types anew for each request.
type codec struct{ gob scs.GobCodec }

func (c codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	if len(values) == 0 {
		return binary.BigEndian.AppendUint64([]byte{0}, uint64(deadline.UnixNano())), nil
	}
	b, err := c.gob.Encode(deadline, values)
	return append([]byte{1}, b...), err
}

func (c codec) Decode(b []byte) (time.Time, map[string]any, error) {
	switch {
	case len(b) == 9 && b[0] == 0:
		return time.Unix(0, int64(binary.BigEndian.Uint64(b[1:]))).UTC(), map[string]any{}, nil
	case len(b) > 1 && b[0] == 1:
		return c.gob.Decode(b[1:])
	}
	return time.Time{}, nil, errors.New("handlers: the stored session can't be read")
}
