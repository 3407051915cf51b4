// Package measure runs the demo and a bare server beside it as processes of their own,
// loads both in the same way, and tells what each of them needed.
package measure

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/sideband-go/sideband/bench/process"
	"github.com/sideband-go/sideband/bench/report"
)

// Config says how much is measured.
type Config struct {
	// Clients is how many pages send events at the same time. Default 100.
	Clients int
	// Events is how many they send together in a round. Default 5,000.
	Events int
	// Rounds is how often each part is measured. Default: as often as [Parts] says.
	Rounds int
	// Idle is how many pages are open when the memory of one that does nothing is
	// measured. Default 5,000.
	Idle int
	// Tables is how many pages show 1,000 rows when the memory of one is measured.
	// Default 200.
	Tables int
	// Listeners is how many pages show what one of them says. Default 1,000.
	Listeners int
	// Broadcasts is how often it is said in a round. Default 10.
	Broadcasts int
	// Returning is how many pages come back to a server that was replaced. Default 1,000.
	Returning int
	// Crowd is how many pages enter one room. Default 2,000.
	Crowd int
	// Slow is how many slow pages are asked for beside a quick one. Default 700.
	Slow int
	// Repeat is how often each operation of the table is done; a tenth of it where the
	// table has to be filled before each. Default 200.
	Repeat int
	// Requests is how many requests a server answers to collect its garbage before its
	// memory is measured. Default 4,000.
	Requests int
	// Upload is how large a file is that is uploaded, in MiB; 50 at most. Default 50.
	Upload int
	// Only is the part that is measured, one of [Parts]. Default: all.
	Only string
	// Programs is a folder in which the servers stay, for another run that finds them up to date. Default: they are built anew
	// and removed.
	Programs string
	// Progress is told what is being done. Default: nobody.
	Progress io.Writer

	round int // which one it is
}

// Short is the least that runs everything, for a test: its numbers say nothing.
func Short() Config {
	return Config{Clients: 2, Events: 10, Rounds: 1, Idle: 2, Tables: 1, Listeners: 2, Broadcasts: 2, Returning: 2, Crowd: 2, Slow: 2, Repeat: 2, Requests: 20, Upload: 1}
}

func (c Config) withDefaults() Config {
	def := func(n *int, d int) {
		if *n <= 0 {
			*n = d
		}
	}
	def(&c.Clients, 100)
	def(&c.Events, 5_000)
	def(&c.Idle, 5_000)
	def(&c.Tables, 200)
	def(&c.Listeners, 1_000)
	def(&c.Broadcasts, 10)
	def(&c.Returning, 1_000)
	def(&c.Crowd, 2_000)
	def(&c.Slow, 700)
	def(&c.Repeat, 200)
	def(&c.Requests, 4_000)
	def(&c.Upload, 50)
	if c.Progress == nil {
		c.Progress = io.Discard
	}
	// A connection is a file, and so are a few other things.
	files := process.OpenFiles()
	for _, n := range []*int{&c.Clients, &c.Idle, &c.Listeners, &c.Returning, &c.Crowd, &c.Slow} {
		if most := max(1, (files-100)/2); *n > most {
			c.say("%d pages instead of %d, because a process may have only %d files open (ulimit -n)", most, *n, files)
			*n = most
		}
	}
	return c
}

func (c Config) say(format string, args ...any) {
	_, _ = fmt.Fprintf(c.Progress, format+"\n", args...)
}

// Part is what can be measured alone.
type Part struct {
	Name   string
	Rounds int           // by default
	Takes  time.Duration // all of its rounds, about, on two quiet cores
	// measure does one round, in which each server is restarted.
	measure func(context.Context, Config, programs) ([]report.Row, error)
}

// Parts are what is measured. Those with ratios to the floor take seven rounds: fewer give no
// confidence interval.
func Parts() []Part {
	return []Part{
		{"events", 11, 15 * time.Second, events},
		{"forms", 7, 60 * time.Second, typed},
		{"navigation", 7, 60 * time.Second, navigation},
		{"memory", 7, 150 * time.Second, memory},
		{"operations", 3, 40 * time.Second, operations},
		{"components", 3, 30 * time.Second, components},
		{"streams", 3, 5 * time.Second, streams},
		{"points", 7, 60 * time.Second, points},
		{"broadcast", 11, 35 * time.Second, broadcasts},
		{"queries", 7, 30 * time.Second, queries},
		{"chats", 7, 100 * time.Second, chats},
		{"rooms", 7, 90 * time.Second, rooms},
		{"fairness", 3, 45 * time.Second, fairness},
		{"uploads", 7, 90 * time.Second, uploaded},
		{"opening", 7, 45 * time.Second, opening},
		{"restarts", 7, 90 * time.Second, restarts},
		{"kept", 7, 90 * time.Second, kept},
		{"telemetry", 11, 130 * time.Second, observed},
		{"code", 1, 0, code},
	}
}

// Run builds the servers, measures them and returns the table. All of them have ended
// when it returns, also when ctx ends before.
func Run(ctx context.Context, c Config) (t report.Table, err error) {
	c = c.withDefaults()
	err = c.inFolder(func(dir string) error {
		p, err := c.build(ctx, dir, "")
		if err != nil {
			return err
		}
		for _, part := range c.parts() {
			rounds, err := c.measure(ctx, part, []variant{{programs: p}})
			if err != nil {
				return err
			}
			t.Rows = append(t.Rows, combine(rounds[0])...)
		}
		return nil
	})
	t.Notes = notes(c)
	return t, err
}

// parts are those that are to be measured.
func (c Config) parts() (parts []Part) {
	for _, p := range Parts() {
		if c.Only == "" || c.Only == p.Name {
			parts = append(parts, p)
		}
	}
	return parts
}

// inFolder calls do with a folder, which is removed afterwards.
func (c Config) inFolder(do func(dir string) error) error {
	dir, err := os.MkdirTemp("", "sideband-bench-")
	if err == nil {
		defer func() { _ = os.RemoveAll(dir) }() // the system clears its folder for such things anyway
		err = do(dir)
	}
	if err != nil {
		return fmt.Errorf("measure: %w", err)
	}
	return nil
}

func notes(c Config) []string {
	return []string{
		"Ours and the floor were run interleaved in each round of each part, in turns the one or the other first; both were restarted for each.",
		"Numbers are medians of the rounds; bytes and seconds the least and the most of all. A ratio is the median of the rounds' ratios, ± its 95 % confidence",
		"interval, for which it takes six rounds.",
		"Bytes are those of the stream's messages with their framing (id, data, line ends), without HTTP's own, before compression; as sent: after it.",
		fmt.Sprintf("CPU is all that the server's process used, the kernel's part included. Events: %d of all clients in a round; allocated: by the whole process", c.Events),
		"meanwhile (runtime/metrics), for each. Operations: from one client, one after the other, the median of eight batches, or of all where each needs a new",
		"page, with all that an event's HTTP costs; beside them the floor's own event, sent in the same way: what a server that does nothing uses for one.",
		fmt.Sprintf("Memory is what the process has of its own (RssAnon, so without the kernel's buffers) with %d counters or %d tables, less what it had before,", c.Idle, c.Tables),
		"by their number. The servers run with GOGC=10 for that and are made to collect: at most a tenth is garbage. A hidden counter's stream was open and has",
		"been closed by the browser.",
		fmt.Sprintf("Broadcasts: %d in a round, one after the other; the floor writes the same item. Until the last has it: from before the event is sent, the median,", c.Broadcasts),
		"with the reading of all streams in this process, which shares the machine. Idle chats are in rooms of ten.",
		"A query: 25 rows in memory, of which a change is loaded once and shown by all; beside it the same rows sent to each page as a message.",
		"Forms: what is typed also changes a text elsewhere in the page; beside it an event of the demo's counter, in turns (a tenth as many for 200 fields).",
		"Points: 50 in a second to each page after one event of it, 20 ms apart, whose cost is in it; the other column is a text that says the same.",
		"Addresses: a patch link of a list of 20 rows (bench/pages, whose query costs nothing) or Back, one request and one message each, with the head of the",
		"answer, Date included; as sent to browsers that take no compression.",
		fmt.Sprintf("Rooms: %d chats, %d at a time, until each shows how many are there; the ratio of one room is to rooms of ten, that of rooms of ten to the floor.", c.Crowd, atOnce),
		"A quick page: the median of five, from the same address as the slow ones. Pages that were left were never connected: a sixteenth of the limit is for their views.",
		fmt.Sprintf("Uploads: files of %d MB into temporary files, which are removed at once, from one client after another; CPU is the server's, the kernel's", c.Upload),
		"part included. By net/http: io.Copy of each part, as multipart.Reader gives it, or of the whole body. Memory is the most at any time, GOGC=10.",
		fmt.Sprintf("Opening: %d counters or %d pages of 1,000 rows (bench/pages), %d at a time. Their streams again: to views that the server still has. Remounted:", c.Returning, c.Tables, atOnce),
		"to a server that was started with the same secret in the place of one that was killed; until the page has the whole view. Beside them the floor's own.",
		"Replaced servers: the pages wait as htmx's sse extension does: 0.1 s ± 30 % at first, twice as long after each failure. Killed: by SIGKILL;",
		"handed over: by SIGTERM; the next one begins as soon as the port is free. CPU is that of the next server, its start included: its pages come all at once,",
		"or one by one, for each of which an idle process has to wake up.",
		"Telemetry: a server without stands in the place of the floor; all four take turns six times in a round. The SDK's part: as many spans, attributes and",
		"measurements as telemetry makes of an event, by hand. A check is what an event with a thousand of",
		"them takes more than one with none, the drawing of the key included.",
		"The floor is net/http alone (bench/floor). One label: a page of the benchmark's own (bench/pages), since the demo's table has no such button.",
	}
}
