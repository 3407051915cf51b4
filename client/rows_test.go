package client_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/client"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/views"
)

// rows is a page of 1,000 rows with two buttons each, one of which has commands where the kit takes them.
type rows struct{}

func (rows) Mount(*views.Socket, views.NoParams) error { return nil }

func (rows) Open(*views.Socket, int) error { return nil }

func (rows) Delete(*views.Socket, int) error { return nil }

func (rows) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, "<ul>")
		for n := range 1000 {
			remove := views.OnClick(ctx, rows.Delete, n)
			if views.Nonce(ctx) != "" {
				remove = client.Do(ctx, client.Hide(client.Closest("li")).Then(client.Send(ctx, rows.Delete, n)))
			}
			_, _ = fmt.Fprintf(w, `<li id="row-%d"><span>Item %d</span>`, n, n)
			if err := element(ctx, w, "button", "Open", views.OnClick(ctx, rows.Open, n)); err != nil {
				return err
			}
			if err := element(ctx, w, "button", "Delete", remove); err != nil {
				return err
			}
			_, _ = io.WriteString(w, "</li>")
		}
		_, err := io.WriteString(w, "</ul>")
		return err
	})
}

// Case 450: what commands add to a page of 1,000 rows hardly counts once it is compressed.
func TestRowsWithCommandsAreSmall(t *testing.T) {
	size := func(commands bool) (plain, packed int) {
		k := handlers.New(handlers.Config{Commands: commands, Logger: slog.New(slog.DiscardHandler)})
		w := httptest.NewRecorder()
		k.Middleware(handlers.View(k, rows{})).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://site.test/", nil))
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(w.Body.Bytes())
		_ = z.Close()
		return w.Body.Len(), b.Len()
	}
	plain, packed := size(false)
	plainWith, packedWith := size(true)
	t.Logf("%d bytes, %d with gzip; with commands %d and %d", plain, packed, plainWith, packedWith)
	if more := packedWith - packed; more > 1024 {
		t.Errorf("commands make it %d bytes larger", more)
	}
}
