package uploads_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/uploads"
)

// Case 28: a body that the application's own middleware bounds is too large, as one beyond the kit's bounds is.
func TestMiddlewareBoundsTheBody(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{})
	c := s.open(t)
	s.guard.Store(func(w http.ResponseWriter, r *http.Request) bool {
		r.Body = http.MaxBytesReader(w, r.Body, 5000)
		return true
	})
	if status, _ := c.parts("Save", part{"gallery", "a.txt", strings.Repeat("x", 10_000)}); status != http.StatusRequestEntityTooLarge {
		t.Errorf("answered %d", status)
	}
	s.took(t)
}

// breaks is a body of the application's middleware that panics after some bytes.
type breaks struct {
	io.Reader
	io.Closer
}

func (b breaks) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		panic(http.ErrAbortHandler)
	}
	return n, err
}

// Case 28: a body that panics ends the files that were arriving, and others may come.
func TestABodyThatPanics(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{})
	c := s.open(t)
	b, kind := body(part{"gallery", "a.txt", "hello"}, part{"gallery", "b.txt", "hello"})
	s.guard.Store(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPost {
			r.Body = breaks{io.LimitReader(r.Body, int64(bytes.Index(b.Bytes(), []byte("b.txt")))), r.Body}
		}
		return true
	})
	if status, _, err := c.try("Save", bytes.NewReader(b.Bytes()), kind); err == nil {
		t.Errorf("answered %d", status)
	}
	s.guard.Store(func(http.ResponseWriter, *http.Request) bool { return true })
	waitFor(t, "one file", func() bool { return len(s.files(t)) == 1 }) // what has arrived stays
	c.parts("Save", part{"title", "", "T"}, part{"gallery", "b.txt", "hello"})
	s.took(t, "T b.txt text/plain 5 hello")
}
