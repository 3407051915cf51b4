package stash

import (
	"io"
	"os"
)

// fileSystem is what Files needs of one. Errors are fs.ErrNotExist for what is not there. Only what was synced
// survives the machine.
type fileSystem interface {
	MkdirAll(dir string) error
	List(dir string) ([]string, error)
	// Open opens a file for reading and writing, and makes it if need be and wanted.
	Open(name string, makes bool) (file, error)
	Remove(name string) error
	SyncDir(dir string) error
	// OpenLock opens a lock, which one of those who have opened it holds at a time.
	OpenLock(name string) (fileLock, error)
}

type file interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
	Sync() error
	Close() error
}

// fileLock is released when its process ends, too.
type fileLock interface {
	Lock() error
	Unlock() error
	Close() error
}

// osFiles is the file system of the machine.
type osFiles struct{}

func (osFiles) MkdirAll(dir string) error { return os.MkdirAll(dir, 0o700) }
func (osFiles) Remove(name string) error  { return os.Remove(name) }

func (osFiles) List(dir string) ([]string, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // after reading
	return f.Readdirnames(-1)
}

func (osFiles) Open(name string, makes bool) (file, error) {
	flags := os.O_RDWR
	if makes {
		flags |= os.O_CREATE
	}
	return os.OpenFile(name, flags, 0o600)
}

func (osFiles) SyncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // after reading
	return f.Sync()
}

func (osFiles) OpenLock(name string) (fileLock, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	return osLock{f}, nil
}

type osLock struct{ *os.File }
