package keep

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/sideband-go/sideband/internal/seal"
)

// Version is the version of what is sealed.
const Version = 1

// Overhead is by how much a sealed envelope is longer than the texts in it, at most.
const Overhead = 64

// Envelope is the state of a view's durable keys as it is kept, sealed.
type Envelope struct {
	Saved   time.Time // when, to the second
	Version string    // of the application's keys
	Page    string    // the type of the view's page
	State   []byte
}

// errEnvelope says that a text was not made by Seal for the same record, or with other secrets.
var errEnvelope = errors.New("what is stored was made with other secrets, is another's, or is damaged")

// Seal seals the envelope for what is told by bound.
func (e Envelope) Seal(s *seal.Sealer, bound string) []byte {
	b := make([]byte, 0, Overhead+len(e.Version)+len(e.Page)+len(e.State))
	b = binary.AppendUvarint(b, uint64(max(0, e.Saved.Unix())))
	b = appendText(b, e.Version)
	b = appendText(b, e.Page)
	return s.SealBytes(append(b, e.State...), []byte(bound))
}

// Open opens a sealed envelope.
func Open(s *seal.Sealer, sealed []byte, bound string) (e Envelope, err error) {
	b, err := s.OpenBytes(sealed, []byte(bound))
	if err != nil {
		return e, errEnvelope
	}
	saved, n := binary.Uvarint(b)
	if n <= 0 {
		return e, errEnvelope
	}
	b = b[n:]
	for _, text := range []*string{&e.Version, &e.Page} {
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) {
			return e, errEnvelope
		}
		*text = string(b[n:][:size])
		b = b[n:][size:]
	}
	e.Saved, e.State = time.Unix(int64(saved), 0), b
	return e, nil
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}
