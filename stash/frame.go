package stash

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"io"
	"strings"
	"time"
)

// The log of Files is a row of frames. A frame has the checksum and the size of what follows, both of four bytes, then
// its kind, the four hashes, the time, and data.

// The kinds of frames.
const (
	frameRecord = 'r' // a record as a whole
	frameOwner  = 'o' // the owner of a record and its life; its data stays
	frameDelete = 'd' // what Delete deletes
	frameEnd    = 'e' // the segment has ended: the next one goes on
)

const (
	frameHead = 8
	frameBody = 1 + 4*hashSize + 8 // without data
	hashSize  = 16
)

type frame struct {
	kind  byte
	key   Key
	fence Fence
	until time.Time
	data  []byte
	sum   uint32 // its checksum, once it was read or appended
}

var checksums = crc32.MakeTable(crc32.Castagnoli)

func (f *frame) append(b []byte) []byte {
	begin := len(b)
	b = append(b, make([]byte, frameHead)...)
	b = append(b, f.kind)
	for _, text := range [...]string{f.key.Name, f.key.Session, f.key.Identity, string(f.fence)} {
		b = appendHash(b, text)
	}
	b = binary.BigEndian.AppendUint64(b, uint64(f.until.UnixNano()))
	b = append(b, f.data...)
	head := b[begin:]
	binary.BigEndian.PutUint32(head[4:], uint32(len(head)-frameHead))
	f.sum = crc32.Checksum(head[4:], checksums)
	binary.BigEndian.PutUint32(head, f.sum)
	return b
}

// appendHash appends a hash, or zeros for none.
func appendHash(b []byte, text string) []byte {
	var hash [hashSize]byte
	_, _ = hex.Decode(hash[:], []byte(text)) // it was checked
	return append(b, hash[:]...)
}

// errTorn says that what follows in a log is no frame, or only the beginning of one.
var errTorn = errors.New("stash: the log ends within a frame")

// readFrame reads a frame and returns its size. It returns io.EOF at the end, and errTorn.
func readFrame(r *bufio.Reader) (f frame, size int, err error) {
	var head [frameHead]byte
	switch n, err := io.ReadFull(r, head[:]); {
	case err == io.EOF:
		return f, n, io.EOF
	case err == io.ErrUnexpectedEOF:
		return f, n, errTorn
	case err != nil:
		return f, n, err
	}
	length := binary.BigEndian.Uint32(head[4:])
	if length < frameBody || length > frameBody+maxFile {
		return f, 0, errTorn
	}
	b := make([]byte, length)
	if _, err := io.ReadFull(r, b); err == io.EOF || err == io.ErrUnexpectedEOF {
		return f, 0, errTorn
	} else if err != nil {
		return f, 0, err
	}
	sum := crc32.Update(crc32.Checksum(head[4:], checksums), checksums, b)
	if sum != binary.BigEndian.Uint32(head[:]) {
		return f, 0, errTorn
	}
	f = parseFrame(b)
	f.sum = sum
	return f, frameHead + int(length), nil
}

func parseFrame(b []byte) (f frame) {
	f.kind, b = b[0], b[1:]
	var fence string
	for _, text := range []*string{&f.key.Name, &f.key.Session, &f.key.Identity, &fence} {
		if hash := b[:hashSize]; [hashSize]byte(hash) != [hashSize]byte{} {
			*text = hex.EncodeToString(hash)
		}
		b = b[hashSize:]
	}
	f.fence = Fence(fence)
	f.until, f.data = time.Unix(0, int64(binary.BigEndian.Uint64(b))), b[8:]
	return f
}

var errKey = errors.New("stash: a key or fence is not of 32 hexadecimal digits")

// checkHashes refuses what is no hash.
func checkHashes(texts ...string) error {
	for _, text := range texts {
		if len(text) != 2*hashSize || strings.Trim(text, "0123456789abcdef") != "" {
			return errKey
		}
	}
	return nil
}
