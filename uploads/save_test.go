package uploads_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/uploads"
)

// Case 517: a file of any size is kept without a copy, stays when the page lets go of it, and is there again if the callback
// fails.
func TestSaveAs(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{})
	dir := t.TempDir()
	path := filepath.Join(dir, "kept")
	c := s.open(t)
	c.parts("Chosen", part{"gallery", "a.txt", "hello"})
	var waits os.FileInfo
	if list := s.files(t); len(list) != 1 {
		t.Fatalf("%v wait", list)
	} else if info, err := os.Stat(list[0]); err != nil {
		t.Fatal(err)
	} else {
		waits = info
	}
	s.page.save = path
	s.page.fail = func() error { return errors.New("not yet") }
	c.fields("Save", nil)
	if err := os.Remove(path); err != nil { // as the author has to
		t.Error(err)
	}
	s.page.fail = nil
	c.fields("Save", nil)
	s.took(t, " a.txt text/plain 5 hello", " a.txt text/plain 5 hello")
	s.nothingLeft(t)
	text, err := os.ReadFile(path)
	info, err2 := os.Stat(path)
	if err != nil || err2 != nil || string(text) != "hello" || !os.SameFile(info, waits) || info.Mode().Perm() != 0o600 {
		t.Errorf("kept: %q, %v, %v, %v", text, err, info, err2)
	}
	c.parts("Chosen", part{"gallery", "b.txt", "another"})
	if status, _ := c.fields("Save", nil); status != 500 { // what is there is not overwritten
		t.Errorf("answered %d", status)
	}
	if text, _ := os.ReadFile(path); string(text) != "hello" {
		t.Errorf("overwritten by %q", text)
	}
}

// What is no file of a Store, or on another file system, is copied.
func TestSaveAsCopies(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kept")
	f := uploads.File{ReadSeeker: strings.NewReader("hello")}
	_, _ = f.Seek(3, 0) // somebody has read some of it
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "hello" {
		t.Errorf("%q, %v", text, err)
	}
	if err := f.SaveAs(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second time: %v", err)
	}
}
