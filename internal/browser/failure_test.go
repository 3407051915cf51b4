package browser_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sideband-go/sideband/internal/browser"
)

// witness is a testing.TB that remembers failures instead of having them.
type witness struct {
	testing.TB
	mu       sync.Mutex
	failures []string
	cleanups []func()
}

func (w *witness) Helper()                   {}
func (w *witness) Context() context.Context  { return context.Background() }
func (w *witness) Cleanup(f func())          { w.cleanups = append(w.cleanups, f) }
func (w *witness) Errorf(f string, a ...any) { w.note(fmt.Sprintf(f, a...)) }
func (w *witness) Fatalf(f string, a ...any) { w.note(fmt.Sprintf(f, a...)); runtime.Goexit() }
func (w *witness) Fatal(a ...any)            { w.note(fmt.Sprint(a...)); runtime.Goexit() }
func (w *witness) note(s string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failures = append(w.failures, s)
}

// watch runs test as a test of its own and returns what it failed with.
func watch(t *testing.T, test func(testing.TB)) []string {
	t.Helper()
	w := &witness{TB: t}
	var done sync.WaitGroup
	done.Go(func() { test(w) })
	done.Wait()
	for i := len(w.cleanups) - 1; i >= 0; i-- {
		w.cleanups[i]()
	}
	return w.failures
}

const broken = `<p id=p>shown</p><button id=off disabled>Off</button><div style="position:relative"><button id=under>Under</button>
<div id=cover style="position:absolute;inset:0"></div></div>
<script>console.warn("careful"); console.error("broken", {a: 1}); setTimeout(() => { throw new Error("thrown") }); fetch("/missing")</script>`

func TestErrorsInThePageFailTheTest(t *testing.T) {
	t.Parallel()
	url := site(t, map[string]string{"/": broken}) + "/"
	visit := func(allow func(*browser.Page)) func(testing.TB) {
		return func(tb testing.TB) {
			p := browser.Open(tb, url)
			p.WaitFor(`fetch("/missing").then(() => true)`)
			allow(p)
		}
	}
	got := strings.Join(watch(t, visit(func(*browser.Page) {})), "\n")
	for _, want := range []string{"error (console): broken", "error (exception): Uncaught Error: thrown", "GET " + url + "missing answered 404"} {
		if !strings.Contains(got, want) {
			t.Errorf("no failure says %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "careful") {
		t.Errorf("a warning failed the test:\n%s", got)
	}
	if got := watch(t, visit(func(p *browser.Page) { p.AllowErrors("broken", "thrown", "404") })); len(got) != 0 {
		t.Errorf("allowed errors failed the test: %q", got)
	}
	if got := watch(t, visit(func(p *browser.Page) { p.AllowErrors() })); len(got) != 0 {
		t.Errorf("allowed errors failed the test: %q", got)
	}
	if got := watch(t, visit(func(p *browser.Page) { p.AllowErrors("broken", "thrown") })); !strings.Contains(strings.Join(got, ""), "404") {
		t.Errorf("an error that was not allowed passed: %q", got)
	}
}

func TestAFailingWaitTellsWhatItSaw(t *testing.T) {
	t.Parallel()
	url := site(t, map[string]string{"/": broken}) + "/"
	for name, c := range map[string]struct {
		do   func(*browser.Page)
		want string
	}{
		"other text":      {func(p *browser.Page) { p.WaitText("#p", "hidden") }, `last saw: "shown"`},
		"missing":         {func(p *browser.Page) { p.Text("#none") }, "last saw: no such element"},
		"false condition": {func(p *browser.Page) { p.WaitFor("1 > 2") }, "last saw: false"},
		"throws":          {func(p *browser.Page) { p.WaitFor("nowhere.x") }, "nowhere is not defined"},
		"disabled":        {func(p *browser.Page) { p.Click("#off") }, "last saw: a disabled element"},
		"covered":         {func(p *browser.Page) { p.Click("#under") }, `covered by <div id="cover"`},
		"other name":      {func(p *browser.Page) { p.ClickText("button", "On") }, `only ["Off","Under"]`},
		"console":         {func(p *browser.Page) { p.WaitCount("#p", 2) }, "log: warning (console): careful"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// A slow machine may have seen nothing before the wait is over.
			for limit := 300 * time.Millisecond; ; limit *= 4 {
				failures := watch(t, func(tb testing.TB) {
					p := browser.Open(tb, url)
					p.AllowErrors()
					c.do(p.Within(limit))
				})
				if len(failures) == 1 && strings.Contains(failures[0], c.want) {
					return
				}
				if len(failures) != 1 || !strings.Contains(failures[0], "last saw: nothing yet") || limit > 10*time.Second {
					t.Fatalf("failures %q do not say %q", failures, c.want)
				}
			}
		})
	}
}
