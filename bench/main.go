// Command bench measures the kit: what an event, an open or hidden page and each operation
// on a table of 1,000 rows cost the server and the wire, what it costs to open pages and to
// remount them, and how they come back when their server is replaced; in the same run as a
// bare server.
//
//	make bench
//
// It prints a table of what was measured, beside the goals. Nothing but the loopback
// interface is used.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/sideband-go/sideband/bench/measure"
)

// longest is more than a run takes on a slow machine; then something hangs.
const longest = 10 * time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	c := measure.Config{Progress: stderr}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&c.Clients, "clients", 0, "pages that send events at the same time (default 100)")
	flags.IntVar(&c.Events, "events", 0, "events they send in a round (default 5,000)")
	flags.IntVar(&c.Rounds, "rounds", 0, "rounds of the two servers in turns (default 21)")
	flags.StringVar(&c.Only, "only", "", "measure one `part` alone: "+strings.Join(measure.Parts(), ", "))
	short := flags.Bool("short", false, "run everything once, for a look at whether it works: the numbers say nothing")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if c.Only != "" && !slices.Contains(measure.Parts(), c.Only) {
		return fmt.Errorf("-only %s: there are %s", c.Only, strings.Join(measure.Parts(), ", "))
	}
	if *short {
		only := c.Only
		c = measure.Short()
		c.Only, c.Progress = only, stderr
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	t, err := measure.Run(ctx, c)
	if ctx.Err() != nil { // what failed, failed because of that
		return fmt.Errorf("ended early: %w", ctx.Err())
	}
	if err != nil {
		return err
	}
	return t.Write(stdout)
}
