package compile_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Who builds a program where its source is does not commit it.
func TestNoProgramIsTracked(t *testing.T) {
	const root = "../.."
	list, err := exec.CommandContext(t.Context(), "git", "-C", root, "-c", "safe.directory=*", "ls-files", "-z").Output()
	if err != nil {
		t.Skipf("this is no clone: %v", err)
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(list), "\x00"), "\x00") {
		f, err := os.Open(filepath.Join(root, name))
		if err != nil {
			continue // deleted, and not committed yet
		}
		begin := make([]byte, 4)
		n, _ := io.ReadFull(f, begin)
		_ = f.Close()
		switch begin := string(begin[:n]); {
		case begin == "\x7fELF", begin == "\xcf\xfa\xed\xfe", strings.HasPrefix(begin, "MZ"):
			t.Errorf("%s is a program", name)
		}
	}
}
