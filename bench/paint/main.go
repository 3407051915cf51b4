// Command paint measures in Chromium how long the operations of the demo's table take from the click until they are
// painted, beside a page that does the same by a script of its own, without a server.
//
//	make paint
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sideband-go/sideband/bench/process"
	"github.com/sideband-go/sideband/internal/browser"
)

// longest is more than a run takes on a slow machine; then something hangs.
const longest = 20 * time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "paint:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	flags := flag.NewFlagSet("paint", flag.ContinueOnError)
	flags.SetOutput(stderr)
	rounds := flags.Int("rounds", 9, "rounds of the two pages in turns")
	only := flags.String("only", "", "measure only the operations whose name contains `text`")
	program := flags.String("demo", "", "measure this `program`, which was built from the demo, such as one of another version")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	dir, err := os.MkdirTemp("", "paint")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	demo, err := startDemo(ctx, dir, *program)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, demo.Stop()) }()
	vanilla, err := serveVanilla(ctx, demo.URL())
	if err != nil {
		return err
	}
	defer vanilla.Close()

	var measured []result
	defer browser.Close()
	if err := browser.Run(func(t testing.TB) {
		m := &meter{ours: open(t, demo.URL()+tablePath), vanilla: open(t, vanilla.URL+tablePath), only: *only, progress: stderr}
		measured = m.measure(ctx, *rounds)
	}); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return fmt.Errorf("ended early: %w", ctx.Err())
	}
	return write(stdout, measured)
}

func startDemo(ctx context.Context, dir, program string) (_ *process.Process, err error) {
	if program == "" {
		if program, err = process.Build(ctx, dir, process.Source{Package: "cmd/demo"}); err != nil {
			return nil, err
		}
	}
	return process.Start(ctx, nil, program, "-addr", "127.0.0.1:0", "-secret", strings.Repeat("measured ", 8))
}
