package measure

import (
	"context"

	"github.com/sideband-go/sideband/bench/report"
	"github.com/sideband-go/sideband/static"
)

// coding is how a stream is compressed, with the size of a message that is hoped for.
type coding struct {
	name string
	goal float64
}

// code is what browsers load once.
func code(context.Context, Config, programs) ([]report.Row, error) {
	n, with := static.SizeOf("htmx-sse.js").Gzip, static.SizeOf("htmx-csp-sse.js").Gzip
	return []report.Row{
		{Measure: "client code, gzip, bytes", Ours: report.One(float64(n)), Goal: 16_500},
		{Measure: "client code with commands, gzip, bytes", Ours: report.One(float64(with)), Goal: 18_500},
	}, nil
}
