package static

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
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

// body returns the smallest form of the file among those that the client likes best, and
// its content coding. A coding that does not make the file smaller is left out.
func (one *file) body(acceptEncoding []string) (coding string, body []byte) {
	accepted := qualities(acceptEncoding)
	quality := func(coding string) float64 {
		q, ok := accepted[coding]
		if !ok {
			q = accepted["*"]
		}
		return q
	}
	// Without a coding is always possible, but only preferred if the client says so.
	best := accepted["identity"]
	body = one.plain
	for _, c := range []struct {
		name string
		make func() []byte
	}{{"zstd", one.zstd}, {"gzip", one.gzip}} {
		q := quality(c.name)
		if q == 0 || q < best {
			continue
		}
		if b := c.make(); q > best && len(b) < len(one.plain) || len(b) < len(body) {
			coding, body, best = c.name, b, q
		}
	}
	return coding, body
}

// qualities reads Accept-Encoding. A quality that cannot be read is none.
func qualities(lines []string) map[string]float64 {
	accepted := make(map[string]float64)
	for _, line := range lines {
		for item := range strings.SplitSeq(line, ",") {
			name, params, _ := strings.Cut(item, ";")
			name = strings.ToLower(strings.TrimSpace(name))
			if name == "" {
				continue
			}
			q := 1.0
			if key, value, ok := strings.Cut(strings.TrimSpace(params), "="); ok && strings.EqualFold(key, "q") {
				var err error
				if q, err = strconv.ParseFloat(value, 64); err != nil || !(q >= 0 && q <= 1) {
					q = 0
				}
			}
			accepted[name] = q
		}
	}
	return accepted
}
