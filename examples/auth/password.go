package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/sideband-go/sideband/views"
)

// What a hash costs, as OWASP recommends it for Argon2id: about 20 ms, and 19 MiB while it is made. Hashes with other
// costs can be checked: so these may be raised.
const (
	passes  = 2
	threads = 1
	keySize = 32
)

var memory uint32 = 19 << 10 // KiB; tests take less

// minPassword is how many characters a password has at least; the most, 128, is in the forms' rules.
const minPassword = 12

const tooShort = "must have 12 characters or more"

// hash returns what is stored of a password, in the format that is usual for Argon2.
func hash(password string) string {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // it never fails
	key := argon2.IDKey([]byte(password), salt, passes, memory, threads, keySize)
	encode := base64.RawStdEncoding.EncodeToString
	return costs() + encode(salt) + "$" + encode(key)
}

// costs is how hashes begin that are made now.
func costs() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, memory, passes, threads)
}

// matches reports whether a hash is that of a password.
func matches(stored, password string) bool {
	var version, m, t, p int
	part := strings.Split(stored, "$")
	if len(part) != 6 || part[1] != "argon2id" {
		return false
	}
	if _, err := fmt.Sscanf(part[2]+" "+part[3], "v=%d m=%d,t=%d,p=%d", &version, &m, &t, &p); err != nil || version != argon2.Version {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(part[4])
	key, err2 := base64.RawStdEncoding.DecodeString(part[5])
	if err != nil || err2 != nil || t < 1 || p < 1 || p > 255 || m < 1 || len(key) == 0 {
		return false
	}
	//nolint:gosec // the numbers are those of a hash that this package has made
	got := argon2.IDKey([]byte(password), salt, uint32(t), uint32(m), uint8(p), uint32(len(key)))
	return subtle.ConstantTimeCompare(got, key) == 1
}

// hashers bounds how many passwords are hashed at a time, so that log-ins leave the processor and the memory to others.
type hashers struct {
	slots    chan struct{}
	patience time.Duration
	nobody   string // the hash of a password that nobody knows
}

func newHashers(n int, patience time.Duration) *hashers {
	unknown, _ := newToken()
	return &hashers{slots: make(chan struct{}, n), patience: patience, nobody: hash(unknown)}
}

// errBusy is what somebody hears whose password has to wait for too long.
var errBusy = views.Error(http.StatusTooManyRequests, "Too many people are logging in right now. Please try again in a moment.")

// turn runs f when there is a free slot.
func (h *hashers) turn(ctx context.Context, f func()) error {
	late := time.NewTimer(h.patience)
	defer late.Stop()
	select {
	case h.slots <- struct{}{}:
	case <-late.C:
		return errBusy
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-h.slots }()
	f()
	return nil
}

// hash returns what is stored of a password.
func (h *hashers) hash(ctx context.Context, password string) (stored string, err error) {
	err = h.turn(ctx, func() { stored = hash(password) })
	return stored, err
}

// check reports whether the password of an account is this one. It takes as long where there is no account: found is
// the error with which it was looked for.
func (h *hashers) check(ctx context.Context, a account, found error, password string) (ok bool, err error) {
	switch {
	case errors.Is(found, ErrNone):
		a.password = h.nobody
	case found != nil:
		return false, found
	}
	err = h.turn(ctx, func() { ok = matches(a.password, password) })
	return ok && found == nil, err
}
