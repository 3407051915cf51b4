package process

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// Module is the path of the module, here and in each of its checkouts.
const Module = "github.com/sideband-go/sideband"

// Source is what a program is built from.
type Source struct {
	Checkout string // the folder of the module. Default: that of the module here
	Package  string // the folder of the main package in it, such as "cmd/demo"
	// Probe is the folder of the package whose file starts the probe. Default: the main package's.
	Probe string
	Flags []string
}

// Root is the folder of the module here.
func Root(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", Module).Output()
	if err != nil {
		return "", fmt.Errorf("process: the folder of %s: %w", Module, err)
	}
	return strings.TrimSpace(string(out)), nil
}

// Build compiles a main package into the folder dir and returns the program's path. It is an
// ordinary build, without the race detector, but for the probe that it adds.
func Build(ctx context.Context, dir string, s Source) (string, error) {
	program := filepath.Join(dir, filepath.Base(s.Package))
	root, err := Root(ctx)
	if err != nil {
		return "", err
	}
	if s.Checkout == "" {
		s.Checkout = root
	}
	name := path.Base(s.Probe)
	if s.Probe == "" {
		s.Probe, name = s.Package, "main"
	}
	overlay, err := addProbe(dir, root, name, s)
	if err != nil {
		return "", fmt.Errorf("process: %w", err)
	}
	args := append(append([]string{"build", "-overlay", overlay, "-o", program}, s.Flags...), "./"+s.Package)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = s.Checkout
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("process: build %s in %s: %w\n%s", s.Package, s.Checkout, err, out)
	}
	return program, nil
}

// Packages are the packages of the module that a program here is made of.
func Packages(ctx context.Context, program string) ([]string, error) {
	root, err := Root(ctx)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-f", "{{with .Module}}{{if .Main}}{{$.ImportPath}}{{end}}{{end}}", "./"+program)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("process: the packages of %s: %w", program, err)
	}
	return strings.Fields(string(out)), nil
}

// addProbe writes what go build is to read as if it were in the checkout: the probe of here,
// since an older checkout has none, and a file that starts it, of package pkg.
func addProbe(dir, root, pkg string, s Source) (overlay string, err error) {
	start := filepath.Join(dir, "start_probe.go")
	overlay = filepath.Join(dir, "overlay.json")
	in := func(folder, file string) string { return filepath.Join(s.Checkout, folder, file) }
	list, err := json.Marshal(map[string]map[string]string{"Replace": {
		in("bench/probe", "probe.go"): filepath.Join(root, "bench/probe/probe.go"),
		in(s.Probe, "start_probe.go"): start,
	}})
	if err != nil {
		return "", err
	}
	text := "package " + pkg + "\n\nimport \"" + Module + "/bench/probe\"\n\nvar _ = probe.Start()\n"
	if err := os.WriteFile(start, []byte(text), 0o600); err != nil {
		return "", err
	}
	return overlay, os.WriteFile(overlay, list, 0o600)
}
