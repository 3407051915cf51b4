// Command bench measures the kit: what an event, an open or hidden page and each operation
// on a table of 1,000 rows cost the server and the wire, what it costs to open pages and to
// remount them, and how they come back when their server is replaced; in the same run as a
// bare server.
//
//	make bench
//	go run ./bench -against ../other-checkout
//	go run ./bench -settings
//	go run ./bench -path
//
// It prints a table of what was measured, beside the goals. Nothing but the loopback
// interface is used.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/sideband-go/sideband/bench/measure"
)

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
	flags.IntVar(&c.Rounds, "rounds", 0, "rounds of each part (default: as below; 7 with -against and -settings)")
	flags.StringVar(&c.Only, "only", "", "measure one `part` alone")
	against := flags.String("against", "", "compare with the programs of another checkout, in the folder `dir`")
	settings := flags.Bool("settings", false, "compare events and broadcasts with settings of Go's runtime and compiler (about 8 min)")
	path := flags.Bool("path", false, "show which functions a click on the counter enters")
	short := flags.Bool("short", false, "run everything once, for a look at whether it works: the numbers say nothing")
	flags.Usage = func() { usage(flags) }
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return err
	}
	known := func(p measure.Part) bool { return p.Name == c.Only }
	if c.Only != "" && !slices.ContainsFunc(measure.Parts(), known) {
		return fmt.Errorf("-only %s: there is no such part", c.Only)
	}
	if *short {
		only := c.Only
		c = measure.Short()
		c.Only, c.Progress = only, stderr
	}
	var t interface{ Write(io.Writer) error }
	var err error
	switch {
	case *path:
		return measure.Path(ctx, c, stdout)
	case *against != "":
		t, err = measure.Against(ctx, c, *against)
	case *settings:
		t, err = measure.Settings(ctx, c)
	default:
		t, err = measure.Run(ctx, c)
	}
	if err != nil {
		return err
	}
	return t.Write(stdout)
}

// usage prints the flags, and how long each part takes.
func usage(flags *flag.FlagSet) {
	w := flags.Output()
	_, _ = fmt.Fprintln(w, "Usage: go run ./bench [flags]")
	flags.PrintDefaults()
	_, _ = fmt.Fprintln(w, "Parts, with their rounds and about how long they take on two quiet cores:")
	var all time.Duration
	for _, p := range measure.Parts() {
		_, _ = fmt.Fprintf(w, "  %-10s %2d  %v\n", p.Name, p.Rounds, p.Takes)
		all += p.Takes
	}
	_, _ = fmt.Fprintf(w, "  %-10s     %v, and the builds\n-against takes twice as long, with seven rounds of each part.\n", "all", all)
}
