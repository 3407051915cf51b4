package snippets

import (
	"context"

	"github.com/sideband-go/sideband/ratelimit"
	"github.com/sideband-go/sideband/state"
)

// Orders is a page.
type Orders struct{}

// Export is the file that it makes.
var Export = state.NewAsync[[]byte]("export")

func makeExport(context.Context) ([]byte, error) { return nil, nil }

var counter ratelimit.Counter
