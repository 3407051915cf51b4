package logs_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/cmd/demo/logs"
	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
)

// log is an open page, with what must be true of it at any time.
type log struct {
	*livetest.Page
	t *testing.T
}

func open(t *testing.T) log {
	t.Helper()
	kit := handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)}))
	return log{livetest.Open(t, site.Routes(kit, nil), "/logs"), t}
}

// part is a piece of the log as the page has it: lines, or a space that is as high.
type part struct {
	first, last int    // numbers of lines
	asks        string // the element that asks for the lines, "" for lines
}

// parts reads what there is from top to bottom and checks it: the lines follow each other,
// they are few, and there is room for all others.
func (l log) parts() (list []part) {
	l.t.Helper()
	next := 1
	add := func(n int, asks string) {
		list = append(list, part{next, next + n - 1, asks})
		next += n
	}
	spaces := func(within string) {
		ids, heights := l.Find(within+" > div").Attrs("id"), l.Find(within+" svg").Attrs("height")
		for i, id := range ids {
			h, err := strconv.Atoi(heights[i])
			if err != nil || h <= 0 || h%24 != 0 {
				l.t.Fatalf("%s is %s high", id, heights[i])
			}
			add(h/24, "#"+id)
		}
	}
	spaces("#above")
	numbers := l.Find("#lines b").Texts()
	if len(numbers) < 1 || len(numbers) > 200 {
		l.t.Fatalf("%d lines are in the page", len(numbers))
	}
	for i, n := range numbers {
		if n != strconv.Itoa(next+i) {
			l.t.Fatalf("line %s stands where %d belongs", n, next+i)
		}
	}
	add(len(numbers), "")
	spaces("#below")
	if total := logs.Total.Get(l.Context()); next != total+1 {
		l.t.Fatalf("there is room for %d lines, and there are %d", next-1, total)
	}
	if len(list) > 50 {
		l.t.Errorf("%d gaps are in the page", len(list)-1)
	}
	return list
}

// lines are the numbers of the first line in the page and the last.
func (l log) lines() (first, last int) {
	l.t.Helper()
	for _, p := range l.parts() {
		if p.asks == "" {
			return p.first, p.last
		}
	}
	return 0, 0
}

func (l log) expect(first, last int) {
	l.t.Helper()
	if f, to := l.lines(); f != first || to != last {
		l.t.Errorf("the page has the lines %d to %d, want %d to %d", f, to, first, last)
	}
}

// look brings a line into view, and what is asked for then until the line is there. It
// returns how often that was.
func (l log) look(number int) (asked int) {
	l.t.Helper()
	for asked = range 100 {
		list := l.parts()
		i := slices.IndexFunc(list, func(p part) bool { return p.first <= number && number <= p.last })
		if list[i].asks == "" {
			return asked
		}
		l.Find(list[i].asks).ScrollTo()
	}
	l.t.Fatalf("line %d does not come", number)
	return asked
}

func TestThePageBeginsWithTheFirstLines(t *testing.T) {
	l := open(t)
	l.expect(1, 100)
	l.Expect("#part", "Lines 1 to 100 of 100,000")
	if n := len(l.HTML()); n > 40_000 {
		t.Errorf("the page has %d bytes", n)
	}
}

func TestLinesComeAndGoInBothDirections(t *testing.T) {
	l := open(t)
	for to := 150; to <= 1000; to += 50 {
		l.Find("#below .strip").ScrollTo()
		l.expect(max(to-199, 1), to)
	}
	for from := 751; from >= 1; from -= 50 {
		l.Find("#above .strip").ScrollTo()
		l.expect(from, from+199)
	}
	l.ExpectNone("#above .strip")
}

func TestScrollingIsCheap(t *testing.T) {
	l := open(t)
	l.look(5000)
	for range 5 {
		l.Find("#below .strip").ScrollTo()
	}
	l.TakeMessages()
	for _, strip := range []string{"#below .strip", "#above .strip", "#below .strip"} {
		l.Find(strip).ScrollTo()
		got := l.TakeMessages()
		if len(got) != 1 || strings.Count(got[0].HTML, "<li") != 50 || got[0].Size() > 50*250 {
			t.Errorf("%d messages: %.3000v", len(got), got)
		}
	}
}

func TestAnyPlaceIsFewStepsAway(t *testing.T) {
	l := open(t)
	most := 0
	for i := range 60 {
		most = max(most, l.look(1+i*7919*i%100_000))
	}
	for _, number := range []int{100_000, 1, 99_999, 50_000, 49_000, 51_000, 100_000, 2, 101} {
		most = max(most, l.look(number))
	}
	if most > 12 {
		t.Errorf("it took up to %d steps", most)
	}
}

func TestALineIsAlwaysTheSame(t *testing.T) {
	l := open(t)
	find := func(n int) string {
		l.look(n)
		return l.Find(fmt.Sprintf("#line-%d", n)).Text()
	}
	before := find(77)
	l.look(60_000)
	l.ExpectNone("#line-77")
	if after := find(77); before != after {
		t.Errorf("first %q, then %q", before, after)
	}
	times := l.Find("#lines time").Texts()
	if !slices.IsSorted(times) {
		t.Errorf("the times are %q", times)
	}
	if levels := l.Find("#lines i").Texts(); !slices.Contains(levels, "ERROR") || !slices.Contains(levels, "INFO") {
		t.Errorf("the levels are %q", levels)
	}
}

// What a browser has seen may be out of date when the server hears of it; and others may
// ask for anything.
func TestWhatIsNotThereAnyMoreIsNotAskedFor(t *testing.T) {
	l := open(t)
	l.look(300)
	first, last := l.lines()
	for _, query := range []string{
		"?event=Later&value=100", "?event=Later&value=-1", "?event=Later&value=99999999999", "?event=Earlier&value=0", "?event=Earlier&value=-50",
		"?event=Reach&value=-1", "?event=Reach&value=123", "?event=Reach&value=100000",
	} {
		if status, text := l.Forge(query, nil); status != http.StatusNoContent {
			t.Errorf("%s: %d %s", query, status, text)
		}
	}
	l.expect(first, last)
	for _, event := range []string{"tick", "Tick"} {
		if status, text := l.Forge("?event="+event, nil); status != http.StatusNotFound {
			t.Errorf("%s: %d %s", event, status, text)
		}
	}
}

func TestJumping(t *testing.T) {
	l := open(t)
	pane := func() string { return l.Find("div.log").Attr("id") }
	before := pane()
	l.Button("Jump to end").Click()
	l.expect(99_901, 100_000)
	if pane() == before || !l.Find("div.log.from-end").Exists() {
		t.Error("the page does not show the end")
	}
	before = pane()
	l.Button("Jump to start").Click()
	l.expect(1, 100)
	if pane() == before || l.Find("div.log.from-end").Exists() {
		t.Error("the page does not show the start")
	}
	// It does also if the same lines were there.
	before = pane()
	l.Button("Jump to start").Click()
	l.expect(1, 100)
	if pane() == before {
		t.Error("the page has not moved")
	}
}

// bubble opens the log where time passes only when everything waits.
func bubble(t *testing.T, f func(t *testing.T, l log)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, open(t)) })
}

func TestFollowing(t *testing.T) {
	bubble(t, func(t *testing.T, l log) {
		time.Sleep(time.Minute)
		l.expect(1, 100) // nothing new for who does not ask
		l.Button("Follow").Click()
		l.Expect("#follow[aria-pressed=true]", "Follow")
		l.expect(99_901, 100_000)
		begin := time.Now()
		last := 100_000
		for range 100 {
			l.WaitFor("a new line", func() bool { return logs.Total.Get(l.Context()) > last })
			first, now := l.lines()
			if now <= last || first != max(now-199, 99_901) {
				t.Fatalf("after line %d the page has the lines %d to %d", last, first, now)
			}
			last = now
		}
		if passed := time.Since(begin).Round(100 * time.Millisecond); passed != 50*time.Second {
			t.Errorf("a hundred times new lines took %v", passed)
		}
		l.TakeMessages()
		time.Sleep(2 * time.Second)
		for _, m := range l.TakeMessages() {
			if m.Size() > 3*250+1500 {
				t.Errorf("new lines took %d bytes: %s", m.Size(), m.HTML)
			}
		}

		l.Button("Follow").Click()
		l.Expect("#follow[aria-pressed=false]", "Follow")
		first, last := l.lines()
		time.Sleep(time.Minute)
		l.expect(first, last)
	})
}

func TestNobodyFollowsWhoDoesNotLook(t *testing.T) {
	bubble(t, func(t *testing.T, l log) {
		l.Button("Follow").Click()
		l.Wait("#total", "100,002")
		l.Hide()
		time.Sleep(10 * time.Minute)
		l.Show()
		l.Wait("#total", "100,003")
		l.expect(99_901, 100_003)
	})
}

func TestWhoGoesBackFollowsNoLonger(t *testing.T) {
	bubble(t, func(t *testing.T, l log) {
		l.Button("Follow").Click()
		time.Sleep(5 * time.Second)
		// As long as the end is in the page, it is followed.
		l.Find("#above .strip").ScrollTo()
		l.Expect("#follow[aria-pressed=true]", "Follow")
		before := logs.Total.Get(l.Context())
		l.WaitFor("a new line", func() bool { return logs.Total.Get(l.Context()) > before })
		l.look(1000)
		l.Expect("#follow[aria-pressed=false]", "Follow")
		first, last := l.lines()
		time.Sleep(time.Minute)
		l.expect(first, last)
	})
}
