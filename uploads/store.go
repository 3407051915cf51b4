package uploads

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
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

const (
	// sweepAfter is how old a file of another process is that is taken for a leftover if nobody can tell whether the process
	// lives: older than one that still waits.
	sweepAfter = 25 * time.Hour
	// sweepEvery is how often at most leftovers are looked for.
	sweepEvery = time.Hour
)

const (
	// ownPrefix begins the names of folders of processes.
	ownPrefix = "process-"
	// ownTries is how often a folder is made, which somebody may remove before this process has locked it.
	ownTries = 3
)

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

// makeFolder makes the folder. If that is to be private, and somebody else has taken the name, it is another one, of a name
// that nobody guesses. The mutex is held.
func (s *Store) makeFolder() error {
	if !s.private {
		return os.MkdirAll(s.folder, 0o700)
	}
	if err := os.Mkdir(s.folder, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	refused := checkPrivate(s.folder)
	if refused == nil {
		return nil
	}
	for _, other := range withPrefix(filepath.Dir(s.folder), filepath.Base(s.folder)+sparePrefix) {
		if checkPrivate(other) == nil {
			s.folder = other
			return nil
		}
	}
	spare, err := os.MkdirTemp(filepath.Dir(s.folder), filepath.Base(s.folder)+sparePrefix)
	if err != nil {
		return err
	}
	slog.Warn("uploads: files wait in another folder", "folder", spare, "err", refused)
	s.folder = spare
	return nil
}

// sparePrefix stands in front of what tells a folder from the one whose name is taken.
const sparePrefix = "-"

// checkPrivate refuses a folder that another user of the machine has made, or may change.
func checkPrivate(folder string) error {
	info, err := os.Lstat(folder)
	switch {
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is no folder", folder)
	case runtime.GOOS == "windows": // there, the user's folder for temporary files is private
	case info.Mode().Perm()&0o022 != 0:
		return fmt.Errorf("others may write to %s: %v", folder, info.Mode())
	case !isMine(info):
		return fmt.Errorf("%s is another user's", folder)
	}
	return nil
}

// createOwn makes a file in the folder of this process. The mutex is held.
func (s *Store) createOwn() (f *os.File, err error) {
	if s.own == "" {
		own, err := os.MkdirTemp(s.folder, ownPrefix)
		if err != nil {
			return nil, err
		}
		lock, err := lockFolder(own)
		switch {
		case errors.Is(err, errLocked): // somebody is about to remove it
			return nil, os.ErrNotExist
		case err != nil && !errors.Is(err, errors.ErrUnsupported): // whoever can lock it would take it for a leftover
			_ = os.Remove(own) // it is empty
			return nil, err
		}
		s.own, s.lock = own, lock // without a lock, others go by the age of what is in it
	}
	return os.CreateTemp(s.own, "file-")
}

// leaveOwn forgets the folder of this process. The mutex is held.
func (s *Store) leaveOwn() {
	s.own = ""
	if s.lock != nil {
		_ = s.lock.Close() // it was only locked
		s.lock = nil
	}
}

// tidy removes what processes that have ended have left, if it is time for that.
func (s *Store) tidy() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.private && checkPrivate(s.folder) != nil {
		return // there is none, or it is not to be used
	}
	s.tidyLocked(time.Now())
}

func (s *Store) tidyLocked(now time.Time) {
	if now.Sub(s.swept) >= sweepEvery {
		s.swept = now
		s.sweep(now.Add(-sweepAfter))
	}
}

// sweep removes the folders of processes that have ended. Where nobody can tell, it removes files that are as old, and
// folders without any.
func (s *Store) sweep(before time.Time) {
	for _, folder := range withPrefix(s.folder, ownPrefix) {
		if folder == filepath.Clean(s.own) {
			continue
		}
		lock, err := lockFolder(folder)
		switch {
		case err == nil:
			removeFiles(folder, time.Time{})
			_ = lock.Close() // it was only locked
		case errors.Is(err, errors.ErrUnsupported):
			removeFiles(folder, before)
		}
	}
}

// withPrefix lists what in a folder has a name that begins so.
func withPrefix(folder, prefix string) (paths []string) {
	list, _ := os.ReadDir(folder) // what can't be read has nothing to offer
	for _, e := range list {
		if strings.HasPrefix(e.Name(), prefix) {
			paths = append(paths, filepath.Join(folder, e.Name()))
		}
	}
	return paths
}

// errLocked says that a folder is that of a process that lives.
var errLocked = errors.New("uploads: the folder is in use")

// removeFiles removes the files of a folder that are as old, all of them for the zero time, and the folder if that is empty
// then.
func removeFiles(folder string, before time.Time) {
	list, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	isOld := func(info os.FileInfo, err error) bool {
		return err == nil && (before.IsZero() || info.ModTime().Before(before))
	}
	for _, e := range list {
		if isOld(e.Info()) && strings.HasPrefix(e.Name(), "file-") {
			_ = os.Remove(filepath.Join(folder, e.Name())) // another process may have been faster
		}
	}
	if len(list) > 0 || isOld(os.Stat(folder)) {
		_ = os.Remove(folder) // which fails while something is in it
	}
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
