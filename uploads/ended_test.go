package uploads_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/uploads"
)

// closes is a Writer that does something when its file is there.
type closes struct {
	nowhere
	f func()
}

func (w closes) Close() error { w.f(); return nil }

// A view that is evicted once the files are read takes them with it: the event is not to run without them in the one that is
// mounted in its place.
func TestASubmitDoesNotRunWithoutItsFiles(t *testing.T) {
	var c *client
	s := newSite(t, handlers.Config{Limits: handlers.Limits{Views: state.Limits{PerSession: 1}}}, uploads.Config{}, uploads.Config{
		To: func(context.Context, uploads.Entry) (uploads.Writer, error) {
			return closes{f: func() { c.get("/") }}, nil // evicts the page
		},
	})
	ran := false
	s.page.fail = func() error { ran = true; return nil }
	c = s.open(t)
	if status, patch := c.parts("Save", part{"gallery", "a.txt", "hello"}); status != http.StatusServiceUnavailable {
		t.Errorf("answered %d %s", status, patch)
	}
	if ran {
		t.Error("the event has run")
	}
	if status, _ := c.fields("Save", nil); status >= 300 || !ran {
		t.Errorf("the page's next event is answered %d", status)
	}
}
