package deploy_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/internal/browser"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(browser.Tests{M: m}, goleak.IgnoreAnyFunction("github.com/alexedwards/scs/v2/memstore.(*MemStore).startCleanup"))
}

// patience is how long a test waits for what must come.
const patience = 30 * time.Second

// until waits for a condition of this process.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit, tick := time.NewTimer(patience), time.NewTicker(5*time.Millisecond)
	defer limit.Stop()
	defer tick.Stop()
	for !ok() {
		select {
		case <-limit.C:
			t.Fatalf("not within %v: %s", patience, what)
		case <-tick.C:
		}
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// record is a log that tests look into.
type record struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.String()
}

// complaints are the lines above the level of information.
func (r *record) complaints() (list []string) {
	for line := range strings.Lines(r.String()) {
		if !strings.Contains(line, "level=INFO") {
			list = append(list, line)
		}
	}
	return list
}

// count is how often a text was logged.
func (r *record) count(text string) int { return strings.Count(r.String(), text) }
