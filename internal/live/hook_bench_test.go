package live_test

import (
	"net/url"
	"testing"

	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/views"
)

// BenchmarkEvent is an event of a page, without a rendering: with and without a hook.
func BenchmarkEvent(b *testing.B) {
	check := views.Hook{Event: func(*views.Socket, views.Callback) error { return nil }}
	for name, hooks := range map[string][]views.Hook{
		"without hooks": nil, "a check": {check},
		"a wrap": {{Wrap: func(_ *views.Socket, _ views.Callback, next func() error) error { return next() }}},
	} {
		b.Run(name, func(b *testing.B) {
			v := openDesk(b, desk{trail: &trail{}}, hooks...)
			in := params.Input{Query: url.Values{}, Fields: url.Values{"text": {"x"}}}
			b.ReportAllocs()
			for b.Loop() {
				c, err := v.Event("Quiet", "", in)
				if err == nil {
					err = v.Run(b.Context(), c)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
