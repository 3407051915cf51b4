package session

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
)

// ID identifies a session in the kit: a hash of its token.
type ID [16]byte

func idOf(storeToken string) ID {
	h := sha256.Sum256([]byte("sideband session\x00" + storeToken))
	return ID(h[:16])
}

// Owner identifies the owner of a page: a hash of the session, of who is logged in and, if the session
// is stored by this package, of its generation.
type Owner [16]byte

// Owner returns the owner of a page that the request opens. If this package stores the session, the
// page belongs to its generation: if the session is destroyed and then forgotten, an old cookie from
// before the values does not get the page.
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

// Owns reports whether the request's session and user own a page of this owner.
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

// valuedOwner returns the owner of pages that are opened in a generation of a stored session.
func valuedOwner(o Owner, g generation) Owner {
	h := sha256.Sum256(append(append([]byte("sideband valued\x00"), o[:]...), g[:]...))
	return Owner(h[:16])
}

func (o Owner) equals(other Owner) bool { return subtle.ConstantTimeCompare(o[:], other[:]) == 1 }

// storeToken returns the token in the store.
func (m *Manager) storeToken(token string) string {
	if !m.scs.HashTokenInStore {
		return token
	}
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
