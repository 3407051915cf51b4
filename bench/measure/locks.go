package measure

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/sideband-go/sideband/bench/process"
)

// viewLock is the statement that locks a view, in the package viewPackage.
const (
	viewLock    = "v.mu.Lock()"
	viewPackage = "internal/live"
)

// block is a piece of source code, and how often it was entered.
type block struct{ first, last, count int }

// writeLocks writes how often a view was locked, by the coverage in the folder dir.
func writeLocks(ctx context.Context, w io.Writer, dir string) error {
	profile := filepath.Join(dir, "profile")
	if out, err := exec.CommandContext(ctx, "go", "tool", "covdata", "textfmt", "-i="+dir, "-o="+profile).CombinedOutput(); err != nil {
		return fmt.Errorf("covdata: %w: %s", err, out)
	}
	text, err := os.ReadFile(profile) // #nosec G304 -- it was just written
	if err != nil {
		return err
	}
	root, err := process.Root(ctx)
	if err != nil {
		return err
	}
	locks := 0
	for file, blocks := range blocksOf(text, process.Module+"/"+viewPackage) {
		source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(viewPackage), file)) // #nosec G304 -- a file of the module
		if err != nil {
			return err
		}
		locks += entered(source, viewLock, blocks)
	}
	_, err = fmt.Fprintf(w, "it locks the view %d times\n", locks)
	return err
}

// blocksOf reads the blocks of a package's files from a coverage profile, whose lines are
// "example.org/module/package/file.go:12.3,14.5 2 7": from line 12 to 14, 2 statements, entered 7 times.
func blocksOf(profile []byte, pkg string) map[string][]block {
	files := map[string][]block{}
	for line := range bytes.Lines(profile) {
		at, rest, _ := strings.Cut(string(line), ":")
		var b block
		var from, to, statements int
		if _, err := fmt.Sscanf(rest, "%d.%d,%d.%d %d %d", &b.first, &from, &b.last, &to, &statements, &b.count); err == nil && path.Dir(at) == pkg {
			files[path.Base(at)] = append(files[path.Base(at)], b)
		}
	}
	return files
}

// entered returns how often a statement was executed, wherever the source has it. Of the blocks
// around it the one that begins last is its own.
func entered(source []byte, statement string, blocks []block) (n int) {
	number := 0
	for line := range bytes.Lines(source) {
		number++
		if !bytes.Contains(line, []byte(statement)) {
			continue
		}
		var own block
		for _, b := range blocks {
			if b.first <= number && number <= b.last && b.first >= own.first {
				own = b
			}
		}
		n += own.count
	}
	return n
}
