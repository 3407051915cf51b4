package uploads

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	// sweepAfter is how old a file of another process is that is taken for a leftover if nobody can tell whether the process
	// lives: older than one that still waits.
	sweepAfter = 25 * time.Hour
	// sweepEvery is how often at most leftovers are looked for.
	sweepEvery = time.Hour
)

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
