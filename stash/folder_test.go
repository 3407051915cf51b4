package stash

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

const smallSegment = 4 << 10

// openIn opens a store in a folder, as another process does.
func openIn(t *testing.T, dir string, files fileSystem) *Files {
	t.Helper()
	f := newFiles(dir, files, smallSegment)
	if err := f.open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func keyOf(n uint64) Key { return Key{Session: hashOf(1), Identity: hashOf(2), Name: hashOf(n)} }

func takeFile(t *testing.T, f *Files, key Key, fence Fence, want string) {
	t.Helper()
	data, err := f.Take(t.Context(), key, fence, time.Hour)
	if err != nil && !errors.Is(err, ErrNotFound) || string(data) != want {
		t.Fatalf("Take: %.40q, %v, want %.40q", data, err, want)
	}
}

func putFile(t *testing.T, f *Files, key Key, fence Fence, data string, want error) {
	t.Helper()
	if err := f.Put(t.Context(), key, fence, []byte(data), time.Hour); !errors.Is(err, want) {
		t.Fatalf("Put: %v, want %v", err, want)
	}
}

func expectFile(t *testing.T, f *Files, key Key, want string) {
	t.Helper()
	if data, err := f.Get(t.Context(), key); err != nil && !errors.Is(err, ErrNotFound) || string(data) != want {
		t.Fatalf("Get: %.40q, %v, want %.40q", data, err, want)
	}
}

// Case 466: a process that was idle while another one has written and cleaned many segments goes on with the same log.
func TestAnIdleProcessFollowsTheLog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	busy, idle := openIn(t, dir, osFiles{}), openIn(t, dir, osFiles{})
	key, first, second := keyOf(3), Fence(hashOf(10)), Fence(hashOf(11))
	takeFile(t, busy, key, first, "")
	var last string
	for n := range 200 {
		last = fmt.Sprintf("state %d %s", n, strings.Repeat("x", 300))
		putFile(t, busy, key, first, last, nil)
	}
	expectFile(t, idle, key, last)
	takeFile(t, idle, key, second, last)
	putFile(t, idle, key, second, "of the idle one", nil)
	putFile(t, busy, key, first, "too late", ErrFenced)
	for _, f := range []*Files{busy, idle, openIn(t, dir, osFiles{})} {
		expectFile(t, f, key, "of the idle one")
	}
}

// Case 466: what is damaged in the last segment is cut off by a process that begins, and one that runs notices, whatever was
// written there since.
func TestALogThatIsCutOff(t *testing.T) {
	t.Parallel()
	for _, writes := range []int{0, 1, 3, 10} {
		dir, fence := t.TempDir(), Fence(hashOf(10))
		runs := openIn(t, dir, osFiles{})
		for n := range uint64(5) {
			takeFile(t, runs, keyOf(n+3), fence, "")
			putFile(t, runs, keyOf(n+3), fence, fmt.Sprint("state ", n), nil)
		}
		damage(t, filepath.Join(dir, "00000001.log"), 300)
		begins := openIn(t, dir, osFiles{})
		for n := range writes {
			takeFile(t, begins, keyOf(uint64(n+20)), fence, "")
			putFile(t, begins, keyOf(uint64(n+20)), fence, "since then", nil)
		}
		takeFile(t, runs, keyOf(30), fence, "")
		putFile(t, runs, keyOf(30), fence, "of the one that runs", nil)
		for _, f := range []*Files{runs, begins, openIn(t, dir, osFiles{})} {
			expectFile(t, f, keyOf(3), "state 0")
			expectFile(t, f, keyOf(7), "")
			for n := range writes {
				expectFile(t, f, keyOf(uint64(n+20)), "since then")
			}
			expectFile(t, f, keyOf(30), "of the one that runs")
		}
	}
}

// damage changes a byte of a file.
func damage(t *testing.T, name string, offset int64) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	var b [1]byte
	_, err = f.ReadAt(b[:], offset)
	b[0] ^= 0xff
	_, werr := f.WriteAt(b[:], offset)
	if err := errors.Join(err, werr, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// failing is a file system whose next syncs fail, as often as syncs says, or whose disk is full.
type failing struct {
	osFiles
	syncs  int
	isFull bool
}

type failingFile struct {
	file
	disk *failing
}

func (d *failing) Open(name string, makes bool) (file, error) {
	f, err := d.osFiles.Open(name, makes)
	return &failingFile{f, d}, err
}

func (f *failingFile) Sync() error {
	if f.disk.syncs > 0 {
		f.disk.syncs--
		return syscall.EIO
	}
	return f.file.Sync()
}

func (f *failingFile) WriteAt(b []byte, offset int64) (int, error) {
	if f.disk.isFull {
		return 0, syscall.ENOSPC
	}
	return f.file.WriteAt(b, offset)
}

// Case 465: the first failure of a sync, which is reported once, fails a save whenever it comes, and the oldest segment stays
// until what was moved out of it is synced.
func TestAFailedSyncFailsTheSave(t *testing.T) {
	t.Parallel()
	disk := &failing{}
	f, fence := openIn(t, t.TempDir(), disk), Fence(hashOf(10))
	takeFile(t, f, keyOf(3), fence, "")
	putFile(t, f, keyOf(3), fence, "stays", nil)
	takeFile(t, f, keyOf(4), fence, "")
	for n := range 200 {
		data := fmt.Sprintf("state %d %s", n, strings.Repeat("x", 300))
		oldest, at := f.log.segments[0].number, f.log.all.records[keyOf(3).Name].at
		disk.syncs = 1
		putFile(t, f, keyOf(4), fence, data, syscall.EIO)
		if now := f.log.segments[0].number; now != oldest || f.log.all.records[keyOf(3).Name].at != at {
			t.Fatalf("save %d has moved what is not synced, and segment %d is the oldest", n, now)
		}
		putFile(t, f, keyOf(4), fence, data, nil)
	}
	if f.log.segments[0].number == 1 {
		t.Error("nothing was cleaned")
	}
	expectFile(t, f, keyOf(3), "stays")
}

// Case 465: a call that writes nothing does not fail with those that do.
func TestReadingWhileOthersFailToWrite(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(*failing){
		"a full disk":   func(d *failing) { d.isFull = true },
		"a failed sync": func(d *failing) { d.syncs = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			disk := &failing{}
			f, fence := openIn(t, t.TempDir(), disk), Fence(hashOf(10))
			takeFile(t, f, keyOf(3), fence, "")
			putFile(t, f, keyOf(3), fence, "state", nil)
			fail(disk)
			get := &fileCall{op: opGet, key: keyOf(3)}
			put := &fileCall{op: opPut, key: keyOf(3), fence: fence, life: time.Hour, data: []byte("next"), isSaved: true}
			rests(f)
			f.doBatch([]*fileCall{get, put})
			if get.err != nil || string(get.data) != "state" || put.err == nil {
				t.Errorf("Get: %q, %v; Put: %v", get.data, get.err, put.err)
			}
		})
	}
}

// rests waits until no goroutine of the store works, so that a test may do its work.
func rests(f *Files) {
	for busy := true; busy; {
		f.mu.Lock()
		busy = f.busy
		f.mu.Unlock()
		runtime.Gosched()
	}
}

// Case 466: damage in a segment that is cleaned costs the records there that are damaged, and no others.
func TestCleaningADamagedSegment(t *testing.T) {
	t.Parallel()
	dir, fence := t.TempDir(), Fence(hashOf(10))
	f := openIn(t, dir, osFiles{})
	for n := range uint64(3) {
		takeFile(t, f, keyOf(n+3), fence, "")
		putFile(t, f, keyOf(n+3), fence, fmt.Sprint("state ", n), nil)
	}
	damage(t, filepath.Join(dir, "00000001.log"), 330) // within the data of the second
	takeFile(t, f, keyOf(9), fence, "")
	for n := range 100 {
		putFile(t, f, keyOf(9), fence, fmt.Sprint(n, strings.Repeat("x", 300)), nil)
	}
	if f.log.segments[0].number == 1 {
		t.Fatal("nothing was cleaned")
	}
	for _, f := range []*Files{f, openIn(t, dir, osFiles{})} {
		expectFile(t, f, keyOf(3), "state 0")
		expectFile(t, f, keyOf(4), "")
		expectFile(t, f, keyOf(5), "state 2")
	}
	putFile(t, f, keyOf(4), fence, "again", nil) // its owner still has it
}

// Case 466: a record lives as long for its own process as for others, whose clocks have no monotonic part in common.
func TestLivesAreOfTheWallClock(t *testing.T) {
	t.Parallel()
	dir, fence := t.TempDir(), Fence(hashOf(10))
	f, other := openIn(t, dir, osFiles{}), openIn(t, dir, osFiles{})
	takeFile(t, f, keyOf(3), fence, "")
	expectFile(t, other, keyOf(3), "")
	if own, theirs := f.log.all.records[keyOf(3).Name].until, other.log.all.records[keyOf(3).Name].until; own != theirs.In(own.Location()) {
		t.Errorf("it lives until %v, and until %v for another process", own, theirs)
	}
}
