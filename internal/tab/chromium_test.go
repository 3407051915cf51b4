package tab_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/htmxdom/chromium"
	"github.com/sideband-go/sideband/internal/tab"
)

// body is a page with what may send requests in it.
const body = `<header hx-headers:inherited='{"Ticket":"t1","Zone":"a"}'><p id="notice"></p><p id="echo">0</p>
<main hx-sync:inherited="this:queue all" hx-swap:inherited="none" hx-target:inherited="#notice">
<button id="plain" hx-post="?event=Plain&value=1">Plain</button>
<button id="named" name="n" value="v" hx-post="/other?event=Named">Named</button>
<button id="vals" hx-post="?event=Vals" hx-vals='{"a":1,"b":"x y"}' hx-headers:append='{"More":"m"}'>Vals</button>
<button id="own" hx-post="?event=Own" hx-headers='{"Zone":"b"}' hx-target="this">Own</button>
<button id="include" hx-post="?event=Include" hx-include="#fields">Include</button>
<button id="get" hx-get="/got?x=1" hx-vals="x:2 y:3">Get</button>
<button id="targets" hx-post="?event=Targets" hx-target="next p">Targets</button><p>Next</p>
<button id="throttled" hx-post="?event=Throttled" hx-trigger="click throttle:30s">Throttled</button>
<button id="once" hx-post="?event=Once" hx-trigger="click once">Once</button>
<a id="link" href="#" hx-post="?event=Link"><i id="inside">Link</i></a>
<div id="from" hx-post="?event=From" hx-trigger="click from:#outer"></div><p id="outer"><b id="inner">Outer</b></p>
<p id="around"><input id="leave" name="leave"></p><i hx-post="?event=Left" hx-trigger="blur from:#leave"></i><i hx-post="?event=No" hx-trigger="blur from:#around, blur from:document"></i><i hx-post="?event=Captured" hx-trigger="blur from:#around capture"></i>
<input id="text" name="text" value="old" hx-post="?event=Text">
<input id="typed" name="typed" hx-post="?event=Typed" hx-trigger="input delay:50ms, change">
<input id="changed" name="changed" hx-post="?event=Changed" hx-trigger="input changed">
<input id="turned" type="checkbox" name="turned" hx-post="?event=Turned" hx-trigger="change changed">
<input id="box" type="checkbox" name="box" hx-post="?event=Box">
<input id="r1" type="radio" name="r" value="1" checked hx-post="?event=Radio"><input id="r2" type="radio" name="r" value="2" hx-post="?event=Radio">
<select id="select" name="select" hx-post="?event=Select"><option>one<option value="2">two</select>
<div id="fields"><input name="f1" value="1"><input name="f2" value="2" disabled><textarea name="f3">a&amp;b</textarea><button name="f4" value="4">no</button></div>
<form id="form" hx-post="?event=Submit"><input id="within" name="one" value="1" hx-post="?event=Within"><input type="hidden" name="two" value="2">
<input type="checkbox" name="three" checked><button id="send" name="by" value="send">Send</button><button id="beside" type="button" hx-post="?event=Beside">Beside</button></form>
</main></header>`

// steps are what a user does, each to the element with this id.
var steps = []struct{ do, id, text string }{
	{"click", "plain", ""},
	{"click", "named", ""},
	{"click", "vals", ""},
	{"click", "own", ""},
	{"click", "include", ""},
	{"click", "get", ""},
	{"click", "targets", ""},
	{"click", "throttled", ""},
	{"click", "throttled", ""},
	{"click", "once", ""},
	{"click", "once", ""},
	{"click", "inside", ""},
	{"click", "inner", ""},
	{"leave", "leave", ""},
	{"change", "text", "new & true"},
	{"change", "typed", "ü"},
	{"change", "changed", "c"},
	{"click", "turned", ""},
	{"click", "turned", ""},
	{"click", "box", ""},
	{"click", "box", ""},
	{"click", "r2", ""},
	{"choose", "select", "2"},
	{"change", "within", "1 2"},
	{"click", "beside", ""},
	{"click", "send", ""},
}

// asked notes requests in a form that does not depend on the browser.
type asked struct {
	mu   sync.Mutex
	list []string
}

func (a *asked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasSuffix(r.URL.Path, ".js"):
		chromium.Scripts(w, r)
	case r.URL.Path == "/" && r.Method == http.MethodGet:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, chromium.Page(body))
	default:
		b, _ := io.ReadAll(r.Body)
		fields, _ := url.ParseQuery(string(b))
		line := fmt.Sprintf("%s %s %s |", r.Method, r.URL.RequestURI(), fields.Encode())
		for _, name := range slices.Sorted(maps.Keys(r.Header)) {
			switch {
			case strings.HasPrefix(name, "Hx-"), name == "Ticket", name == "Zone", name == "More", name == "Accept", name == "Content-Type", name == "Origin":
				line += " " + name + ": " + strings.ReplaceAll(r.Header.Get(name), r.Host, "host")
			}
		}
		a.mu.Lock()
		a.list = append(a.list, line)
		n := len(a.list)
		a.mu.Unlock()
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<hx-partial id="echo" hx-swap="textContent">%d</hx-partial>`, n)
	}
}

func (a *asked) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.list)
}

// quiet are the steps that send nothing: a throttled click, one too many.
func quiet(i int) bool {
	return i > 0 && steps[i] == steps[i-1] && (steps[i].id == "throttled" || steps[i].id == "once")
}

// What the tab asks of a server is what htmx asks of it in Chromium.
func TestRequestsAreThoseOfChromium(t *testing.T) {
	t.Parallel()
	var real, model asked
	srv := httptest.NewServer(&real)
	defer srv.Close()
	p := browser.Open(t, srv.URL+"/")
	p.WaitFor(`document.querySelector("#plain").hasAttribute("data-htmx-powered")`)
	for i, s := range steps {
		n := real.count()
		switch s.do {
		case "click":
			p.Eval(fmt.Sprintf(`document.getElementById(%q).click()`, s.id), nil)
		case "change":
			p.Eval(fmt.Sprintf(`(e => {e.value = %q; for (const t of ["input", "change"]) e.dispatchEvent(new Event(t, {bubbles: true}))})(document.getElementById(%q))`, s.text, s.id), nil)
		case "choose":
			p.Select("#"+s.id, s.text)
		case "leave":
			p.Eval(fmt.Sprintf(`(e => {e.focus(); e.blur()})(document.getElementById(%q))`, s.id), nil)
		}
		if !quiet(i) {
			p.WaitFor(fmt.Sprintf(`+document.getElementById("echo").textContent > %d && !document.querySelector(".htmx-request")`, n))
		}
	}

	srv2 := httptest.NewServer(&model)
	defer srv2.Close()
	m, err := tab.Open(tab.Config{}, srv2.URL+"/")
	must(t, err)
	defer m.Close()
	wait(t, m, "the page", func(v tab.View) bool { return v.Document != nil })
	for i, s := range steps {
		n := model.count()
		find := tab.First("#" + s.id)
		switch s.do {
		case "click":
			err = m.Click(find)
		case "change":
			err = m.Change(find, s.text)
		case "choose":
			err = m.Choose(find, s.text)
		case "leave":
			if err = m.Focus(find); err == nil {
				err = m.Blur()
			}
		}
		if err != nil {
			t.Fatalf("%v: %v", s, err)
		}
		if !quiet(i) {
			wait(t, m, s.id, func(v tab.View) bool {
				return !v.Busy() && len(v.Document.Find(".htmx-request")) == 0 && number(htmxdom.Text(v.Document.ByID("echo"))) > n
			})
		}
	}
	for i := range max(len(real.list), len(model.list)) {
		get := func(list []string) string {
			if i < len(list) {
				return list[i]
			}
			return "nothing"
		}
		if r, m := get(real.list), get(model.list); r != m {
			t.Errorf("request %d: Chromium sends\n\t%s\nand the tab\n\t%s", i, r, m)
		}
	}
}

// leaving is a page whose events are answered by the removal of a field that sends some.
type leaving struct {
	asked
	release chan struct{}
}

func (l *leaving) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		if strings.HasSuffix(r.URL.Path, ".js") {
			chromium.Scripts(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, chromium.Page(`<main hx-sync:inherited="this:queue all" hx-swap:inherited="none" hx-target:inherited="#echo">
<p id="echo">0</p><div id="row"><button id="remove" hx-post="?remove">Remove</button></div><button id="other" hx-post="?other">Other</button><button id="third" hx-post="?third">Third</button></main>`))
		return
	}
	l.mu.Lock()
	l.list = append(l.list, r.URL.RawQuery)
	n := len(l.list)
	l.mu.Unlock()
	if n == 1 {
		<-l.release
	}
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprintf(w, `<hx-partial hx-target="#row" hx-swap="delete"></hx-partial><hx-partial id="echo" hx-swap="textContent">%d</hx-partial>`, n)
}

// An event whose element leaves the page while it waits goes on in a queue of its own, and
// those behind it wait until the next event: in Chromium too.
func TestAnEventWhoseElementIsGoneInChromium(t *testing.T) {
	t.Parallel()
	l := &leaving{release: make(chan struct{})}
	srv := httptest.NewServer(l)
	defer srv.Close()
	p := browser.Open(t, srv.URL+"/")
	p.WaitFor(`document.querySelector("#other").hasAttribute("data-htmx-powered")`)
	p.Eval(`document.getElementById("remove").click(), document.getElementById("remove").click(), document.getElementById("other").click()`, nil)
	close(l.release)
	p.WaitText("#echo", "2")
	p.WaitFor(`!document.querySelector(".htmx-request")`)
	p.Click("#third")
	p.WaitText("#echo", "4")
	if got := strings.Join(l.list, " "); got != "remove remove third other" {
		t.Errorf("Chromium sends %s", got)
	}
}

func number(s string) (n int) {
	_, _ = fmt.Sscan(s, &n)
	return n
}
