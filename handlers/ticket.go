package handlers

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
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
	path    string // as the route has seen it, with its parameters, escaped
	sent    string // as the browser has sent it; "" if that is the same
	query   string // as the browser has sent it
}

// sentPath is the path of the page as browsers know it.
func (t ticket) sentPath() string { return cmp.Or(t.sent, t.path) }

var (
	errTicket     = errors.New("handlers: the ticket is missing or damaged")
	errTicketSize = errors.New("handlers: the address is too long for a ticket")
)

// sealer seals and opens tickets.
type sealer struct{ box }

// ticketFormat is the first byte of each ticket.
const ticketFormat = 3

func newSealer(secrets [][]byte) *sealer {
	return &sealer{newBox(secrets, "sideband ticket", ticketFormat)}
}

func (s *sealer) seal(t ticket) (string, error) {
	plain := make([]byte, 0, 64+len(t.version)+len(t.pattern)+len(t.path)+len(t.sent)+len(t.query))
	plain = append(plain, t.view...)
	plain = append(plain, t.owner[:]...)
	plain = binary.BigEndian.AppendUint64(plain, uint64(t.issued.Unix()))
	for _, text := range []string{t.version, t.pattern, t.path, t.sent, t.query} {
		plain = binary.AppendUvarint(plain, uint64(len(text)))
		plain = append(plain, text...)
	}

	text, err := s.box.seal(plain)
	if err != nil {
		return "", errTicketSize
	}
	return text, nil
}

func (s *sealer) open(text string) (t ticket, err error) {
	plain, err := s.box.open(text)
	if err != nil {
		return t, errTicket
	}
	return parseTicket(plain)
}

func parseTicket(b []byte) (t ticket, err error) {
	if len(b) < 40 {
		return t, errTicket
	}
	t.view = string(b[:16])
	t.owner = [16]byte(b[16:32])
	t.issued = time.Unix(int64(binary.BigEndian.Uint64(b[32:40])), 0)
	b = b[40:]
	for _, text := range []*string{&t.version, &t.pattern, &t.path, &t.sent, &t.query} {
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

// valuedOwner is the owner of pages that were opened in a life of a session with values.
func valuedOwner(owner [16]byte, era [8]byte) [16]byte {
	h := sha256.Sum256(append(append([]byte("sideband valued\x00"), owner[:]...), era[:]...))
	return [16]byte(h[:16])
}

func (t ticket) isOf(owner [16]byte) bool {
	return subtle.ConstantTimeCompare(t.owner[:], owner[:]) == 1
}
