package sse

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"
)

// minCompressed is the size from which messages are compressed. Smaller ones fit into a packet
// anyhow: compression saves some 50 bytes and adds a third to the time of sending.
const minCompressed = 256

// More memory or time makes rows of a table hardly smaller; see docs/decisions/0014.
const (
	flateLevel = 7
	zstdWindow = 256 << 10 // browsers refuse more than 8 MiB
)

// compressors pools the encoders that the connections of a server share, one for the time of
// a message. They are large: the garbage collector may free those that are not in use. Each
// server has its own, since a zstd encoder has a channel, which may not pass from one
// testing/synctest bubble to the next.
type compressors struct{ deflaters, zstandards sync.Pool }

func (c *compressors) deflater() *flate.Writer {
	if w, ok := c.deflaters.Get().(*flate.Writer); ok {
		return w
	}
	w, err := flate.NewWriter(nil, flateLevel)
	if err != nil {
		panic(err) // the level is a constant
	}
	return w
}

func (c *compressors) zstandard() *zstd.Encoder {
	if w, ok := c.zstandards.Get().(*zstd.Encoder); ok {
		return w
	}
	w, err := zstd.NewWriter(nil,
		zstd.WithEncoderConcurrency(1),
		zstd.WithWindowSize(zstdWindow),
		zstd.WithLowerEncoderMem(true),
		zstd.WithEncoderCRC(false)) // four bytes a message
	if err != nil {
		panic(err) // the options are constants
	}
	return w
}

// coding is a content coding. The greatest that a client accepts is used.
type coding uint8

const (
	identity coding = iota
	gzip
	zstandard
)

var codings = [...]string{identity: "identity", gzip: "gzip", zstandard: "zstd"}

// codingFor returns the coding for a client with these lines of Accept-Encoding. A wildcard (*)
// does not count: the client must name the coding.
func codingFor(accept []string) coding {
	best := identity
	for _, line := range accept {
		for item := range strings.SplitSeq(line, ",") {
			name, weight, _ := strings.Cut(item, ";")
			name = strings.TrimSpace(name)
			for c := best + 1; int(c) < len(codings); c++ {
				if strings.EqualFold(name, codings[c]) && wanted(weight) {
					best = c
				}
			}
		}
	}
	return best
}

// wanted reports whether a client accepts a coding with this weight (q=0.5, or nothing).
func wanted(weight string) bool {
	key, value, given := strings.Cut(strings.TrimSpace(weight), "=")
	if !given || !strings.EqualFold(strings.TrimSpace(key), "q") {
		return true
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	return err == nil && q > 0
}

// encoder encodes the messages of one connection. Each is complete in itself: a zstd frame, or
// deflate blocks that refer to nothing before them and end at a byte. So a client can read a
// message as soon as it has it, and the encoder keeps only what the end of a gzip stream needs:
// checksum and size.
type encoder struct {
	crc, size uint32 // of what was encoded, for gzip
	coding    coding
	begun     bool // the gzip header is written
}

func (e *encoder) encode(c *compressors, to *bytes.Buffer, p []byte) {
	switch e.coding {
	case zstandard:
		if len(p) < minCompressed {
			storeFrame(to, p)
			return
		}
		w := c.zstandard()
		to.Write(w.EncodeAll(p, to.AvailableBuffer()))
		c.zstandards.Put(w)
	case gzip:
		if !e.begun {
			e.begun = true
			to.WriteString("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff") // deflate, no name, no time, unknown system
		}
		e.crc = crc32.Update(e.crc, crc32.IEEETable, p)
		e.size += uint32(len(p)) // modulo 2^32, as in the format
		if len(p) < minCompressed {
			storeBlock(to, p)
			return
		}
		w := c.deflater()
		w.Reset(to)
		_, _ = w.Write(p) // into memory
		_ = w.Flush()
		w.Reset(nil) // release the buffer
		c.deflaters.Put(w)
	}
}

// end returns the bytes that end the coding after the last message.
func (e *encoder) end() []byte {
	if e.coding != gzip || !e.begun {
		return nil
	}
	end := []byte{0x03, 0x00} // a last block, empty
	end = binary.LittleEndian.AppendUint32(end, e.crc)
	return binary.LittleEndian.AppendUint32(end, e.size)
}

// storeFrame writes a zstd frame of less than 256 bytes that are not compressed.
func storeFrame(to *bytes.Buffer, p []byte) {
	const (
		oneSegment = 1 << 5 // the window is the content, its size is one byte
		lastBlock  = 1
	)
	to.WriteString("\x28\xb5\x2f\xfd")
	to.WriteByte(oneSegment)
	to.WriteByte(byte(len(p)))
	header := uint(len(p))<<3 | lastBlock
	to.Write([]byte{byte(header), byte(header >> 8), byte(header >> 16)})
	to.Write(p)
}

// storeBlock writes a deflate block of less than 64 KiB that are not compressed, and an empty
// one: Go's decoder returns the content of a block only when it has seen the next.
func storeBlock(to *bytes.Buffer, p []byte) {
	b := to.AvailableBuffer()
	b = append(b, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(p)))
	b = binary.LittleEndian.AppendUint16(b, ^uint16(len(p)))
	b = append(b, p...)
	b = append(b, "\x00\x00\x00\xff\xff"...)
	to.Write(b)
}
