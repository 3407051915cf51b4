package session

import (
	"context"
	"crypto/subtle"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sideband-go/sideband/internal/seal"
)

// IsLocal reports whether a request came over plain HTTP on the machine's own address, where
// browsers differ about Secure cookies: they have another name there, and no Secure.
func IsLocal(r *http.Request) bool { return r.TLS == nil && isLoopback(r.Host) }

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

// signer signs the cookies of the package's own sessions. A session that never had values need
// not be in the store: after a restart with the same secrets its cookie is all that there is
// to know. Of one that has had some the cookie says so, and it has ended when the store does
// not have it: it was destroyed, or its values are lost.
type signer struct{ *seal.Signer }

// signed is what a cookie with a good signature says of its session.
type signed struct {
	token  string
	ends   time.Time
	valued bool // it has had values
}

// valuedMark ends the text of a cookie whose session has had values.
const valuedMark = ".v"

// maxCookie bounds a cookie's value.
const maxCookie = 200

// sign makes a cookie's value of a session.
func (s signer) sign(c signed) string {
	text := c.token + "." + strconv.FormatInt(c.ends.Unix(), 36)
	if c.valued {
		text += valuedMark
	}
	return s.Sign(text)
}

// open returns what sign was given. current reports whether it is signed with the first secret.
func (s signer) open(value string) (c signed, current, ok bool) {
	if len(value) > maxCookie {
		return c, false, false
	}
	text, current, ok := s.Verify(value)
	if !ok {
		return c, false, false
	}
	text, valued := strings.CutSuffix(text, valuedMark)
	token, unix, _ := strings.Cut(text, ".")
	seconds, err := strconv.ParseInt(unix, 36, 64)
	c = signed{token: token, ends: time.Unix(seconds, 0), valued: valued}
	return c, current, err == nil && c.ends.After(time.Now())
}

// Cookie is a request's cookie, opened.
type Cookie struct {
	signed
	value   string
	current bool // it is signed with the first secret
	id      ID   // of its session
}

type cookieKey struct{}

// open opens a cookie, unless known is the same. Its token is empty if it is none of ours, or if it
// has expired.
func (m *Manager) open(value string, known *Cookie) *Cookie {
	if known != nil && subtle.ConstantTimeCompare([]byte(value), []byte(known.value)) == 1 && (m.signer == nil || known.ends.After(time.Now())) {
		return known
	}
	c := &Cookie{value: value, current: true}
	if m.signer == nil {
		c.token = value
	} else if s, current, ok := m.signer.open(value); ok {
		c.signed, c.current = s, current
	}
	if c.token != "" {
		c.id = idOf(m.storeToken(c.token))
	}
	return c
}

// valuesOnly keeps sessions that have had values. The others need no place: their cookie is
// all that there is to know.
type valuesOnly struct{ *memory }

// FindCtx is part of scs.CtxStore.
func (v valuesOnly) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	b, found, err := v.Find(token)
	if c, ok := ctx.Value(cookieKey{}).(*Cookie); !found && err == nil && ok && c.token == token && !c.valued {
		b, err = codec{}.Encode(c.ends, nil)
		return b, err == nil, err
	}
	return b, found, err
}

// CommitCtx is part of scs.CtxStore.
func (v valuesOnly) CommitCtx(_ context.Context, token string, b []byte, expiry time.Time) error {
	if isBare(b) && !v.has(token) {
		return nil
	}
	return v.Commit(token, b, expiry)
}

// DeleteCtx is part of scs.CtxStore.
func (v valuesOnly) DeleteCtx(_ context.Context, token string) error { return v.Delete(token) }
