package stash

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"
)

// Files is a store in a folder, for the processes of one machine: those that share the folder share the
// records, and records survive the processes. There is no daemon. The folder must be on a local file
// system; on systems without flock, one process may use it at a time.
//
// What is put or deleted is on the disk when the call returns, so that after a lost machine a record has its last
// data. Calls share syncs: there are 200 a second at most, and a call that finds none under way has its own at once.
//
// The records are in a log, which is read when the store is opened. What is dead in it is cleaned out as it is
// written, a few megabytes at a time: the log has at most 8 MiB more than twice what lives. In memory a record takes
// about a kilobyte, whatever its data. There may be a million; then Take returns ErrFull for others.
type Files struct {
	dir   string
	files fileSystem
	now   func() time.Time
	pause time.Duration // from the beginning of one sync to that of the next

	mu    sync.Mutex
	calls []*fileCall // that wait
	busy  bool        // a goroutine does them

	// Only that goroutine uses what follows.
	log    fileLog
	lock   fileLock
	buf    []byte
	synced time.Time // when the last sync began
	closed bool
}

var _ Store = (*Files)(nil)

const (
	// maxFile bounds the data of a record, maxRecords their number.
	maxFile    = 16 << 20
	maxRecords = 1_000_000
	// segmentSize is how many bytes of the log are in one file, and cleaned at a time.
	segmentSize = 4 << 20
	// syncPause is how long calls wait for others after a sync, to share the next one.
	syncPause = 5 * time.Millisecond
)

// OpenFiles returns a store in a folder, which it makes if need be, readable by the process's user alone. The caller
// closes it.
func OpenFiles(dir string) (*Files, error) {
	f := newFiles(dir, osFiles{}, segmentSize)
	f.pause = syncPause
	if err := f.open(); err != nil {
		return nil, fmt.Errorf("stash: %w", err)
	}
	return f, nil
}

func newFiles(dir string, files fileSystem, segment int64) *Files {
	return &Files{dir: dir, files: files, now: time.Now, log: fileLog{dir: dir, files: files, segment: segment}}
}

func (f *Files) open() (err error) {
	if err := f.files.MkdirAll(f.dir); err != nil {
		return err
	}
	if err := f.files.SyncDir(filepath.Dir(filepath.Clean(f.dir))); err != nil {
		return err
	}
	if f.lock, err = f.files.OpenLock(filepath.Join(f.dir, "lock")); err != nil {
		return err
	}
	if err = f.lock.Lock(); err == nil {
		err = errors.Join(f.log.catchUp(), f.lock.Unlock())
	}
	if err != nil {
		f.release()
	}
	return err
}

// errClosed is the error of calls of a store that was closed.
var errClosed = errors.New("stash: the store is closed")

// Close closes the store's files. Calls that come later fail.
func (f *Files) Close() error {
	return f.do(context.Background(), &fileCall{op: opClose})
}

func (f *Files) release() {
	f.closed = true
	f.log.close()
	_ = f.lock.Close() // it has nothing to write
}

// fileCall is a call that waits to be done.
type fileCall struct {
	op      fileOp
	key     Key
	fence   Fence
	life    time.Duration
	data    []byte // of Put; what Take and Get return
	err     error
	frame   frame // to be written; of kind 0: none
	size    int   // of the frame
	isSaved bool  // when the frame is synced
	done    chan struct{}
}

type fileOp uint8

const (
	opTake fileOp = iota
	opPut
	opGet
	opExtend
	opDelete
	opClose
)

// Take is part of [Store].
func (f *Files) Take(ctx context.Context, key Key, fence Fence, life time.Duration) ([]byte, error) {
	if err := checkHashes(key.Session, key.Identity, key.Name, string(fence)); err != nil {
		return nil, err
	}
	return f.data(ctx, &fileCall{op: opTake, key: key, fence: fence, life: life})
}

// Put is part of [Store].
func (f *Files) Put(ctx context.Context, key Key, fence Fence, data []byte, life time.Duration) error {
	if err := checkHashes(key.Session, key.Identity, key.Name, string(fence)); err != nil {
		return err
	}
	if len(data) > maxFile {
		return ErrTooLarge
	}
	return f.do(ctx, &fileCall{op: opPut, key: key, fence: fence, life: life, data: bytes.Clone(data), isSaved: true})
}

// Get is part of [Store].
func (f *Files) Get(ctx context.Context, key Key) ([]byte, error) {
	if err := checkHashes(key.Session, key.Identity, key.Name); err != nil {
		return nil, err
	}
	return f.data(ctx, &fileCall{op: opGet, key: key})
}

// Extend is part of [Store].
func (f *Files) Extend(ctx context.Context, key Key, life time.Duration) error {
	if err := checkHashes(key.Session, key.Identity, key.Name); err != nil {
		return err
	}
	return f.do(ctx, &fileCall{op: opExtend, key: key, life: life})
}

// Delete is part of [Store].
func (f *Files) Delete(ctx context.Context, key Key) error {
	for _, hash := range []string{key.Session, key.Identity, key.Name} {
		if hash == "" {
			continue
		}
		if err := checkHashes(hash); err != nil {
			return err
		}
	}
	return f.do(ctx, &fileCall{op: opDelete, key: key, isSaved: true})
}

// data does a call that returns data, or ErrNotFound without any.
func (f *Files) data(ctx context.Context, c *fileCall) ([]byte, error) {
	switch err := f.do(ctx, c); {
	case err != nil:
		return nil, err
	case len(c.data) == 0:
		return nil, ErrNotFound
	}
	return c.data, nil
}

// do waits until a call is done.
func (f *Files) do(ctx context.Context, c *fileCall) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.done = make(chan struct{})
	f.mu.Lock()
	f.calls = append(f.calls, c)
	if !f.busy {
		f.busy = true
		go f.work()
	}
	f.mu.Unlock()
	select {
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return ctx.Err()
	}
}
