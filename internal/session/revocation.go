package session

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2"
)

// revoking wraps a store. It reports when a session ends, and keeps it revoked: a request that loaded
// the session before it was destroyed cannot bring it back by saving it, as every request does with
// an idle timeout.
type revoking struct {
	scs.Store
	revoked  *memory // tokens of sessions that were destroyed
	lifetime time.Duration

	elsewhere    *memory     // ids of sessions that were destroyed in other processes
	anyElsewhere atomic.Bool // there was one
	onEnd        func(ctx context.Context, token string)
}

// maxRevoked bounds the remembered tokens, and ids, of destroyed sessions.
const maxRevoked = 100_000

func newRevoking(s scs.Store, lifetime time.Duration, onEnd func(ctx context.Context, token string)) *revoking {
	return &revoking{Store: s, revoked: newMemory(maxRevoked), lifetime: lifetime, elsewhere: newMemory(maxRevoked), onEnd: onEnd}
}

func (s *revoking) isRevoked(token string) bool {
	if s.revoked.has(token) {
		return true
	}
	if !s.anyElsewhere.Load() {
		return false
	}
	id := idOf(token)
	return s.elsewhere.has(string(id[:]))
}

// revoke keeps a session revoked that was destroyed in another process.
func (s *revoking) revoke(id ID) {
	_ = s.elsewhere.Commit(string(id[:]), nil, time.Now().Add(s.lifetime)) // it never fails
	s.anyElsewhere.Store(true)
}

// Find is part of scs.Store.
func (s *revoking) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// FindCtx is part of scs.CtxStore.
func (s *revoking) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	if s.isRevoked(token) {
		return nil, false, nil
	}
	if c, ok := s.Store.(scs.CtxStore); ok {
		return c.FindCtx(ctx, token)
	}
	return s.Store.Find(token)
}

// Commit is part of scs.Store.
func (s *revoking) Commit(token string, b []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, b, expiry)
}

// CommitCtx is part of scs.CtxStore.
func (s *revoking) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	if s.isRevoked(token) {
		return nil
	}
	var err error
	if c, ok := s.Store.(scs.CtxStore); ok {
		err = c.CommitCtx(ctx, token, b, expiry)
	} else {
		err = s.Store.Commit(token, b, expiry)
	}
	if s.isRevoked(token) { // it was destroyed meanwhile
		return errors.Join(err, s.remove(ctx, token))
	}
	return err
}

// Delete is part of scs.Store.
func (s *revoking) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// DeleteCtx is part of scs.CtxStore. The session has ended even if the store fails.
func (s *revoking) DeleteCtx(ctx context.Context, token string) error {
	if token == "" {
		return nil // a session that was never saved
	}
	_ = s.revoked.Commit(token, nil, time.Now().Add(s.lifetime)) // it never fails
	s.onEnd(ctx, token)
	return s.remove(ctx, token)
}

func (s *revoking) remove(ctx context.Context, token string) error {
	if c, ok := s.Store.(scs.CtxStore); ok {
		return c.DeleteCtx(ctx, token)
	}
	return s.Store.Delete(token)
}

var errNotIterable = errors.New("session: the store can't list its sessions")

// AllCtx is part of scs.IterableCtxStore.
func (s *revoking) AllCtx(ctx context.Context) (map[string][]byte, error) {
	switch c := s.Store.(type) {
	case scs.IterableCtxStore:
		return c.AllCtx(ctx)
	case scs.IterableStore:
		return c.All()
	}
	return nil, errNotIterable
}
