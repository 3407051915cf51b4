package uploads

import (
	"errors"
	"os"
	"syscall"
	"testing"
)

// Case 539: a process that can't lock its folder for the moment keeps nothing in it, which the next one would remove.
func TestAFolderThatIsNotLockedForTheMoment(t *testing.T) {
	dir := t.TempDir()
	if lock, err := lockFolder(dir); err != nil {
		t.Skipf("nothing is locked here: %v", err)
	} else if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	s := NewStore(dir, 10)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 1, Max: limit.Max}); err != nil {
		t.Fatal(err)
	}
	_, failed := s.create()
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(failed, syscall.EMFILE) {
		t.Errorf("without file descriptors: %v", failed)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 0 {
		t.Errorf("it leaves %v, %v", list, err)
	}
	f, err := s.create()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Abort()
	NewStore(dir, 10).tidy()
	if _, err := os.Stat(f.path); err != nil {
		t.Errorf("the next process has removed it: %v", err)
	}
}
