package session

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/alexedwards/scs/v2"
)

// codec encodes a session without values, as most are, as its deadline alone: gob would write a
// description of its types for each request. Its bytes stay in the process, so they are not sealed.
type codec struct{ gob scs.GobCodec }

// The first byte of a stored session.
const (
	formatBare = 0 // the deadline follows, in nanoseconds
	formatGob  = 1 // the encoding of gob follows
)

// isBare reports whether b encodes a session without values.
func isBare(b []byte) bool { return len(b) == bareSize && b[0] == formatBare }

// bareSize is the size of such an encoding.
const bareSize = 1 + 8

// encodeBare encodes a session without values.
func encodeBare(deadline time.Time) (b [bareSize]byte) {
	b[0] = formatBare
	binary.BigEndian.PutUint64(b[1:], uint64(deadline.UnixNano()))
	return b
}

func (c codec) Encode(deadline time.Time, v map[string]any) ([]byte, error) {
	if len(v) == 0 {
		b := encodeBare(deadline)
		return b[:], nil
	}
	b, err := c.gob.Encode(deadline, v)
	return append([]byte{formatGob}, b...), err
}

func (c codec) Decode(b []byte) (time.Time, map[string]any, error) {
	switch {
	case isBare(b):
		return time.Unix(0, int64(binary.BigEndian.Uint64(b[1:]))).UTC(), map[string]any{}, nil
	case len(b) > 1 && b[0] == formatGob:
		return c.gob.Decode(b[1:])
	}
	return time.Time{}, nil, errors.New("session: the stored session can't be read")
}
