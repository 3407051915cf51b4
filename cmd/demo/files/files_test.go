package files_test

import (
	"context"
	"log/slog"
	"net/http"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/cmd/demo/files"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
)

func process(t *testing.T) http.Handler {
	t.Helper()
	folder, err := files.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	kit := handlers.New(handlers.Config{
		Logger: slog.New(slog.DiscardHandler), Security: handlers.Security{Secrets: [][]byte{make([]byte, 32)}},
	})
	t.Cleanup(func() { _ = kit.Shutdown(context.Background()) })
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle(files.Path, handlers.View(kit, files.Page{Folder: folder}))
	r.Handle(files.Path+"/stored/*", folder)
	return r
}

const toGallery = "Upload File: up to 20 of up to 50 MB; choose them, or drop them here"

// Case 518: all files are cancelled at once.
func TestCancelAll(t *testing.T) {
	page := livetest.Open(t, process(t), files.Path)
	gallery := page.Field(toGallery)
	page.ExpectNone("#cancel-gallery")
	gallery.ChooseFiles(livetest.File{Name: "a.txt", Content: "A"}, livetest.File{Name: "b.txt", Content: "B"})
	page.Button("Cancel all").Click()
	page.ExpectNone("#gallery-files li")
	page.ExpectNone("#cancel-gallery")
	gallery.ChooseFiles(livetest.File{Name: "c.txt", Content: "C"})
	page.Button("Save the gallery").Click()
	page.Expect("#stored .name", "c.txt")
}

// Case 516: what has waited in a process that has ended says that it is lost.
func TestARestart(t *testing.T) {
	site := livetest.Serve(t, process(t))
	page := site.Open(files.Path)
	gallery := page.Field(toGallery)
	gallery.ChooseFiles(livetest.File{Name: "waits.txt", Content: "W"})
	page.Expect("#gallery-files .name", "waits.txt")
	site.Restart(process(t))
	page.Expect("#gallery-summary", "One file was lost.")
	page.Expect("#gallery-files li:nth-child(1) .name", "waits.txt")
	page.Expect("#gallery-files li:nth-child(1) strong", "This file was lost. Choose it again.")
	gallery.ChooseFiles(livetest.File{Name: "waits.txt", Content: "W"})
	page.ExpectNone("#gallery-files strong")
	page.Button("Save the gallery").Click()
	page.Expect("#stored .name", "waits.txt")
}
