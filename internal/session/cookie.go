package handlers

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// signer signs the cookies of the kit's own sessions. A session that never had values need
// not be in the store: after a restart with the same secrets its cookie is all that there is
// to know. Of one that has had some the cookie says so, and it is dead when the store does
// not have it: it was destroyed, or its values are lost.
type signer struct{ keys [][]byte }

func newSigner(secrets [][]byte) *signer {
	s := &signer{}
	for _, secret := range secrets {
		s.keys = append(s.keys, derive(secret, "sideband session cookie", sha256.Size))
	}
	return s
}

// valuedMark ends the text of a cookie whose session has had values.
const valuedMark = ".v"

// sign makes a cookie's value of a session.
func (s *signer) sign(c signed) string {
	text := c.token + "." + strconv.FormatInt(c.ends.Unix(), 36)
	if c.valued {
		text += valuedMark
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(mac(s.keys[0], text))
}

// open returns what sign was given. first tells whether it is signed with the first key.
func (s *signer) open(value string) (c signed, first, ok bool) {
	at := strings.LastIndexByte(value, '.')
	if at < 0 || len(value) > 200 {
		return c, false, false
	}
	sum, err := base64.RawURLEncoding.DecodeString(value[at+1:])
	if err != nil {
		return c, false, false
	}
	for i, key := range s.keys {
		if !hmac.Equal(sum, mac(key, value[:at])) {
			continue
		}
		text, valued := strings.CutSuffix(value[:at], valuedMark)
		token, unix, _ := strings.Cut(text, ".")
		seconds, err := strconv.ParseInt(unix, 36, 64)
		c = signed{token: token, ends: time.Unix(seconds, 0), valued: valued}
		return c, i == 0, err == nil && c.ends.After(time.Now())
	}
	return c, false, false
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)[:16]
}

// signed is what a cookie with a good signature says of its session.
type signed struct {
	token  string
	ends   time.Time
	valued bool // it has had values
}

type signedKey struct{}

// valued keeps sessions that have had values. The others need no place: their cookie is
// all that there is to know.
type valued struct{ *memory }

// FindCtx is part of scs.CtxStore.
func (v valued) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	b, found, err := v.Find(token)
	if s, ok := ctx.Value(signedKey{}).(signed); !found && err == nil && ok && s.token == token && !s.valued {
		b, err = codec{}.Encode(s.ends, nil)
		return b, err == nil, err
	}
	return b, found, err
}

// CommitCtx is part of scs.CtxStore.
func (v valued) CommitCtx(_ context.Context, token string, b []byte, expiry time.Time) error {
	if isBare(b) && !v.has(token) {
		return nil
	}
	return v.Commit(token, b, expiry)
}

// DeleteCtx is part of scs.CtxStore.
func (v valued) DeleteCtx(_ context.Context, token string) error { return v.Delete(token) }
