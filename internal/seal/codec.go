package seal

import (
	"math"
	"time"

	"golang.org/x/crypto/cryptobyte"
)

// Payload is a value that can be sealed. Fields passes a pointer to each field to the codec, which
// writes or reads it: one list serves both directions.
//
//	func (t *ticket) Fields(c *seal.Codec) {
//		c.Fixed(t.owner[:])
//		c.Time(&t.issued)
//		c.Text(&t.path)
//	}
type Payload interface{ Fields(*Codec) }

// Codec writes or reads the fields of a payload. After a field that does not fit or is missing it
// ignores the others, and Seal or Open fails.
type Codec struct {
	w      *cryptobyte.Builder // nil when reading
	r      cryptobyte.String
	failed bool
}

// encode appends the payload's fields to b.
func encode(b []byte, p Payload) ([]byte, error) {
	c := &Codec{w: cryptobyte.NewBuilder(b)}
	p.Fields(c)
	out, err := c.w.Bytes()
	if err != nil || c.failed || len(out)-len(b) > MaxFields {
		return nil, ErrTooLong // the only way in which writing fails
	}
	return out, nil
}

func decode(plain []byte, p Payload) error {
	c := &Codec{r: plain}
	p.Fields(c)
	if c.failed || !c.r.Empty() {
		return ErrInvalid
	}
	return nil
}

// Fixed writes or fills b, whose length is the same on both sides.
func (c *Codec) Fixed(b []byte) {
	switch {
	case c.failed:
	case c.w != nil:
		c.w.AddBytes(b)
	default:
		c.failed = !c.r.CopyBytes(b)
	}
}

// Time writes or reads a time since 1970, to the second, in 6 bytes.
func (c *Codec) Time(t *time.Time) {
	var seconds uint64
	switch {
	case c.failed:
	case c.w != nil:
		c.w.AddUint48(uint64(max(0, t.Unix())))
	case c.r.ReadUint48(&seconds):
		*t = time.Unix(int64(seconds), 0)
	default:
		c.failed = true
	}
}

// Text writes or reads any bytes, after their number in 2 bytes.
func (c *Codec) Text(text *string) {
	var s cryptobyte.String
	switch {
	case c.failed:
	case c.w != nil && len(*text) > MaxFields:
		c.failed = true
	case c.w != nil:
		c.w.AddUint16(uint16(len(*text)))
		c.w.AddBytes([]byte(*text))
	case c.r.ReadUint16LengthPrefixed(&s):
		*text = string(s)
	default:
		c.failed = true
	}
}

// List writes or reads up to 255 items, after their number in a byte. item passes the fields of one to
// the codec.
func List[T any](c *Codec, list *[]T, item func(*Codec, *T)) {
	if c.w != nil {
		if len(*list) > math.MaxUint8 {
			c.failed = true
		}
		c.w.AddUint8(uint8(len(*list)))
		for i := range *list {
			item(c, &(*list)[i])
		}
		return
	}
	var n uint8
	c.failed = c.failed || !c.r.ReadUint8(&n)
	*list = nil
	for ; n > 0 && !c.failed; n-- {
		var v T
		item(c, &v)
		*list = append(*list, v)
	}
}
