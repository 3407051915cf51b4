package main

import (
	"context"
	"io"
	"time"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/views"
)

// slow is a page whose Mount waits, as for a database.
type slow struct{ pause time.Duration }

// Mount waits.
func (s slow) Mount(*views.Socket, views.NoParams) error {
	time.Sleep(s.pause)
	return nil
}

// Render says nothing of interest.
func (slow) Render() templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "<h1>Here</h1>")
		return err
	})
}
