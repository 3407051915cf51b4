package measure

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sideband-go/sideband/bench/process"
)

// clicks are how many come before the one that is looked at: what is done once is done by then.
const clicks = 3

// Path writes which functions of the module a click on the demo's counter enters, and how often it
// locks the view.
func Path(ctx context.Context, c Config, w io.Writer) error {
	c = c.withDefaults()
	return c.inFolder(func(dir string) error {
		file, err := c.cover(ctx, dir)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, "click")
		if err := os.Mkdir(to, 0o700); err != nil {
			return err
		}
		if err := click(ctx, program{file: file, env: []string{"GOCOVERDIR=" + dir}}, to); err != nil {
			return err
		}
		out, err := exec.CommandContext(ctx, "go", "tool", "covdata", "func", "-i="+to).Output()
		if err != nil {
			return fmt.Errorf("covdata: %w", err)
		}
		if err := writeEntered(w, out); err != nil {
			return err
		}
		return writeLocks(ctx, w, to)
	})
}

// cover builds the demo so that it notes which code it enters.
func (c Config) cover(ctx context.Context, dir string) (string, error) {
	packages, err := process.Packages(ctx, demo)
	if err != nil {
		return "", err
	}
	// go build does not find the file that starts the probe in a package that it covers.
	const probe = demo + "/assets"
	packages = slices.DeleteFunc(packages, func(p string) bool { return strings.HasSuffix(p, probe) })
	c.say("building %s for coverage", demo)
	return process.Build(ctx, dir, process.Source{
		Package: demo, Probe: probe,
		Flags: []string{"-cover", "-covermode=atomic", "-coverpkg=" + strings.Join(packages, ",")},
	})
}

// click clicks, and lets the server write what the last click has entered.
func click(ctx context.Context, p program, to string) error {
	server, err := start(ctx, p)
	if err != nil {
		return err
	}
	defer func() { _ = server.Stop() }() // it has done its work
	pages, err := open(ctx, server, "/counter", 1)
	if err != nil {
		return err
	}
	defer closeAll(pages)
	if _, err = load(ctx, pages, increment, clicks); err == nil {
		_, err = settled(ctx, server)
	}
	if err == nil {
		err = server.ClearCoverage(ctx)
	}
	if err == nil {
		_, err = load(ctx, pages, increment, 1)
	}
	if err == nil {
		_, err = settled(ctx, server)
	}
	if err != nil {
		return err
	}
	return server.WriteCoverage(ctx, to)
}

// writeEntered writes the functions that covdata says were entered, by package and file.
func writeEntered(w io.Writer, covdata []byte) error {
	entered := map[string]map[string][]string{} // by package and file
	for lines := bufio.NewScanner(bytes.NewReader(covdata)); lines.Scan(); {
		f := strings.Fields(lines.Text()) // "example.org/module/package/file.go:12: Type.Method 87.5%"
		if len(f) != 3 || f[2] == "0.0%" {
			continue
		}
		at, _, _ := strings.Cut(strings.TrimPrefix(f[0], process.Module+"/"), ":")
		pkg, file := path.Split(at)
		if pkg = strings.TrimSuffix(pkg, "/"); pkg == "" || strings.HasPrefix(pkg, "bench/") { // the total, and the probe
			continue
		}
		if entered[pkg] == nil {
			entered[pkg] = map[string][]string{}
		}
		entered[pkg][file] = append(entered[pkg][file], f[1])
	}
	b := new(bytes.Buffer)
	functions, files := 0, 0
	for _, pkg := range slices.Sorted(maps.Keys(entered)) {
		n := len(slices.Concat(slices.Collect(maps.Values(entered[pkg]))...))
		fmt.Fprintf(b, "%s: %d functions in %d files\n", pkg, n, len(entered[pkg]))
		for _, file := range slices.Sorted(maps.Keys(entered[pkg])) {
			fmt.Fprintf(b, "  %s: %s\n", file, strings.Join(entered[pkg][file], ", "))
		}
		functions, files = functions+n, files+len(entered[pkg])
	}
	fmt.Fprintf(b, "one click enters %d functions in %d files of %d packages\n", functions, files, len(entered))
	_, err := b.WriteTo(w)
	return err
}
