package sse

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"sync"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"

	"github.com/sideband-go/sideband/internal/accept"
)

// minCompressed is the size from which messages are compressed. A smaller one fits into one packet of
// the network: compression would save about 50 bytes and take a third more time.
const minCompressed = 256

// Higher settings make rows of a table hardly smaller; see docs/decisions/0014.
const (
	flateLevel = 7
	zstdWindow = 256 << 10 // browsers refuse more than 8 MiB
)

// compressors pools the encoders of a server's connections, which are large. A connection has one only
// while it encodes a message. Each server has its own pools: a zstd encoder has a channel, which must
// not leave its testing/synctest bubble.
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

// coding is a content coding.
type coding uint8

const (
	identity coding = iota
	gzip
	zstandard
)

var codings = [...]string{identity: "", gzip: "gzip", zstandard: "zstd"}

// codingFor returns the coding for a client with these lines of Accept-Encoding.
func codingFor(lines []string) coding {
	return coding(slices.Index(codings[:], accept.Encoding(lines, codings[zstandard], codings[gzip])))
}

// encoder encodes the messages of one connection. Each message is a zstd frame, or deflate blocks that
// refer to no earlier ones and end at a byte boundary. So a client can read it at once, and the
// encoder keeps only the checksum and the size for the end of a gzip stream.
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
