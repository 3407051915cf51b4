package handlers

import (
	"context"
	"errors"
	"time"

	"github.com/alexedwards/scs/v2"
)

// watched is a store of sessions that tells when one ends, and keeps it dead: a
// request that loaded a session before it was destroyed can't bring it back by saving
// it, as each request does that has an idle timeout to put off.
type watched struct {
	scs.Store
	dead     *memory // tokens of sessions that were destroyed
	lifetime time.Duration
	ended    func(ctx context.Context, token string)
}

// maxDead bounds the destroyed sessions that are remembered.
const maxDead = 100_000

func watch(s scs.Store, lifetime time.Duration, ended func(ctx context.Context, token string)) *watched {
	return &watched{s, newMemory(maxDead), lifetime, ended}
}

func (s *watched) isDead(token string) bool {
	_, dead, _ := s.dead.Find(token) // it never fails
	return dead
}

// Find is part of scs.Store.
func (s *watched) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// FindCtx is part of scs.CtxStore.
func (s *watched) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	if s.isDead(token) {
		return nil, false, nil
	}
	if c, ok := s.Store.(scs.CtxStore); ok {
		return c.FindCtx(ctx, token)
	}
	return s.Store.Find(token)
}

// Commit is part of scs.Store.
func (s *watched) Commit(token string, b []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, b, expiry)
}

// CommitCtx is part of scs.CtxStore.
func (s *watched) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	if s.isDead(token) {
		return nil
	}
	var err error
	if c, ok := s.Store.(scs.CtxStore); ok {
		err = c.CommitCtx(ctx, token, b, expiry)
	} else {
		err = s.Store.Commit(token, b, expiry)
	}
	if s.isDead(token) { // it was deleted in the meantime
		return errors.Join(err, s.remove(ctx, token))
	}
	return err
}

// Delete is part of scs.Store.
func (s *watched) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// DeleteCtx is part of scs.CtxStore. A token that has died ends its views even if the
// store fails.
func (s *watched) DeleteCtx(ctx context.Context, token string) error {
	if token == "" {
		return nil // a session that was never saved
	}
	_ = s.dead.Commit(token, nil, time.Now().Add(s.lifetime)) // it never fails
	s.ended(ctx, token)
	return s.remove(ctx, token)
}

func (s *watched) remove(ctx context.Context, token string) error {
	if c, ok := s.Store.(scs.CtxStore); ok {
		return c.DeleteCtx(ctx, token)
	}
	return s.Store.Delete(token)
}

var errNotIterable = errors.New("handlers: the session store can't list its sessions")

// AllCtx is part of scs.IterableCtxStore.
func (s *watched) AllCtx(ctx context.Context) (map[string][]byte, error) {
	switch c := s.Store.(type) {
	case scs.IterableCtxStore:
		return c.AllCtx(ctx)
	case scs.IterableStore:
		return c.All()
	}
	return nil, errNotIterable
}
