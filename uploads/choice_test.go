package uploads_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/uploads"
)

// Case 512: what is refused, or cut, takes the place of nothing.
func TestARefusedChoiceLeavesTheOneBefore(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{Accept: []string{".txt"}, MaxBytes: 1 << 20}, uploads.Config{})
	c := s.open(t)
	c.parts("Chosen", part{"avatar", "good.txt", "hello"})
	_, patch := c.parts("Chosen", part{"avatar", "bad.exe", "hello"})
	contains(t, "after a refused one", patch, "[bad.exe|text/plain|0|false|Invalid file type")
	_, patch = c.parts("Chosen", part{"avatar", "large.txt", strings.Repeat("x", 1<<20+1)})
	contains(t, "after another one", patch, "[large.txt|", "This file is too large.")
	c.cutAfter(1<<19, part{"avatar", "cut.txt", strings.Repeat("x", 1<<20)})
	c.shows("[cut.txt|")
	waitFor(t, "what was cut is gone", func() bool { return len(s.files(t)) == 1 })
	_, patch = c.parts("Chosen", part{"avatar", "better.txt", "hello!"})
	contains(t, "after a good one", patch, "[better.txt|text/plain|6|true|]")
	if n := len(s.files(t)); n != 1 {
		t.Errorf("%d files wait", n)
	}
	c.fields("Save", nil)
	s.took(t, " better.txt text/plain 6 hello!")
}

func TestTwoFilesWhereOneIsTaken(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{})
	c := s.open(t)
	_, patch := c.parts("Chosen", part{"avatar", "1.txt", "hello"}, part{"avatar", "2.txt", "hello"})
	contains(t, "two at once", patch, "[1.txt|text/plain|5|true|]", "[2.txt||0|false|These are too many files.]")
	c.fields("Save", nil)
	s.took(t, " 1.txt text/plain 5 hello")
}

// Case 513: a name that is cut keeps its extension, and one that hides it is shown as it is.
func TestNamesShowWhatTheyAre(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{MaxFiles: 9, Accept: []string{".jpg"}})
	c := s.open(t)
	for name, want := range map[string]string{
		strings.Repeat("写真", 45) + ".jpg":         strings.Repeat("写真", 41) + "写" + ".jpg",
		"gnp\u202egpj.exe.jpg":                    "gnp_gpj.exe.jpg",
		"a\u2066b\u200fc\u061cd\u2028e\u0085.JPG": "a_b_c_d_e_.JPG",
	} {
		_, patch := c.parts("Chosen", part{"gallery", name, "hello"})
		contains(t, "the page", patch, "["+want+"|text/plain|5|true|]")
	}
}

// bomb is a Writer of which a method panics.
type bomb struct{ where string }

func (b bomb) Write(p []byte) (int, error) {
	if b.where == "Write" {
		panic("write")
	}
	return len(p), nil
}

func (b bomb) Close() error {
	if b.where == "Close" {
		panic("close")
	}
	return nil
}

func (bomb) Abort() { panic("abort") }

// record keeps what is logged.
type record struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.String()
}

// Case 514: a Writer that panics costs its file; the request's other files are kept, and the kit's log says why.
func TestAWriterThatPanics(t *testing.T) {
	for _, where := range []string{"To", "Write", "Close"} {
		t.Run(where, func(t *testing.T) {
			var log record
			s := newSite(t, handlers.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))}, uploads.Config{}, uploads.Config{
				MaxFiles: 9, To: func(_ context.Context, e uploads.Entry) (uploads.Writer, error) {
					if e.Name != "a.txt" {
						return discard(t.Context(), e)
					}
					if where == "To" {
						panic("to")
					}
					return bomb{where}, nil
				},
			})
			c := s.open(t)
			status, patch := c.parts("Chosen", part{"gallery", "a.txt", "hello"}, part{"gallery", "b.txt", "hello"})
			if status >= 300 {
				t.Errorf("answered %d", status)
			}
			contains(t, "the page", patch, "|false|This file could not be stored.]", "[b.txt|text/plain|5|true|]")
			contains(t, "the log", log.String(), "a file could not be stored", where+" has panicked")
			if where != "To" {
				contains(t, "the log", log.String(), "Abort has panicked")
			}
		})
	}
}

// Case 515: what a callback has consumed is not there a second time.
func TestConsumedTwiceInOneCallback(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{})
	s.page.twice = true
	c := s.open(t)
	c.parts("Chosen", part{"gallery", "a.txt", "hello"})
	tries := 0
	s.page.fail = func() error {
		if tries++; tries == 1 {
			return errors.New("the first time")
		}
		return nil
	}
	c.fields("Save", nil)
	s.took(t, " a.txt text/plain 5 hello")
	c.fields("Save", nil) // it was rolled back: it is there again
	s.took(t, " a.txt text/plain 5 hello")
	if n := len(s.page.taken); n > 0 {
		t.Errorf("%d files are given twice", n)
	}
}
