package e2e_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

var scriptAddress = regexp.MustCompile(`<script src="([^"]+)"`)

// scripts lists the addresses of the scripts of a page.
func scripts(t *testing.T, url string) (list []string) {
	t.Helper()
	res, err := http.Get(url)
	check(t, err)
	defer res.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	html, err := io.ReadAll(res.Body)
	check(t, err)
	for _, m := range scriptAddress.FindAllSubmatch(html, -1) {
		list = append(list, string(m[1]))
	}
	if len(list) == 0 {
		t.Fatalf("no scripts in %s", html)
	}
	return list
}

func TestAPageIsLiveHoweverLateItsScriptsCome(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	for _, late := range scripts(t, s.URL+"/lines") {
		isLate := func(r *http.Request) bool { return r.URL.Path == late }
		p := browser.Open(t, "") // new each time, with an empty cache
		release := s.Net.Stall(isLate)
		seen := s.Net.Count(isLate)
		p.Eval("location.href = "+quote(s.URL+"/lines?as=ann"), nil) // the load event will come late
		until(t, "the page asks for "+late, func() bool { return s.Net.Count(isLate) > seen })
		until(t, "the page has everything else", func() bool { return s.Net.Open(cut.Any) == 1 })
		// By now whatever does not wait for the script has happened.
		p.Eval(`new Promise(r => { let n = 10; (function wait() { n-- ? setTimeout(wait) : r() })() })`, nil)
		release()
		live(t, p)
		check(t, fixture.PushLines(s.Visits.Ref("ann"), "pushed"))
		p.WaitText("#count", "1")
		p.Click("#add")
		p.WaitText("#count", "2")
		p.Close()
	}
}

// What a view pushes as it begins is heard however late the application's module comes.
func TestALateModuleHearsWhatWasPushed(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	s.Wire()
	p := browser.Open(t, "")
	isModule := func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/wired.js") }
	release := s.Net.Stall(isModule)
	p.Eval("location.href = "+quote(s.URL+"/wired?as=ann"), nil) // the load event will come late
	until(t, "the page asks for the module", func() bool { return s.Net.Count(isModule) > 0 })
	time.Sleep(500 * time.Millisecond) // time enough to connect without it
	release()
	live(t, p)
	p.WaitFor(`window.begun?.join() === "wired:mounted,wired:connected"`)
}
