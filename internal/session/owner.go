package session

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
)

// ID is what the kit knows of a session: a hash of its token.
type ID [16]byte

func idOf(storeToken string) ID {
	h := sha256.Sum256([]byte("sideband session\x00" + storeToken))
	return ID(h[:16])
}

// Owner is who a page belongs to: a session, who is logged in and, of a session of the
// package's own that has values, its present life in the store.
type Owner [16]byte

// Owner returns who a page that the request opens belongs to. Pages that are opened when a
// session of the package's own has values belong to its present life in the store: if it is
// destroyed where nobody knows of that any more, a cookie of before the values does not do.
func (m *Manager) Owner(ctx context.Context, id ID, identity string) (Owner, error) {
	owner := ownerOf(id, identity)
	if m.own == nil {
		return owner, nil
	}
	token := m.scs.Token(ctx)
	if !m.own.has(token) && len(m.scs.Keys(ctx)) > 0 { // they come with this request
		if _, _, err := m.scs.Commit(ctx); err != nil {
			return owner, err
		}
	}
	if s, ok := m.own.find(m.scs.Token(ctx)); ok {
		owner = valuedOwner(owner, s.generation)
	}
	return owner, nil
}

// Owns reports whether a page of the owner is of the request's session and user.
func (m *Manager) Owns(ctx context.Context, owner Owner, id ID, identity string) bool {
	now := ownerOf(id, identity)
	if owner.equals(now) || m.own == nil {
		return owner.equals(now)
	}
	s, ok := m.own.find(m.scs.Token(ctx))
	return ok && owner.equals(valuedOwner(now, s.generation))
}

func ownerOf(id ID, identity string) Owner {
	if identity == "" {
		return Owner(id)
	}
	h := sha256.Sum256(append([]byte("sideband owner\x00"+string(id[:])), identity...))
	return Owner(h[:16])
}

// valuedOwner is the owner of pages that were opened in a life of a session with values.
func valuedOwner(o Owner, g generation) Owner {
	h := sha256.Sum256(append(append([]byte("sideband valued\x00"), o[:]...), g[:]...))
	return Owner(h[:16])
}

func (o Owner) equals(other Owner) bool { return subtle.ConstantTimeCompare(o[:], other[:]) == 1 }

// storeToken is the token as the store knows it.
func (m *Manager) storeToken(token string) string {
	if !m.scs.HashTokenInStore {
		return token
	}
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
