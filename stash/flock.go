//go:build unix && !solaris && !aix

package stash

import (
	"errors"
	"syscall"
)

// Lock waits for others.
func (l osLock) Lock() error { return l.flock(syscall.LOCK_EX) }

// Unlock lets others in.
func (l osLock) Unlock() error { return l.flock(syscall.LOCK_UN) }

func (l osLock) flock(how int) error {
	for {
		err := syscall.Flock(int(l.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// isFull reports whether a disk has no room, or the user's part of it.
func isFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }
