package uploads_test

import (
	"testing"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/uploads"
)

// The first file of a request that takes longer than files are kept is still there when the last one is.
func TestFilesAreKeptFromTheEndOfTheirRequest(t *testing.T) {
	const keep = 200 * time.Millisecond
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{MaxFiles: 2, KeepFor: keep})
	c := s.open(t)
	b, kind := body(part{"gallery", "a.txt", "hello"}, part{"gallery", "b.txt", "world"})
	w, done := c.begin("Save", kind)
	_, _ = w.Write(b.Bytes()[:b.Len()-20])
	begun := time.Now()
	waitFor(t, "the first file", func() bool { return len(s.files(t)) > 0 })
	waitFor(t, "files would have expired", func() bool { return time.Since(begun) > 3*keep })
	_, _ = w.Write(b.Bytes()[b.Len()-20:])
	w.Close()
	if status := <-done; status >= 300 {
		t.Errorf("answered %d", status)
	}
	s.took(t, " a.txt text/plain 5 hello", " b.txt text/plain 5 world")
}
