package static

import (
	"bytes"
	"slices"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/sideband-go/sideband/internal/accept"
)

func gzipped(data []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	_, _ = w.Write(data) // into memory
	_ = w.Close()
	return out.Bytes()
}

func zstandard(data []byte) []byte {
	w, err := zstd.NewWriter(nil,
		zstd.WithEncoderLevel(zstd.SpeedBetterCompression),
		zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic(err) // the options are constants
	}
	out := w.EncodeAll(data, nil)
	_ = w.Close() // nothing was streamed
	return out
}

// variant is a file in a content coding.
type variant struct {
	coding string
	body   []byte
}

// minCoded is the least that is worth a coding, in bytes: what is smaller fits into one packet
// with its headers, and a coder takes longer to set up than to run.
const minCoded = 256

// variants returns the data in the codings that make it smaller, the smallest first.
func variants(data []byte) (list []variant) {
	if len(data) < minCoded {
		return nil
	}
	for _, v := range []variant{{"zstd", zstandard(data)}, {"gzip", gzipped(data)}} {
		if len(v.body) < len(data) {
			list = append(list, v)
		}
	}
	slices.SortStableFunc(list, func(a, b variant) int { return len(a.body) - len(b.body) })
	return list
}

// choose returns the smallest form of the file among those that the client likes best.
func (one *file) choose(acceptEncoding []string) variant {
	list := one.variants()
	names := make([]string, len(list))
	for i, v := range list {
		names[i] = v.coding
	}
	if i := slices.Index(names, accept.Encoding(acceptEncoding, names...)); i >= 0 {
		return list[i]
	}
	return variant{body: one.plain}
}
