package tab_test

import (
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sideband-go/sideband/internal/browser"
	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/htmxdom/chromium"
	"github.com/sideband-go/sideband/internal/tab"
)

var (
	walkSeed  = flag.Uint64("walkseed", 1, "seed of the walk through pages and patches")
	walkSteps = flag.Int("walksteps", 60, "its steps")
)

// patches are links and buttons that change the address of their page without a load, and some that load another.
const patches = `<!doctype html><html><head><title>%s</title><link rel="icon" href="data:,">
<meta name="htmx-config" content='` + chromium.Config + `'>
<script src="/htmx.min.js"></script><script src="/hx-sse.min.js"></script>
<script>
const ask = window.fetch
window.asking = 0
window.fetch = (...a) => { asking++; return ask(...a).finally(() => setTimeout(() => asking--, 50)) }
addEventListener("unload", () => {}) // keeps the page from the back/forward cache
</script></head>
<body hx-headers:inherited='{"Ticket":"t1"}'><p id="notice"></p>
<main id="main" hx-sync:inherited="this:queue all" hx-swap:inherited="none" hx-target:inherited="#notice" hx-status:4xx:inherited="push:false">
<a id="two" href="/list?page=2" hx-get="/list?page=2" hx-push-url="true">2</a>
<a id="three" href="/list?page=3" hx-get="/list?page=3" hx-push-url="true">3</a>
<a id="relative" href="?page=4" hx-get="?page=4" hx-push-url="true">4</a>
<a id="anchored" href="/list?page=5#part" hx-get="/list?page=5#part" hx-push-url="true">5</a>
<a id="nine" href="/list?page=9" hx-get="/list?page=9" hx-replace-url="true">9</a>
<a id="item" href="/list/7?page=2" hx-get="/list/7?page=2" hx-push-url="true">Item</a>
<a id="denied" href="/denied" hx-get="/denied" hx-push-url="true">Denied</a>
<a id="stay" href="/stay" hx-get="/stay" hx-push-url="true">Stay</a>
<a id="moved" href="/moved" hx-get="/moved" hx-push-url="true">Moved</a>
<button id="event" hx-post="?event=Event">Event</button>
<button id="patch" hx-post="?event=Patch">Patch</button>
<button id="quiet" hx-post="?event=Quiet">Quiet</button>
<button id="own" hx-post="?event=Own">Own</button>
<button id="swap" hx-post="?event=Swap">Swap</button>
<button id="reload" hx-post="?event=Reload">Reload</button>
<button id="leave" hx-post="?event=Leave">Leave</button>
<form id="search" action="/list" hx-get="/list?z=1&q=gone&a=~*" hx-push-url="true"><input id="q" name="q" value="red &amp; blue~*"><button id="go">Go</button></form>
<a id="nav" href="/other?n=1" hx-get="/other?n=1" hx-target="body" hx-swap="outerSync show:top" hx-push-url="true">Other</a>
<a id="navpart" href="/other?n=2#part" hx-get="/other?n=2#part" hx-target="body" hx-swap="outerSync show:top transition:true" hx-push-url="true">Other, part</a>
<a id="navmoved" href="/moved" hx-get="/moved" hx-target="body" hx-swap="outerSync show:top" hx-push-url="true">Other, moved</a>
<a id="navload" href="/away" hx-get="/away" hx-target="body" hx-swap="outerSync show:top" hx-push-url="true">Away</a>
<button id="walk" hx-post="?event=Walk">Walk</button>
<a id="top" href="/list?page=10" hx-get="/list?page=10" hx-push-url="true" hx-target="#visit">Top</a>
<a id="plain" href="/plain">Plain</a> <a id="start" href="/list">List</a> <a id="hash" href="#part">Part</a>
</main><div id="visit" hidden></div><div id="left" hidden hx-swap:inherited="none" hx-target:inherited="#notice"></div><p id="part">Part</p>%s</body></html>`

// walked notes what is asked for on a walk.
type walked struct {
	mu    sync.Mutex
	list  []string
	loads int
}

func (s *walked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, ".js") {
		chromium.Scripts(w, r)
		return
	}
	h := r.Header
	restores := h.Get("HX-History-Restore-Request") != ""
	line := r.Method + " " + r.URL.RequestURI()
	for _, name := range []string{"HX-Request", "HX-History-Restore-Request", "HX-Request-Type", "HX-Source", "HX-Target", "HX-Current-URL", "Ticket"} {
		if v := h.Get(name); v != "" {
			line += " " + name + ": " + strings.ReplaceAll(v, r.Host, "host")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, line)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	whole := h.Get("HX-Request-Type") == "full" && r.URL.Path == "/other" // also when the user has gone back to it
	if h.Get("HX-Request") == "" && !restores || whole {
		if !whole {
			s.loads++
		}
		more := ""
		if r.URL.Path == "/plain" {
			more = `<input id="auto" autofocus>`
		}
		fmt.Fprintf(w, patches, r.URL.Path, more)
		return
	}
	status := http.StatusNoContent
	switch {
	case r.URL.Path == "/denied":
		status = http.StatusForbidden
	case r.URL.Path == "/stay":
		w.Header().Set("HX-Push-Url", "false")
	case r.URL.Path == "/away":
		w.Header().Set("HX-Redirect", "/plain")
	case h.Get("HX-Target") == "div#visit":
		w.Header().Set("HX-Reswap", "beforeend swapEmpty:true show:top showTarget:window")
		w.WriteHeader(http.StatusOK)
		return
	case r.URL.Path == "/moved" && h.Get("HX-Request-Type") == "full":
		w.Header().Set("Location", "/other?n=3")
		status = http.StatusSeeOther
	case r.URL.Path == "/moved":
		w.Header().Set("Location", "/list?page=8")
		status = http.StatusSeeOther
	}
	event := ""
	if r.Method == http.MethodPost {
		event = r.URL.Query().Get("event")
	}
	switch event {
	case "Patch":
		w.Header().Set("HX-Push-Url", "/list?page=6")
	case "Quiet":
		w.Header().Set("HX-Replace-Url", "?page=7")
	case "Own":
		w.Header().Set("HX-Push-Url", "true")
	case "Swap":
		status = http.StatusOK
	case "Walk":
		w.Header().Set("HX-Reswap", "none swapEmpty:false")
		w.WriteHeader(http.StatusOK)
		io.WriteString(w, `<hx-partial id="left" hx-swap="beforeend"><i hx-get="/other?n=4" hx-target="body" hx-swap="outerSync show:top" hx-push-url="true" hx-sync="main:queue all" hx-trigger="load"></i></hx-partial>`)
		return
	case "Reload":
		w.Header().Set("HX-Refresh", "true")
	case "Leave":
		w.Header().Set("HX-Redirect", "/plain")
	}
	w.WriteHeader(status)
	if status == http.StatusOK {
		io.WriteString(w, `<hx-partial id="notice" hx-swap="textContent">swapped</hx-partial>`)
	}
}

// asked is what was asked for, and how many pages were loaded.
func (s *walked) asked() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprintf("%d loads\n\t%s", s.loads, strings.Join(s.list, "\n\t"))
}

// newest is what was asked for last.
func (s *walked) newest() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.list[len(s.list)-1]
}

func (s *walked) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list, s.loads = nil, 0
}

// A walk through pages and patches, back and forth, is that of Chromium: the address, the history, the focus, and
// what is asked of the server.
func TestNavigationIsThatOfChromium(t *testing.T) {
	t.Parallel()
	t.Logf("%d steps, -walkseed=%d", *walkSteps, *walkSeed)
	var real, model walked
	srv, srv2 := httptest.NewServer(&real), httptest.NewServer(&model)
	t.Cleanup(srv.Close)
	t.Cleanup(srv2.Close)
	p := browser.Open(t, srv.URL+"/list")
	p.AllowErrors("403")
	m, err := tab.Open(tab.Config{}, srv2.URL+"/list")
	must(t, err)
	defer m.Close()
	const powered = `window.asking === 0 && document.readyState == "complete" && document.querySelector("#two")?.hasAttribute("data-htmx-powered")`
	const state = `[location.pathname + location.search + location.hash, history.length, !!history.state?.htmx, document.activeElement?.id ?? "", document.querySelector("#notice").textContent, document.title].join(" ")`
	rest := func() {
		wait(t, m, "rest", func(v tab.View) bool { return !v.Loading && !v.Busy() && v.Document != nil })
	}
	rest()
	p.WaitFor(powered)
	var before int
	p.Eval("history.length", &before) // what the browser has opened first
	before--
	inTab := func() (s string) {
		rest()
		m.Read(func(v tab.View) {
			focus := ""
			if f := v.Document.Focus(); f != nil {
				focus, _ = htmxdom.Attr(f, "id")
			}
			s = focus + " " + htmxdom.Text(v.Document.ByID("notice")) + " " + v.Document.Title()
			_, s2, _ := strings.Cut(strings.TrimPrefix(v.URL, "http://"), "/")
			s = "/" + s2 + " %d %v " + s
		})
		length, _, marked := m.History()
		return fmt.Sprintf(strings.NewReplacer("%26", "%%26", "%7E", "%%7E").Replace(s), length+before, marked)
	}
	random := rand.New(rand.NewPCG(*walkSeed, 0))
	links := []string{"two", "three", "relative", "anchored", "nine", "item", "denied", "stay", "moved", "event", "patch", "quiet", "own", "swap", "reload", "leave", "go", "plain", "start", "hash", "nav", "navpart", "navmoved", "navload", "walk", "top"}
	for i := range *walkSteps {
		length, at, _ := m.History()
		name, burst := "", false
		switch n := random.IntN(20); {
		case n < 5 && at > 0:
			name = "back"
			must(t, m.Back())
			p.Back()
		case n < 8 && at+1 < length:
			name = "forward"
			must(t, m.Forward())
			p.Forward()
		case n < 10 && at > 1:
			name = "two back"
			must(t, m.Go(-2))
			p.Eval("void setTimeout(() => history.go(-2))", nil)
		case n == 10 && m.Patched(2):
			name, burst = "back, back and forward, quickly", true
			must(t, m.Back())
			must(t, m.Back())
			must(t, m.Forward())
			for _, step := range []string{"back", "back", "forward"} {
				var moved string
				p.Eval(`new Promise(done => { navigation.addEventListener("currententrychange", () => done(location.href), {once: true}); history.`+step+`() })`, &moved)
			}
		case n == 12: // the event is posted to where the page is by then
			name = "item, and an event at once"
			model.mu.Lock() // the first is not answered before the second is sent
			must(t, m.Click(tab.First("#item")))
			must(t, m.Click(tab.First("#event")))
			model.mu.Unlock()
			p.Eval(`for (const id of ["item", "event"]) { document.getElementById(id).focus(); document.getElementById(id).click() }`, nil)
		case n == 11:
			name = "reload"
			must(t, m.Reload())
			p.Reload()
		default:
			name = links[random.IntN(len(links))]
			must(t, m.Click(tab.First("#"+name)))
			p.Click("#" + name)
		}
		asked := (*walked).asked
		if burst {
			asked = (*walked).newest
		}
		want := inTab()
		p.WaitFor(fmt.Sprintf("%s && %s === %q", powered, state, want))
		for limit := time.Now().Add(20 * time.Second); asked(&real) != asked(&model) && time.Now().Before(limit); {
			time.Sleep(10 * time.Millisecond)
		}
		p.WaitFor(fmt.Sprintf("%s && %s === %q", powered, state, want))
		if got, want := asked(&real), asked(&model); got != want {
			t.Fatalf("step %d: %s: Chromium asks for\n%s\nand the tab for\n%s", i, name, got, want)
		}
		t.Logf("step %d: %s: %s %s", i, name, want, asked(&real))
		real.forget()
		model.forget()
	}
}
