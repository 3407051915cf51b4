package uploads_test

import (
	"strings"
	"syscall"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/uploads"
)

// Case 30: a disk that is full, in truth: a file system of 1 MB in memory, which needs the right to mount one.
func TestADiskThatIsFull(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("no file system can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	store := uploads.NewStore(dir, 1<<30)
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{MaxFiles: 3, Store: store})
	s.dir = dir
	s.store = store
	c := s.open(t)
	_, patch := c.parts("Chosen", part{"gallery", "large.bin", strings.Repeat("x", 2<<20)}, part{"gallery", "small.txt", "fits"})
	contains(t, "the page", patch, "|false|There is no room for this file at the moment.]", "[small.txt|text/plain|4|true|]")
	if n := len(s.files(t)); n != 1 || store.Bytes() != 4 {
		t.Errorf("%d files of %d bytes are left", n, store.Bytes())
	}
	c.fields("Save", nil)
	s.took(t, " small.txt text/plain 4 fits")
	s.nothingLeft(t)
}
