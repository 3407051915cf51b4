package uploads

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
)

const (
	// ownPrefix begins the names of folders of processes.
	ownPrefix = "process-"
	// ownTries is how often a folder is made, which somebody may remove before this process has locked it.
	ownTries = 3
)

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
