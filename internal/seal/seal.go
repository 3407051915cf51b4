// Package seal protects data that browsers keep for the server: sealed payloads, which they can
// neither read nor forge, and signed texts, which they can read but not forge.
//
// A sealed payload is, in base64:
//
//	version (1) | key id (4) | nonce (12) | fields in the clear | AES-256-GCM of the others, which authenticates all
//
// Each purpose has a version for its fields: if it changes with them, older payloads are refused.
// Each purpose also has keys of its own, derived from the secrets with HKDF, so a payload of one
// purpose does not open for another. The first secret seals and signs; all open and verify.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
)

const (
	// MaxSize bounds a sealed text in bytes, since it travels in headers and addresses.
	MaxSize = 2048

	// MaxFields bounds the encoded fields of a payload, so that it fits.
	MaxFields = MaxSize*3/4 - overhead

	headerSize = 1 + 4
	nonceSize  = 12
	tagSize    = 16
	overhead   = headerSize + nonceSize + tagSize
)

var (
	// ErrInvalid is returned for a text that was not sealed for this purpose.
	ErrInvalid = errors.New("seal: missing or damaged")

	// ErrTooLong is returned for a payload that does not fit into MaxSize.
	ErrTooLong = errors.New("seal: the payload is too long")
)

// Sealer seals and opens the payloads of one purpose. Its methods may be called from any
// goroutine.
type Sealer struct {
	version byte
	clear   int   // bytes of the first fields that are not encrypted
	keys    []key // the first one seals
}

type key struct {
	id   [4]byte
	aead cipher.AEAD
}

// New returns a sealer for a purpose whose fields have this version. It needs at least one secret.
func New(secrets [][]byte, purpose string, version byte) *Sealer {
	s := &Sealer{version: version}
	for _, secret := range secrets {
		block, err := aes.NewCipher(derive(secret, purpose, 32))
		if err != nil {
			panic(fmt.Sprintf("seal: %v", err)) // the key's size is right
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			panic(fmt.Sprintf("seal: %v", err))
		}
		s.keys = append(s.keys, key{[4]byte(derive(secret, purpose+" key id", 4)), aead})
	}
	return s
}

// WithClear leaves the first n bytes of the fields unencrypted, so that a payload can be looked up by
// them before it is opened.
func (s *Sealer) WithClear(n int) *Sealer {
	s.clear = n
	return s
}

// Clear returns the unencrypted bytes of a text without verifying them, in the memory of room if that
// suffices. It returns nil for a text that is too short or is not base64.
func (s *Sealer) Clear(room []byte, text string) []byte {
	const before = headerSize + nonceSize
	size := base64.RawURLEncoding.EncodedLen(before + s.clear)
	if len(text) <= size {
		return nil
	}
	in, err := base64.RawURLEncoding.AppendDecode(room[:0], []byte(text[:size]))
	if err != nil {
		return nil
	}
	return in[before:]
}

// derive derives a key for a purpose from a secret.
func derive(secret []byte, purpose string, size int) []byte {
	key, err := hkdf.Key(sha256.New, secret, nil, purpose, size)
	if err != nil {
		panic(fmt.Sprintf("seal: %v", err)) // the size is within HKDF's
	}
	return key
}

// KeyOf returns which of the secrets has sealed a text, by its number; 0 for one that none of them has. It verifies
// nothing.
func (s *Sealer) KeyOf(text string) int {
	const size = (headerSize*8 + 5) / 6
	if len(text) < size+2 {
		return 0
	}
	var room [9]byte
	in, err := base64.RawURLEncoding.AppendDecode(room[:0], []byte(text[:size+1]))
	if err != nil {
		return 0
	}
	for i, k := range s.keys {
		if [4]byte(in[1:]) == k.id {
			return i
		}
	}
	return 0
}

// Seal returns the payload's fields as a text for headers, addresses and cookies, of at most
// MaxSize bytes.
func (s *Sealer) Seal(p Payload) (string, error) {
	k := s.keys[0]
	out := append(make([]byte, 0, 192), s.version)
	out = append(out, k.id[:]...)
	out = out[:headerSize+nonceSize]
	_, _ = rand.Read(out[headerSize:]) // it never fails
	out, err := encode(out, p)
	if err != nil {
		return "", err
	}
	clear, nonce := out[:headerSize+nonceSize+s.clear], out[headerSize:headerSize+nonceSize]
	return base64.RawURLEncoding.EncodeToString(k.aead.Seal(clear, nonce, out[len(clear):], clear)), nil
}

// Open reads the fields of a text of Seal into the payload. It returns ErrInvalid for any other text,
// and then the payload's fields are undefined.
func (s *Sealer) Open(text string, p Payload) error {
	if len(text) == 0 || len(text) > MaxSize {
		return ErrInvalid
	}
	in, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(in) < overhead+s.clear || in[0] != s.version {
		return ErrInvalid
	}
	clear, nonce := in[:headerSize+nonceSize+s.clear], in[headerSize:headerSize+nonceSize]
	for _, k := range s.keys {
		if [4]byte(in[1:]) != k.id {
			continue
		}
		fields, err := k.aead.Open(clear, nonce, in[len(clear):], clear)
		if err != nil {
			return ErrInvalid
		}
		return decode(fields[headerSize+nonceSize:], p)
	}
	return ErrInvalid
}

// SealBytes seals any bytes. They open only with the same bound, which is not part of the result.
func (s *Sealer) SealBytes(plain, bound []byte) []byte {
	k := s.keys[0]
	out := make([]byte, headerSize+nonceSize, overhead+len(plain))
	out[0] = s.version
	copy(out[1:], k.id[:])
	_, _ = rand.Read(out[headerSize:]) // it never fails
	return k.aead.Seal(out, out[headerSize:], plain, append(out[:headerSize:headerSize], bound...))
}

// OpenBytes returns what SealBytes has sealed with the same bound, or ErrInvalid.
func (s *Sealer) OpenBytes(sealed, bound []byte) ([]byte, error) {
	if len(sealed) < overhead || sealed[0] != s.version {
		return nil, ErrInvalid
	}
	header, nonce := sealed[:headerSize:headerSize], sealed[headerSize:headerSize+nonceSize]
	for _, k := range s.keys {
		if [4]byte(header[1:]) != k.id {
			continue
		}
		plain, err := k.aead.Open(nil, nonce, sealed[headerSize+nonceSize:], append(header, bound...))
		if err != nil {
			return nil, ErrInvalid
		}
		return plain, nil
	}
	return nil, ErrInvalid
}
