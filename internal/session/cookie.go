package session

import (
	"context"
	"crypto/subtle"
	"net"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"github.com/sideband-go/sideband/internal/seal"
)

// IsLocal reports whether a request came over plain HTTP to a loopback address. Browsers differ there
// about Secure cookies, so the session cookie has another name and no Secure.
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

// signer signs the cookies of the package's own sessions. A session that has never had values is not
// in the store: its cookie holds all of it, also after a restart with the same secrets. The cookie
// of a session that has had values says so. If the store does not have that session, it has ended: it
// was destroyed, or its values are lost.
type signer struct{ *seal.Signer }

// signed holds the fields of a signed cookie.
type signed struct {
	token  string
	ends   time.Time
	valued bool // the session has had values
}

// valuedMark is the suffix of a cookie's text if the session has had values.
const valuedMark = ".v"

// maxCookie bounds a cookie's value.
const maxCookie = 200

// sign returns the value of a cookie.
func (s signer) sign(c signed) string {
	text := c.token + "." + strconv.FormatInt(c.ends.Unix(), 36)
	if c.valued {
		text += valuedMark
	}
	return s.Sign(text)
}

// open returns the fields of a value of sign. current reports whether the first secret has signed it.
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

// Cookie is the opened cookie of a request.
type Cookie struct {
	signed
	value   string
	current bool           // the first secret has signed it
	id      ID             // of its session
	bare    [bareSize]byte // that session without values, as the package's codec encodes it
}

// Size estimates the memory of a cookie, in bytes. Its token is a part of its value.
func (c *Cookie) Size() int64 { return int64(unsafe.Sizeof(*c)) + int64(len(c.value)) }

type cookieKey struct{}

// cookieContext is the context of a request with a cookie.
type cookieContext struct {
	context.Context
	cookie *Cookie
}

// Value is part of context.Context.
func (c *cookieContext) Value(key any) any {
	if key == (cookieKey{}) {
		return c.cookie
	}
	return c.Context.Value(key)
}

// brings reports whether the request has the cookie known, which is still good. It parses no more of
// the header than it needs.
func (m *Manager) brings(r *http.Request, known *Cookie) bool {
	if known == nil || m.signer != nil && !known.ends.After(time.Now()) {
		return false
	}
	name := m.of(r).Cookie.Name
	for _, line := range r.Header["Cookie"] {
		for pair := range strings.SplitSeq(line, ";") {
			if n, value, _ := strings.Cut(textproto.TrimString(pair), "="); textproto.TrimString(n) == name {
				return subtle.ConstantTimeCompare([]byte(value), []byte(known.value)) == 1
			}
		}
	}
	return false
}

// open opens a cookie. The token is empty if the cookie is invalid or has expired.
func (m *Manager) open(value string) *Cookie {
	c := &Cookie{value: strings.Clone(value), current: true} // without the header around it
	if m.signer == nil {
		c.token = c.value
	} else if s, current, ok := m.signer.open(c.value); ok {
		c.signed, c.current = s, current
		c.bare = encodeBare(s.ends)
	}
	if c.token != "" {
		c.id = idOf(m.storeToken(c.token))
	}
	return c
}

// valuesOnly is a store that keeps only sessions that have had values: the cookie holds all of the
// others.
type valuesOnly struct{ *memory }

// FindCtx is part of scs.CtxStore.
func (v valuesOnly) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	b, found, err := v.Find(token)
	if c, ok := ctx.Value(cookieKey{}).(*Cookie); !found && err == nil && ok && c.token == token && !c.valued {
		return c.bare[:], true, nil
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
