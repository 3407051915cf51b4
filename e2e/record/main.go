// Command record makes the moving picture of the README: it runs the demo, uses it in two windows of Chromium, and
// writes what they show as an animated GIF.
//
//	go run ./e2e/record docs/demo.gif
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: record FILE.gif")
		os.Exit(2)
	}
	if err := record(ctx, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func record(ctx context.Context, file string) (err error) {
	dir, err := os.MkdirTemp("", "record")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	address, end, err := demo(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	defer browser.Close()
	var frames []frame
	if err := browser.Run(func(t testing.TB) { frames = perform(t, dir, address) }); err != nil {
		return err
	}
	return writeGIF(file, frames)
}

var said = regexp.MustCompile(`http://\S+`)

// demo builds the demo in dir and starts it on a free port.
func demo(ctx context.Context, dir string) (address string, end func() error, err error) {
	program := filepath.Join(dir, "demo")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/demo")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return "", nil, fmt.Errorf("build the demo: %w", err)
	}
	cmd := exec.CommandContext(ctx, program, "-addr", "127.0.0.1:0", "-secret", "a picture has nothing to keep secret")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	end = func() error { return errors.Join(cmd.Process.Signal(os.Interrupt), cmd.Wait()) }
	line, err := bufio.NewReader(out).ReadString('\n')
	if address = said.FindString(line); address == "" {
		return "", nil, errors.Join(fmt.Errorf("the demo does not say where it is: %q: %w", line, err), end())
	}
	return address, end, nil
}
