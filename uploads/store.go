package uploads

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"sync"
	"time"
)

// Store keeps files until pages take them: in a folder of this process, below one that processes share. When it is
// used for the first time, and then every hour, it removes what processes that have ended have left there. Where files
// can't be locked, as on Windows, that is what is older than 25 hours: with a KeepFor of more than a day, each process needs
// a folder of its own there.
type Store struct {
	private bool // the folder has to be this user's alone
	most    int64

	mu     sync.Mutex
	folder string
	own    string   // folder of this process; "" while there is no file
	lock   *os.File // of own, while this process lives; nil if there is none
	files  int
	bytes  int64
	swept  time.Time
}

// DefaultStoreBytes is how many bytes the default Store keeps at a time.
const DefaultStoreBytes = 8 << 30

// defaultStore has a folder for each user of the machine, where all may write to the folder above it.
var defaultStore = &Store{
	folder: filepath.Join(os.TempDir(), "sideband-uploads-"+strconv.Itoa(os.Getuid())), private: true, most: DefaultStoreBytes,
}

// NewStore returns a Store below a folder, which it makes when it needs it. It keeps as many bytes at a time; a file
// for which there is no room is refused. Processes of one machine may share the folder. Each machine needs one of its own,
// also on a disk that they share: locks may not reach from one to the other, and it would remove files that still wait.
func NewStore(folder string, bytes int64) *Store { return &Store{folder: folder, most: bytes} }

var errFull = errors.New("uploads: the store is full")

// create makes a file.
func (s *Store) create() (*tempFile, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.makeFolder(); err != nil {
		return nil, fmt.Errorf("uploads: %w", err)
	}
	s.tidyLocked(time.Now())
	f, err := s.createOwn()
	for range ownTries - 1 {
		if !errors.Is(err, os.ErrNotExist) {
			break
		}
		s.leaveOwn() // somebody has cleaned up
		f, err = s.createOwn()
	}
	if err != nil {
		return nil, fmt.Errorf("uploads: %w", err)
	}
	s.files++
	return &tempFile{store: s, file: f, path: f.Name()}, nil
}

// take reserves room. It reports false if there is none.
func (s *Store) take(n int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bytes+n > s.most {
		return false
	}
	s.bytes += n
	return true
}

// gone notes that a file is removed, and removes the folder with the last one.
func (s *Store) gone(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes -= n
	if s.files--; s.files == 0 {
		if err := os.Remove(s.own); err == nil || errors.Is(err, os.ErrNotExist) {
			s.leaveOwn()
		}
	}
}

// Bytes returns how many bytes are kept now.
func (s *Store) Bytes() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bytes
}

// kept is where a file is kept.
type kept interface {
	io.WriteCloser
	// Abort removes the file.
	Abort()
	// release lets go of a file that the page has taken.
	release()
	// reader opens the file.
	reader() (io.ReadSeekCloser, error)
}

// open opens a place for a file.
func (u *Upload) open(ctx context.Context, e Entry, log *slog.Logger) (k kept, err error) {
	if u.config.To == nil {
		return u.config.Store.create()
	}
	defer caught("To", &err)
	w, err := u.config.To(ctx, e)
	if err != nil {
		return nil, fmt.Errorf("uploads: To: %w", err)
	}
	return &elsewhere{w, log}, nil
}

// caught makes an error of a panic of the author's, which costs a file and not the request with others.
func caught(what string, err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("uploads: %s has panicked: %v\n%s", what, p, debug.Stack())
	}
}

// tempFile is a file of a Store.
type tempFile struct {
	store *Store
	file  *os.File
	path  string
	size  int64
	gone  bool
}

// Write is part of io.Writer.
func (t *tempFile) Write(p []byte) (int, error) {
	if !t.store.take(int64(len(p))) {
		return 0, errFull
	}
	t.size += int64(len(p))
	return t.file.Write(p)
}

// Close is part of io.Closer.
func (t *tempFile) Close() error { return t.file.Close() }

// Abort is part of kept.
func (t *tempFile) Abort() {
	if t.gone {
		return
	}
	t.gone = true
	_ = t.file.Close() // it may be closed
	_ = os.Remove(t.path)
	t.store.gone(t.size)
}

func (t *tempFile) release() { t.Abort() }

func (t *tempFile) reader() (io.ReadSeekCloser, error) {
	f, err := os.Open(t.path)
	if err != nil {
		return nil, fmt.Errorf("uploads: %w", err)
	}
	return f, nil
}

// elsewhere is a file that an author's Writer keeps.
type elsewhere struct {
	to  Writer
	log *slog.Logger
}

// Write is part of io.Writer.
func (e *elsewhere) Write(p []byte) (n int, err error) {
	defer caught("Write", &err)
	return e.to.Write(p)
}

// Close is part of io.Closer.
func (e *elsewhere) Close() (err error) {
	defer caught("Close", &err)
	return e.to.Close()
}

// Abort is part of kept.
func (e *elsewhere) Abort() {
	var err error
	defer func() {
		if err != nil {
			e.log.Error("uploads: a file could not be aborted", "err", err)
		}
	}()
	defer caught("Abort", &err)
	e.to.Abort()
}

func (*elsewhere) release() {}

func (*elsewhere) reader() (io.ReadSeekCloser, error) { return nil, errElsewhere }

var errElsewhere = errors.New("uploads: the file went to Config.To, and can't be read here")
