package e2e_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/internal/browser"
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

// atOnce is how many tests run at a time: they wait for seconds more than they work, so
// that it may be more than there are processors.
const atOnce = "4"

func run(m *testing.M) int {
	flag.Parse()
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "test.parallel" })
	if !chosen {
		if err := flag.Set("test.parallel", atOnce); err != nil {
			panic(err) // the flag is the testing package's
		}
	}
	code := browser.Tests{M: m}.Run()
	defer func() {
		if dir, err := build(); err == nil {
			_ = os.RemoveAll(dir)
		}
	}()
	// The demo has no page open any more, so it can end in good order, and say what it saw.
	if err := errors.Join(demo.end(), goleak.Find()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return max(code, 1)
	}
	return code
}

// patience is how long a condition may take that is not the browser's to wait for.
const patience = 30 * time.Second

// until waits for a condition of this process.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	if !within(ok) {
		t.Fatalf("not within %v: %s", patience, what)
	}
}

// within waits for a condition and reports whether it came. It asks less and less often,
// since a page that is asked does nothing else.
func within(ok func() bool) bool {
	pause := 5 * time.Millisecond
	limit, again := time.NewTimer(patience), time.NewTimer(pause)
	defer limit.Stop()
	defer again.Stop()
	for !ok() {
		select {
		case <-limit.C:
			return false
		case <-again.C:
			pause = min(pause*3/2, 60*time.Millisecond)
			again.Reset(pause)
		}
	}
	return true
}

// check ends the test for an error that only a mistake of the test explains.
func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// live waits until the page's stream is open.
func live(t *testing.T, p *browser.Page) {
	t.Helper()
	var saw string
	defer func() {
		if t.Failed() {
			t.Logf("the page is not live: %s; its requests: %v", saw, p.Requests())
		}
	}()
	until(t, "the page is live", func() bool {
		p.Eval(`(() => {
			const e = document.getElementById("sb-stream");
			const sse = e?._htmx?.sse;
			if (sse?.reader) return "live";
			return JSON.stringify({state: document.readyState, visible: document.visibilityState, htmx: typeof htmx,
				element: !!e, known: !!e?._htmx, connection: sse && {attempt: sse.attempt, status: sse.status}});
		})()`, &saw)
		return saw == "live"
	})
}

// listens waits until htmx listens to all that it has put into the page. [browser.Page.Click] and the like wait by themselves.
func listens(p *browser.Page) {
	p.WaitFor(`!document.querySelector(".htmx-added")`)
}

// lost are the errors of a page whose connections are cut on purpose.
var lost = []string{"net::ERR_", "htmx:error: Failed to fetch", "htmx:sse:error"}

// watchText begins to note what an element's text becomes; watched returns it.
func watchText(p *browser.Page, selector string) {
	p.Eval(fmt.Sprintf(`(() => {
		const e = document.querySelector(%q);
		window.texts = [];
		new MutationObserver(() => texts.push(e.textContent)).observe(e, {childList: true, characterData: true, subtree: true});
	})()`, selector), nil)
}

func watched(p *browser.Page) (texts []string) {
	p.Eval("window.texts", &texts)
	return texts
}

// mark makes all elements that match known again, see marked.
func mark(p *browser.Page, selector string) {
	p.Eval(fmt.Sprintf(`document.querySelectorAll(%q).forEach((e, i) => { e.known = e.id || i }), 0`, selector), nil)
}

// marked counts the elements that match and were there, under the same id, when they were
// marked.
func marked(p *browser.Page, selector string) (n int) {
	p.Eval(fmt.Sprintf(`[...document.querySelectorAll(%q)].filter((e, i) => e.known === (e.id || i)).length`, selector), &n)
	return n
}

// stay notes on the document itself that it is this one; stayed fails the test if the page
// was loaded again since.
func stay(p *browser.Page) { p.Eval("document.stayed = true", nil) }

func stayed(t *testing.T, p *browser.Page) {
	t.Helper()
	var same bool
	if p.Eval("document.stayed === true", &same); !same {
		t.Error("the page was loaded again")
	}
}

// pageOf matches the requests for a page itself.
func pageOf(path string) cut.Match {
	return func(r *http.Request) bool {
		return r.Method == http.MethodGet && r.URL.Path == path && !cut.Streams(r)
	}
}

var ticket = regexp.MustCompile(`Sideband-Ticket&#34;:&#34;([\w-]+)`)

// shows waits until the page shown is the one that the server has served last, and live.
func shows(t *testing.T, p *browser.Page, net *cut.Proxy, path string) {
	t.Helper()
	until(t, "the page that was served last is shown", func() bool {
		all := net.Exchanges(pageOf(path))
		found := ticket.FindStringSubmatch(all[len(all)-1].Body())
		var attribute string
		p.Eval(`document.body?.getAttribute("hx-headers:inherited") ?? ""`, &attribute)
		return found != nil && strings.Contains(attribute, found[1])
	})
	live(t, p)
}

// quote writes a text, or a list of texts, as JavaScript.
func quote[T string | []string](text T) string {
	b, _ := json.Marshal(text) // texts have no way to fail
	return string(b)
}

// streamOf matches the streams of one page.
func streamOf(path string) cut.Match {
	return func(r *http.Request) bool { return cut.Streams(r) && r.URL.Path == path }
}
