// Package measure runs the demo and a bare server beside it as processes of their own,
// loads both in the same way, and tells what each of them needed.
package measure

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/sideband-go/sideband/bench/process"
	"github.com/sideband-go/sideband/bench/report"
)

// Config says how much is measured. The zero value takes about a minute on two cores.
type Config struct {
	// Clients is how many pages send events at the same time. Default 100.
	Clients int
	// Events is how many they send together in a round. Default 5,000.
	Events int
	// Rounds is how often each of the two servers has its turn. Default 21.
	Rounds int
	// Idle is how many pages are open when the memory of one that does nothing is
	// measured. Default 2,000.
	Idle int
	// Tables is how many pages show 1,000 rows when the memory of one is measured.
	// Default 200.
	Tables int
	// Repeat is how often each operation of the table is done; a tenth of it where the
	// table has to be filled before each. Default 200.
	Repeat int
	// Requests is how many requests a server answers to collect its garbage before its
	// memory is measured. Default 4,000.
	Requests int
	// Progress is told what is being done. Default: nobody.
	Progress io.Writer
}

// Short is the least that runs everything, for a test: its numbers say nothing.
func Short() Config {
	return Config{Clients: 2, Events: 10, Rounds: 1, Idle: 2, Tables: 1, Repeat: 2, Requests: 20}
}

func (c Config) withDefaults() Config {
	def := func(n *int, d int) {
		if *n <= 0 {
			*n = d
		}
	}
	def(&c.Clients, 100)
	def(&c.Events, 5_000)
	def(&c.Rounds, 21)
	def(&c.Idle, 2_000)
	def(&c.Tables, 200)
	def(&c.Repeat, 200)
	def(&c.Requests, 4_000)
	if c.Progress == nil {
		c.Progress = io.Discard
	}
	return c
}

func (c Config) say(format string, args ...any) {
	_, _ = fmt.Fprintf(c.Progress, format+"\n", args...)
}

// module is where the programs are.
const module = "github.com/sideband-go/sideband"

// programs are the paths of the servers.
type programs struct{ demo, floor, label string }

// Run builds the servers, measures them and returns the table. All of them have ended
// when it returns, also when ctx ends before.
func Run(ctx context.Context, c Config) (t report.Table, err error) {
	c = c.withDefaults()
	dir, err := os.MkdirTemp("", "sideband-bench-")
	if err != nil {
		return t, fmt.Errorf("measure: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // the system clears its folder for such things anyway
	var p programs
	for _, b := range []struct {
		to  *string
		pkg string
	}{{&p.demo, "/cmd/demo"}, {&p.floor, "/bench/floor"}, {&p.label, "/bench/label"}} {
		c.say("building .%s", b.pkg)
		if *b.to, err = process.Build(ctx, dir, module+b.pkg); err != nil {
			return t, fmt.Errorf("measure: %w", err)
		}
	}
	for _, part := range []func(context.Context, Config, programs) ([]report.Row, error){events, memory, operations, code} {
		rows, err := part(ctx, c, p)
		if err != nil {
			return t, fmt.Errorf("measure: %w", err)
		}
		t.Rows = append(t.Rows, rows...)
	}
	t.Notes = notes(c)
	return t, nil
}

func notes(c Config) []string {
	return []string{
		"Bytes are those of the stream's messages with their framing (id, data, line ends), without HTTP's own, before compression.",
		fmt.Sprintf("CPU is all that the server's process used, the kernel's part included. Events: the medians of %d rounds of %d events, ours and the", c.Rounds, c.Events),
		"floor in turns, and of the rounds' ratios. Operations: from one client, one after the other, the mean of the middle half; beside them the floor's own",
		"event, sent in the same way, which is what a server that does nothing uses for one.",
		fmt.Sprintf("Memory is what the process has of its own (RssAnon, so without the kernel's buffers) with %d idle counters or %d tables, less what it", c.Idle, c.Tables),
		"had before, by their number. The servers run with GOGC=10 for that and are made to collect: at most a tenth is garbage.",
		"The floor is net/http alone (bench/floor). Computed: streams are not compressed yet; the sizes are those of the message, compressed by itself.",
		"One label: a page of the benchmark's own (bench/label), since the demo's table has no such button.",
	}
}
