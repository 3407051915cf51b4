package measure_test

import (
	"context"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/bench/measure"
	"github.com/sideband-go/sideband/bench/report"
)

// programs is where the tests leave the servers to each other: linking them takes longer than a short run.
var programs string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "sideband-bench-programs-")
	if err != nil {
		panic(err)
	}
	programs = dir
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(dir) // the system clears its folder for such things anyway
		os.Exit(code)
	}))
}

// short is the least that runs everything.
func short() measure.Config {
	c := measure.Short()
	c.Programs = programs
	return c
}

func TestAShortRunMeasuresEverything(t *testing.T) {
	table, err := measure.Run(t.Context(), short())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range table.Rows {
		got = append(got, r.Measure)
		if r.Unit == report.Bytes && (r.Ours.Low <= 0 || r.Ours.High < r.Ours.Low) {
			t.Errorf("%s: %v bytes", r.Measure, r.Ours)
		}
		if met, _ := r.Met(); r.Unit == report.Failures && !met {
			t.Errorf("%s: %v", r.Measure, r.Ours)
		}
	}
	want := []string{
		"counter increment, bytes down",
		"CPU per 1,000 events, 2 clients",
		"allocated per event, objects",
		"allocated per event, bytes",
		"memory of the server after them",
		"a keystroke in a form of 8 fields, bytes down",
		"a keystroke in a form of 8 fields, CPU (to a counter's event)",
		"a keystroke in a form of 8 fields, objects",
		"a keystroke in a form of 200 fields, bytes down",
		"a keystroke in a form of 200 fields, CPU (to a counter's event)",
		"a keystroke in a form of 200 fields, objects",
		"a click without scripts and the page after it, CPU (to the page alone)",
		"a page of 20 rows, bytes down, the answer's head included (to the rows' HTML)",
		"a page of 20 rows, CPU (to the floor's event)",
		"a page of 20 rows, objects",
		"back to a page of 20 rows, bytes down, the answer's head included",
		"back to a page of 20 rows, CPU (to the floor's event)",
		"back to a page of 20 rows, objects",
		"nothing but the address, bytes down, the answer's head included",
		"nothing but the address, CPU (to the floor's event)",
		"nothing but the address, objects",
		"memory per idle connected counter",
		"memory per hidden counter",
		"memory per view that shows 1,000 rows",
		"one label in 1,000 rows, bytes",
		"one label in 1,000 rows, CPU",
		"select a row, bytes",
		"select a row, CPU",
		"swap two rows, bytes",
		"swap two rows, CPU",
		"remove a row, bytes",
		"remove a row, CPU",
		"update every 10th row, bytes",
		"update every 10th row, CPU",
		"update every 10th row, bytes as sent, zstd",
		"update every 10th row, CPU, zstd",
		"update every 10th row, bytes as sent, gzip",
		"update every 10th row, CPU, gzip",
		"create 1,000 rows, bytes",
		"create 1,000 rows, CPU",
		"create 1,000 rows, bytes as sent, zstd",
		"create 1,000 rows, CPU, zstd",
		"create 1,000 rows, bytes as sent, gzip",
		"create 1,000 rows, CPU, gzip",
		"replace all, bytes",
		"replace all, CPU",
		"append 1,000 rows, bytes",
		"append 1,000 rows, CPU",
		"clear, bytes",
		"clear, CPU",
		"an event in one of 1,000 components, bytes",
		"an event in one of 1,000 components, CPU",
		"memory per view that shows 1,000 components",
		"append to a stream of 1,000, bytes beyond the item's",
		"append to a stream of 1,000, bytes",
		"append to a stream of 1,000, CPU",
		"append to a stream that keeps 50, bytes beyond the item's",
		"append to a stream that keeps 50, bytes",
		"append to a stream that keeps 50, CPU",
		"a pushed event, bytes beyond its payload",
		"50 points a second to 2 pages, CPU per point (to a text patch)",
		"50 points a second to 2 pages, objects per point (to a text patch)",
		"broadcast to 2 chats, bytes each",
		"broadcast to 2 chats, bytes beyond the item's",
		"broadcast to 2 chats, CPU per delivery",
		"broadcast to 2 chats, until the last has it",
		"broadcast to 2 chats, memory of the server after it",
		"a change to 2 views of one query, bytes each",
		"a change to 2 views of one query, CPU each (to a broadcast)",
		"a change to 2 views of one query, until the last has it",
		"memory per idle connected chat",
		"2 chats in rooms of 10, opened, CPU each",
		"2 chats in one room, opened, CPU each (to rooms of 10)",
		"2 chats in rooms of 10, back after a restart, CPU each",
		"2 chats in one room, back after a restart, CPU each (to rooms of 10)",
		"a quick page, until it is there",
		"a quick page beside 2 slow ones, until it is there",
		"memory of 5 pages of 1,000 rows that were left, GOMEMLIMIT=256MiB",
		"an upload of 1 MB, until it is answered (to its parts by net/http)",
		"an upload of 1 MB, CPU (to its parts by net/http)",
		"an upload of 1 MB, until it is answered (to its body as it is)",
		"an upload of 1 MB, CPU (to its body as it is)",
		"an upload of 1 MB whose page shows how far it is, CPU (to one whose page does not)",
		"20 uploads of 1 MB in a request, memory",
		"open a counter: the page, CPU",
		"open a counter: its stream, CPU",
		"open a counter: its stream again, CPU",
		"open a counter: its stream again, remounted, CPU",
		"open 1,000 rows: the page, CPU",
		"open 1,000 rows: its stream, CPU",
		"open 1,000 rows: its stream again, CPU",
		"open 1,000 rows: its stream again, remounted, CPU",
		"2 pages, server killed: all are live after",
		"2 pages, server killed: one is not live for",
		"2 pages, server killed: CPU",
		"2 pages, server killed: reloads",
		"2 pages, server handed over: all are live after",
		"2 pages, server handed over: one is not live for",
		"2 pages, server handed over: CPU",
		"2 pages, server handed over: reloads",
		"CPU per 1,000 events that change a durable key (to others)",
		"objects for such an event",
		"2 pages with durable state, server killed: all are live after",
		"2 pages with durable state, server killed: one is not live for",
		"2 pages with durable state, server killed: CPU",
		"2 pages with durable state, server killed: reloads",
		"CPU per 1,000 events with spans and metrics (to none)",
		"CPU per 1,000 events with telemetry off (to none)",
		"CPU per 1,000 events with the SDK's part alone (to none)",
		"a check of a rate limit with 100,000 keys",
		"client code, gzip, bytes",
		"client code with commands, gzip, bytes",
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("the table has these rows:\n%s\nnot these:\n%s", g, w)
	}
	if len(table.Notes) == 0 {
		t.Error("nothing says how it was measured")
	}
}

func TestACheckoutIsComparedWithOneLikeIt(t *testing.T) {
	c := short()
	c.Only = "streams"
	table, err := measure.Against(t.Context(), c, "../..")
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Variants) != 2 || len(table.Rows) == 0 {
		t.Fatalf("%v has %d rows", table.Variants, len(table.Rows))
	}
	for _, r := range table.Rows {
		if len(r.Variants) != 2 {
			t.Errorf("%s has %d variants", r.Measure, len(r.Variants))
		} else if r.Unit == report.Bytes && (r.Variants[0].Ours != r.Variants[1].Ours || r.Variants[1].Ratio != 1) {
			t.Errorf("%s: the same code sends %v and %v bytes", r.Measure, r.Variants[0].Ours, r.Variants[1].Ours)
		}
	}
}

func TestAFolderThatIsNoCheckoutFails(t *testing.T) {
	c := short()
	c.Only = "streams"
	var said strings.Builder
	c.Progress = &said
	if _, err := measure.Against(t.Context(), c, t.TempDir()); err == nil {
		t.Error("an empty folder was compared")
	}
	if strings.Contains(said.String(), "round") {
		t.Errorf("measured all the same: %s", said.String())
	}
}

func TestAClickEntersTheWayOfAnEvent(t *testing.T) {
	var out strings.Builder
	if err := measure.Path(t.Context(), measure.Config{}, &out); err != nil {
		t.Fatal(err)
	}
	for _, function := range []string{"Page.Add", "Route.serveEvent", "*View.Do", "*Tree.Render", "Diff"} {
		if !regexp.MustCompile(`[ ,]` + regexp.QuoteMeta(function) + `[,\n]`).MatchString(out.String()) {
			t.Errorf("%s was not entered", function)
		}
	}
	for _, function := range []string{"Route.servePage", "Route.connecting"} {
		if strings.Contains(out.String(), function) {
			t.Errorf("%s was entered by a click on a page that is there", function)
		}
	}
	// A click that nothing competes with takes the view's mutex in post, usedConn and, twice, next.
	locks := 0
	if m := regexp.MustCompile(`it locks the view (\d+) times`).FindStringSubmatch(out.String()); m != nil {
		locks, _ = strconv.Atoi(m[1])
	}
	if locks < 1 || locks > 5 {
		t.Errorf("it locks the view %d times, not up to 5", locks)
	}
	if t.Failed() {
		t.Log(out.String())
	}
}

func TestARunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := short()
	c.Rounds = 1_000_000 // longer than anybody waits
	c.Progress = when("round 1 of", cancel)
	if _, err := measure.Run(ctx, c); err == nil || ctx.Err() == nil {
		t.Errorf("ended by itself: %v", err)
	}
}

// when is a writer that calls f once something is written.
func when(what string, f func()) writer {
	return func(b []byte) (int, error) {
		if strings.Contains(string(b), what) {
			f()
		}
		return len(b), nil
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }

// The table of docs/performance.md has each part, in order.
func TestPartsAreDescribed(t *testing.T) {
	text, err := os.ReadFile("../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	var described, parts []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z]+)` \\|").FindAllStringSubmatch(string(text), -1) {
		described = append(described, m[1])
	}
	for _, p := range measure.Parts() {
		parts = append(parts, p.Name)
	}
	if !slices.Equal(described, parts) {
		t.Errorf("described are %v, there are %v", described, parts)
	}
}
