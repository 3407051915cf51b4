//go:build !unix || solaris || aix

package stash

// Lock does nothing: one process may use a folder at a time.
func (osLock) Lock() error { return nil }

// Unlock does nothing.
func (osLock) Unlock() error { return nil }

func isFull(error) bool { return false }
