package handlers

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// ticket is what a page proves itself with: which view it shows, at which address, for
// whom. It is sealed, so that browsers can neither read nor make one. While the view
// lives it names it; afterwards it says how to mount it again.
type ticket struct {
	view    string   // 16 bytes
	owner   [16]byte // see ownerOf
	issued  time.Time
	version string // Config.Version
	pattern string // of the route
	path    string // as requested, with its parameters, escaped
	query   string
}

// maxTicket bounds a sealed ticket: it travels in a header.
const maxTicket = 2048

var (
	errTicket     = errors.New("handlers: the ticket is missing or damaged")
	errTicketSize = errors.New("handlers: the address is too long for a ticket")
)

// sealer seals and opens tickets.
type sealer struct{ keys []ticketKey }

type ticketKey struct {
	id   [4]byte
	aead cipher.AEAD
}

// ticketFormat is the first byte of each ticket.
const ticketFormat = 2

func newSealer(secrets [][]byte) *sealer {
	s := &sealer{}
	for _, secret := range secrets {
		key := derive(secret, "sideband ticket", 32)
		block, err := aes.NewCipher(key)
		if err != nil {
			panic(fmt.Sprintf("handlers: %v", err)) // the key's size is right
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			panic(fmt.Sprintf("handlers: %v", err))
		}
		s.keys = append(s.keys, ticketKey{[4]byte(derive(secret, "sideband ticket key id", 4)), aead})
	}
	return s
}

// derive makes a key for one purpose of a secret.
func derive(secret []byte, purpose string, size int) []byte {
	key, err := hkdf.Key(sha256.New, secret, nil, purpose, size)
	if err != nil {
		panic(fmt.Sprintf("handlers: %v", err)) // the size is within HKDF's
	}
	return key
}

func (s *sealer) seal(t ticket) (string, error) {
	plain := make([]byte, 0, 64+len(t.version)+len(t.pattern)+len(t.path)+len(t.query))
	plain = append(plain, t.view...)
	plain = append(plain, t.owner[:]...)
	plain = binary.BigEndian.AppendUint64(plain, uint64(t.issued.Unix()))
	for _, text := range []string{t.version, t.pattern, t.path, t.query} {
		plain = binary.AppendUvarint(plain, uint64(len(text)))
		plain = append(plain, text...)
	}

	k := s.keys[0]
	out := append([]byte{ticketFormat}, k.id[:]...)
	head := len(out)
	out = append(out, make([]byte, k.aead.NonceSize())...)
	_, _ = rand.Read(out[head:])
	out = k.aead.Seal(out, out[head:], plain, out[:head])
	if base64.RawURLEncoding.EncodedLen(len(out)) > maxTicket {
		return "", errTicketSize
	}
	return base64.RawURLEncoding.EncodeToString(out), nil
}

func (s *sealer) open(text string) (t ticket, err error) {
	if len(text) == 0 || len(text) > maxTicket {
		return t, errTicket
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) < 5 || b[0] != ticketFormat {
		return t, errTicket
	}
	for _, k := range s.keys {
		n := k.aead.NonceSize()
		if [4]byte(b[1:5]) != k.id || len(b) < 5+n {
			continue
		}
		plain, err := k.aead.Open(nil, b[5:5+n], b[5+n:], b[:5])
		if err != nil {
			return t, errTicket
		}
		return parseTicket(plain)
	}
	return t, errTicket
}

func parseTicket(b []byte) (t ticket, err error) {
	if len(b) < 40 {
		return t, errTicket
	}
	t.view = string(b[:16])
	t.owner = [16]byte(b[16:32])
	t.issued = time.Unix(int64(binary.BigEndian.Uint64(b[32:40])), 0)
	b = b[40:]
	for _, text := range []*string{&t.version, &t.pattern, &t.path, &t.query} {
		n, w := binary.Uvarint(b)
		if w <= 0 || n > uint64(len(b)-w) {
			return t, errTicket
		}
		*text, b = string(b[w:w+int(n)]), b[w+int(n):]
	}
	return t, nil
}

// ownerOf is what a ticket is bound to: the session, and who is logged in.
func ownerOf(session [16]byte, identity string) [16]byte {
	if identity == "" {
		return session
	}
	h := sha256.Sum256(append([]byte("sideband owner\x00"+string(session[:])), identity...))
	return [16]byte(h[:16])
}

func (t ticket) isOf(owner [16]byte) bool {
	return subtle.ConstantTimeCompare(t.owner[:], owner[:]) == 1
}
