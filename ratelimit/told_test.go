package ratelimit_test

import (
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/ratelimit"
)

// record is a log.
type record struct {
	mu   sync.Mutex
	text strings.Builder
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

// count counts the lines of failures and of their ends.
func (r *record) count() (failures, ends int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	text := r.text.String()
	return strings.Count(text, "level=ERROR"), strings.Count(text, "level=INFO")
}

// Case 475: the log says once that processes do not count together, and once that they do again; not each time if that
// comes and goes.
func TestFailuresAreLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, c := &record{}, &counter{counts: map[string]int{}}
		limit := ratelimit.New(1000, time.Hour, ratelimit.BySession).Share(ratelimit.Windows(c)).LogTo(slog.New(slog.NewTextHandler(log, nil)))
		_, page := open(t, bench{limit})
		for _, step := range []struct {
			what           string
			after          time.Duration
			fails          bool
			failures, ends int
		}{
			{"all is well", 0, false, 0, 0},
			{"it fails", 0, true, 1, 0},
			{"it goes on failing", 10 * time.Minute, true, 1, 0},
			{"it is back", 0, false, 1, 1},
			{"it fails", 0, true, 2, 1},
			{"it is back", 0, false, 2, 2},
			{"it fails soon", 0, true, 2, 2},
			{"it is back soon", 0, false, 2, 2},
			{"it fails soon", 0, true, 2, 2},
			{"it goes on failing", time.Minute, true, 3, 2},
			{"it is back", 0, false, 3, 3},
		} {
			time.Sleep(step.after)
			c.fails = step.fails
			click(page, "Limited", 3)
			if failures, ends := log.count(); failures != step.failures || ends != step.ends {
				t.Fatalf("%s: %d failures and %d ends are logged:\n%s", step.what, failures, ends, log.text.String())
			}
		}
		page.Expect("#done", "33")
		if text := log.text.String(); !strings.Contains(text, "n=1000 per=1h0m0s err=") {
			t.Error("the log does not say which limit, and why:", text)
		}
	})
}

func TestWindowsOfNothingPanic(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	ratelimit.Windows(nil)
}
