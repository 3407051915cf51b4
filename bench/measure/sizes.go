package measure

import (
	"bytes"
	"context"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/sideband-go/sideband/bench/report"
	"github.com/sideband-go/sideband/static"
)

// coding is a way to compress a message, with the size that is hoped for.
type coding struct {
	name string
	size func([]byte) (int, error)
	goal float64
}

func zstandard(data []byte) (int, error) {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		return 0, err
	}
	return len(w.EncodeAll(data, nil)), nil
}

func gzipped(data []byte) (int, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		return 0, err
	}
	err := w.Close()
	return b.Len(), err
}

// code is what browsers load once.
func code(context.Context, Config, programs) ([]report.Row, error) {
	n := static.SizeOf("htmx-sse.js").Gzip
	return []report.Row{{Measure: "client code, gzip, bytes", Ours: report.One(float64(n)), Goal: 16_500}}, nil
}
