//go:build unix && !solaris && !aix

package uploads

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockFolder locks a folder until the file is closed, or the process ends. The error is errLocked if another Store has, and
// errors.ErrUnsupported if the file system has no locks.
func lockFolder(folder string) (*os.File, error) {
	f, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err == nil {
		return f, nil
	}
	_ = f.Close() // it could not even be locked
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return nil, errLocked
	case errors.Is(err, syscall.EBADF), errors.Is(err, syscall.EINVAL): // as NFS says it, which locks no folders
		return nil, fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	}
	return nil, err
}

// isMine reports whether a file is this user's.
func isMine(info os.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid()
}
