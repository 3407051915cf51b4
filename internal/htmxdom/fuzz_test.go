package htmxdom_test

import (
	"testing"

	"github.com/sideband-go/sideband/internal/htmxdom"
)

// FuzzApply checks that the model terminates for any page and message, and leaves a tree that can be
// serialised.
func FuzzApply(f *testing.F) {
	for _, r := range table {
		f.Add(r.page(), r.message)
	}
	f.Add(`<body>`, `<hx-partial hx-target="body" hx-swap="outerHTML"><p></p></hx-partial>`)
	f.Fuzz(func(t *testing.T, page, message string) {
		d, err := htmxdom.Parse(page)
		if err != nil {
			return // nested too deeply
		}
		for range 2 {
			_ = d.Apply(message)
		}
		_ = d.HTML() + d.BodyHTML() + d.ExactBody() + d.Title()
		_ = d.Values()
	})
}
