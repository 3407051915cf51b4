package uploads

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Case 510: what a process has left that was killed is removed by the next one, and nothing of one that lives.
func TestLeftoversOfProcessesThatHaveEndedAreRemoved(t *testing.T) {
	dir := t.TempDir()
	dead := filepath.Join(dir, "process-1")
	if err := os.Mkdir(dead, 0o700); err != nil {
		t.Fatal(err)
	}
	lock, err := lockFolder(dead)
	if err != nil {
		t.Skipf("nothing is locked here: %v", err)
	}
	for name, age := range map[string]time.Duration{"file-1": 0, "file-2": 30 * time.Hour} {
		at := time.Now().Add(-age)
		if err := os.WriteFile(filepath.Join(dead, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(filepath.Join(dead, name), at, at); err != nil {
			t.Fatal(err)
		}
	}
	living := NewStore(dir, 10)
	f, err := living.create()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Abort()
	old := time.Now().Add(-30 * time.Hour)
	if err := os.Chtimes(f.path, old, old); err != nil {
		t.Fatal(err)
	}

	NewStore(dir, 10).tidy()
	if list, err := os.ReadDir(dead); err != nil || len(list) != 2 {
		t.Errorf("of a process that lives there is %v, %v", list, err)
	}
	_ = lock.Close() // as its end does
	next := NewStore(dir, 10)
	next.tidy()
	if _, err := os.Stat(dead); !os.IsNotExist(err) {
		t.Errorf("what a process that has ended has left is still there: %v", err)
	}
	if _, err := os.Stat(f.path); err != nil {
		t.Errorf("what waits in a process that lives: %v", err)
	}
}

// Where nothing tells whether a process lives, its files go by their age.
func TestLeftoversGoByTheirAgeWithoutLocks(t *testing.T) {
	dir := t.TempDir()
	for name, age := range map[string]time.Duration{"file-1": 26 * time.Hour, "file-2": 24 * time.Hour} {
		at := time.Now().Add(-age)
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(filepath.Join(dir, name), at, at); err != nil {
			t.Fatal(err)
		}
	}
	removeFiles(dir, time.Now().Add(-sweepAfter))
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 || list[0].Name() != "file-2" {
		t.Errorf("left: %v, %v", list, err)
	}
}

// Case 541: a folder may have any name, also one that is a pattern.
func TestLeftoversInAFolderThatIsNamedLikeAPattern(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "[x]*")
	dead := filepath.Join(dir, "process-1")
	if err := os.MkdirAll(dead, 0o700); err != nil {
		t.Skipf("there are no such names: %v", err)
	}
	lock, err := lockFolder(dead)
	if err != nil {
		t.Skipf("nothing is locked here: %v", err)
	}
	_ = lock.Close() // as its end does
	if err := os.WriteFile(filepath.Join(dead, "file-1"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	NewStore(dir, 10).tidy()
	if _, err := os.Stat(dead); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
}
