package snippets

import (
	"context"
	"net/http"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// Reader is a page with a task that waits for the connection.
type Reader struct{ started chan<- bool }

func (r Reader) Mount(s *views.Socket, _ views.NoParams) error {
	Report.StartWhenConnected(s, func(context.Context) (string, error) {
		r.started <- true
		return "late", nil
	})
	return nil
}

func (Reader) ShowReport(s *views.Socket, p views.NoParams) error { return Order{}.ShowReport(s, p) }

func TestWhoReadsWithoutScriptsAsksForTheReport(t *testing.T) {
	started := make(chan bool, 10)
	kit := handlers.New(handlers.Config{})
	mux := http.NewServeMux()
	mux.Handle(kit.AssetsPath()+"/", http.StripPrefix(kit.AssetsPath(), kit.Assets()))
	mux.Handle("/", handlers.View(kit, Reader{started}))
	page := livetest.Serve(t, kit.Middleware(mux)).Person().WithoutScripts().Open("/")
	page.Expect("#report", "Loading …")
	page.Reload()
	page.Expect("#report", "Loading …")
	page.Button("Show the report").Click()
	page.Expect("#report", "made")
	page.Reload()
	page.Expect("#report", "made")
	if len(started) > 0 {
		t.Error("the task has started all the same")
	}
}
