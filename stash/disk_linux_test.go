package stash_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/stash/internal/shop"
	"github.com/sideband-go/sideband/stash/stashtest"
)

// smallDisk returns a folder in a file system of 1 MB in memory, which needs the right to mount one, and what fills it and
// empties it again.
func smallDisk(t *testing.T) (dir string, fill, empty func()) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("no file system can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	name := filepath.Join(dir, "filler")
	fill = func() {
		t.Helper()
		if err := os.WriteFile(name, make([]byte, 2<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("the disk does not fill: %v", err)
		}
	}
	empty = func() {
		t.Helper()
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	return dir, fill, empty
}

func openFiles(t *testing.T, dir string) *stash.Files {
	t.Helper()
	f, err := stash.OpenFiles(filepath.Join(dir, "stashes"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// Case 465: a disk that is full, in truth. Records stay as they are, can be read, and are written again when there is room.
func TestFilesOnAFullDisk(t *testing.T) {
	t.Parallel()
	dir, fill, empty := smallDisk(t)
	f, second := openFiles(t, dir), openFiles(t, dir)
	key, other, fence := stashtest.Key("s", "i", "n"), stashtest.Key("s", "i", "other"), stashtest.Fence("a")
	ctx := t.Context()
	if _, err := f.Take(ctx, key, fence, time.Hour); !errors.Is(err, stash.ErrNotFound) {
		t.Fatal(err)
	}
	put := func(data []byte, want error) {
		t.Helper()
		if err := f.Put(ctx, key, fence, data, time.Hour); !errors.Is(err, want) {
			t.Fatalf("Put: %v, want %v", err, want)
		}
	}
	expect := func(want []byte) {
		t.Helper()
		for _, s := range []*stash.Files{f, second, openFiles(t, dir)} {
			if data, err := s.Get(ctx, key); err != nil || !bytes.Equal(data, want) {
				t.Fatalf("Get: %.40q, %v, want %.40q", data, err, want)
			}
		}
	}
	one := bytes.Repeat([]byte("one"), 1000)
	put(one, nil)
	put(make([]byte, 2<<20), stash.ErrFull) // of which a part fits
	expect(one)
	put([]byte("two"), nil)
	fill()
	put(bytes.Repeat(one, 10), stash.ErrFull) // more than the last page of the file has room for
	expect([]byte("two"))
	if _, err := second.Take(ctx, other, fence, time.Hour); err != nil && !errors.Is(err, stash.ErrFull) && !errors.Is(err, stash.ErrNotFound) {
		t.Fatal(err)
	}
	empty()
	put([]byte("three"), nil)
	expect([]byte("three"))
}

// Case 465: a page whose store has no room is remounted with what is there, and kept when there is room again.
func TestAPageOnAFullDisk(t *testing.T) {
	t.Parallel()
	dir, fill, empty := smallDisk(t)
	c := handlers.Stash{Store: openFiles(t, dir)}
	page := livetest.Open(t, shop.Site(newKit(c)), "/")
	use(page)
	page.AwaitSaved()
	fill()
	full := openFiles(t, dir)
	key, fence := stashtest.Key("s", "i", "n"), stashtest.Fence("a")
	for { // until the last page of the file is full, too
		if _, err := full.Take(t.Context(), key, fence, time.Hour); errors.Is(err, stash.ErrFull) {
			break
		} else if err != nil && !errors.Is(err, stash.ErrNotFound) {
			t.Fatal(err)
		}
	}
	k := newKit(c)
	page.Site().Restart(shop.Site(k))
	expectUsed(page, "recovered")
	page.Button("Next").Click()
	page.WaitFor("a write to fail", func() bool { return k.Stats().StashFailures > 0 })
	empty()
	page.AwaitSaved()
	page.Reload()
	page.Expect("#step", "Step 3")
}
