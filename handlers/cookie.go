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

// signer signs the cookies of the kit's own sessions. A session whose cookie is signed
// need not be in the store: after a restart with the same secrets browsers still have
// the session they had, without its values.
type signer struct{ keys [][]byte }

func newSigner(secrets [][]byte) *signer {
	s := &signer{}
	for _, secret := range secrets {
		s.keys = append(s.keys, derive(secret, "sideband session cookie", sha256.Size))
	}
	return s
}

// sign makes a cookie's value of a session's token and the time that it ends.
func (s *signer) sign(token string, ends time.Time) string {
	text := token + "." + strconv.FormatInt(ends.Unix(), 36)
	return text + "." + base64.RawURLEncoding.EncodeToString(mac(s.keys[0], text))
}

// open returns what sign was given. first tells whether it is signed with the first key.
func (s *signer) open(value string) (token string, ends time.Time, first, ok bool) {
	at := strings.LastIndexByte(value, '.')
	if at < 0 || len(value) > 200 {
		return "", ends, false, false
	}
	sum, err := base64.RawURLEncoding.DecodeString(value[at+1:])
	if err != nil {
		return "", ends, false, false
	}
	for i, key := range s.keys {
		if !hmac.Equal(sum, mac(key, value[:at])) {
			continue
		}
		token, unix, _ := strings.Cut(value[:at], ".")
		seconds, err := strconv.ParseInt(unix, 36, 64)
		ends = time.Unix(seconds, 0)
		return token, ends, i == 0, err == nil && ends.After(time.Now())
	}
	return "", ends, false, false
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)[:16]
}

// signed is the session of a request whose cookie has a good signature.
type signed struct {
	token string
	ends  time.Time
}

type signedKey struct{}

// valued keeps sessions that have values. Those without need no place: their cookie is
// all that there is to know.
type valued struct{ *memory }

// FindCtx is part of scs.CtxStore.
func (v valued) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	b, found, err := v.Find(token)
	if s, ok := ctx.Value(signedKey{}).(signed); !found && err == nil && ok && s.token == token {
		b, err = codec{}.Encode(s.ends, nil)
		return b, err == nil, err
	}
	return b, found, err
}

// CommitCtx is part of scs.CtxStore.
func (v valued) CommitCtx(_ context.Context, token string, b []byte, expiry time.Time) error {
	if isBare(b) {
		return v.Delete(token)
	}
	return v.Commit(token, b, expiry)
}

// DeleteCtx is part of scs.CtxStore.
func (v valued) DeleteCtx(_ context.Context, token string) error { return v.Delete(token) }
