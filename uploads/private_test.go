package uploads

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
)

func TestTheDefaultFolderIsTheUsersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no such rights")
	}
	if want := "sideband-uploads-" + strconv.Itoa(os.Getuid()); filepath.Base(defaultStore.folder) != want || !defaultStore.private {
		t.Errorf("the default folder is %s", defaultStore.folder)
	}
	dir := filepath.Join(t.TempDir(), "[x]") // no pattern
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	mine, open, link, others := filepath.Join(dir, "mine"), filepath.Join(dir, "open"), filepath.Join(dir, "link"), filepath.Join(dir, "others")
	for _, folder := range []string{open, others} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(open, 0o777); err != nil { // whatever the umask says
		t.Fatal(err)
	}
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Fatal(err)
	}
	isRoot := os.Chown(others, 12345, -1) == nil
	for folder, fits := range map[string]bool{mine: true, open: false, link: false, others: !isRoot} {
		used := ""
		for range 2 { // as the next process does
			s := &Store{folder: folder, private: true, most: 10}
			f, err := s.create()
			if err != nil {
				t.Fatalf("%s: %v", filepath.Base(folder), err)
			}
			is := filepath.Dir(filepath.Dir(f.path))
			if (is == folder) != fits || used != "" && is != used {
				t.Errorf("%s: files wait in %s, before in %q", filepath.Base(folder), is, used)
			}
			if info, err := os.Lstat(is); err != nil || info.Mode() != os.ModeDir|0o700 || filepath.Dir(is) != dir {
				t.Errorf("%s: files wait in %s: %v, %v", filepath.Base(folder), is, info, err)
			}
			used = is
			f.Abort()
		}
	}
}
