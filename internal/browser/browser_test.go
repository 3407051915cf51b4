package browser_test

import (
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/internal/browser"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(browser.Tests{M: m})
}

// site serves bodies by path; "/echo" answers with the session cookie it got.
func site(t testing.TB, bodies map[string]string) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("who"); err == nil {
			w.Header().Set("X-Who", c.Value)
		}
		body, ok := bodies[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, "<!doctype html><title>%s</title><link rel=icon href=data:,><body>%s", r.URL.Path, body)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

const form = `
<p id=out>nothing</p>
<form onsubmit="event.preventDefault(); out.textContent = 'sent ' + new URLSearchParams(new FormData(this))">
<label>Name <input id=name name=name value=old></label>
<textarea id=text name=text>first</textarea>
<input id=day type=date name=day>
<select id=size name=size><option value=s>Small<option value=l>Large</select>
<label><input id=box type=checkbox name=box> Box</label>
<button>Send it</button> <button type=button onclick="out.textContent = 'other'">Other</button>
</form>
<div style="height:3000px"></div>
<a id=far href="/far">Far away</a>`

// Nobody uses what htmx has put into a page and does not listen to yet.
func TestActionsWaitUntilHtmxListens(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(p *browser.Page){
		"Click":  func(p *browser.Page) { p.Click("button") },
		"Fill":   func(p *browser.Page) { p.Fill("#name", "x") },
		"Press":  func(p *browser.Page) { p.Eval(`document.querySelector("#name").focus()`, nil); p.Press("x") },
		"Select": func(p *browser.Page) { p.Select("#size", "Large") },
		"Upload": func(p *browser.Page) { p.Upload("#file", os.DevNull) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := browser.Open(t, site(t, map[string]string{"/": `<div id=new><input id=name><button>b</button><input id=file type=file>
				<select id=size><option value=s>Small<option value=l>Large</select></div>`})+"/")
			p.Eval(`document.getElementById("new").className = "htmx-added";
				for (const type of ["click", "input", "change"]) document.addEventListener(type, () => window.early ??= !window.listens);
				setTimeout(() => { document.getElementById("new").className = ""; window.listens = true }, 200); 0`, nil)
			act(p)
			p.WaitFor(`"early" in window`)
			var early bool
			if p.Eval("window.early", &early); early {
				t.Error("it does not wait")
			}
		})
	}
}

func TestActionsAreWhatAPersonDoes(t *testing.T) {
	t.Parallel()
	p := browser.Open(t, site(t, map[string]string{"/": form, "/far": "arrived"})+"/")
	p.Eval(`document.addEventListener("keydown", e => (window.typed = (window.typed ?? "") + e.key)), 0`, nil)
	p.Fill("#name", "Ada & Co")
	if got := p.Value("#name"); got != "Ada & Co" {
		t.Errorf("value is %q", got)
	}
	var typed string
	if p.Eval("window.typed", &typed); typed != "Ada & Co" {
		t.Errorf("keys were %q", typed)
	}
	var trusted bool
	p.Eval(`document.addEventListener("click", e => window.trusted = e.isTrusted), 0`, nil)
	p.Fill("#text", "a\nb")
	p.Fill("#day", "2026-02-28")
	p.Select("#size", "Large")
	p.Check("#box", true)
	p.Check("#box", true)
	p.ClickText("button", "Send it")
	p.WaitText("#out", "sent name=Ada+%26+Co&text=a%0Ab&day=2026-02-28&size=l&box=on")
	if p.Eval("window.trusted", &trusted); !trusted {
		t.Error("the click was not a real one")
	}
	p.Fill("#name", "")
	p.Check("#box", false)
	p.Click("#name")
	p.Press("Enter")
	p.WaitText("#out", "sent name=&text=a%0Ab&day=2026-02-28&size=l")
	p.ClickText("button", "Other")
	p.WaitText("#out", "other")
	p.ClickText("link", "Far away")
	p.WaitFor(`location.pathname == "/far"`)
	p.WaitText("body", "arrived")
}

// A page that puts something else under the mouse as it comes hears nothing of it.
func TestAClickMeetsWhatItIsFor(t *testing.T) {
	t.Parallel()
	const page = `<button id="wrong">Wrong</button><button id="right">Right</button><p id="out"></p><script>
		const wrong = document.getElementById("wrong"), right = document.getElementById("right"), out = document.getElementById("out")
		document.body.style.margin = 0
		for (const e of [wrong, right]) e.style = "position: fixed; top: 0; width: 100px; height: 50px"
		wrong.style.left = "200px"
		right.addEventListener("mousemove", () => [wrong.style.left, right.style.left] = ["0", "200px"], {once: true})
		for (const type of ["pointerdown", "mousedown", "pointerup", "mouseup", "click", "focus"]) wrong.addEventListener(type, () => out.append(type + " "))
		right.addEventListener("click", () => out.append("right "))
	</script>`
	p := browser.Open(t, site(t, map[string]string{"/": page})+"/")
	p.Click("#right")
	p.WaitText("#out", "right")
	p.Press("Enter") // a click without a mouse
	p.WaitText("#out", "right right")
	p.ClickSlowly("#wrong", func() { p.WaitText("#out", "right right pointerdown mousedown focus") })
	p.WaitText("#out", "right right pointerdown mousedown focus pointerup mouseup click")
}

func TestPressKnowsModifiers(t *testing.T) {
	t.Parallel()
	p := browser.Open(t, site(t, map[string]string{"/": `<input id=a><input id=b autofocus>
		<script>addEventListener("keydown", e => (window.seen ??= []).push((e.ctrlKey ? "C-" : "") + (e.shiftKey ? "S-" : "") + e.key))</script>`})+"/")
	p.WaitFor(`document.activeElement.id == "b"`)
	p.Press("Shift+Tab")
	p.WaitFor(`document.activeElement.id == "a"`)
	p.Press("x")
	p.Press("+")
	p.Press("Control+Enter")
	var seen []string
	p.Eval("seen", &seen)
	if got := strings.Join(seen, " "); got != "S-Tab x S-+ C-Enter" {
		t.Errorf("keys were %q", got)
	}
	if got := p.Value("#a"); got != "x+" {
		t.Errorf("value is %q", got)
	}
}

func TestAnotherTabInFrontHidesForReal(t *testing.T) {
	t.Parallel()
	url := site(t, map[string]string{"/": `<script>window.log = []; document.onvisibilitychange = () => log.push(document.visibilityState)</script>`})
	one := browser.Open(t, url+"/")
	one.WaitFor(`document.visibilityState == "visible" && document.hasFocus()`)
	two := one.NewTab(url + "/")
	one.WaitFor(`log.join() == "hidden"`)
	two.WaitFor(`document.visibilityState == "visible" && document.hasFocus()`)
	one.Front()
	one.WaitFor(`log.join() == "hidden,visible" && document.hasFocus()`)
	two.WaitFor(`log.join() == "hidden"`)
	one.Close()
	two.Front()
	two.WaitFor(`document.visibilityState == "visible"`)
}

func TestEachPersonHasAWindowOfTheirOwn(t *testing.T) {
	t.Parallel()
	url := site(t, map[string]string{"/": "hello"})
	ada, bob := browser.Open(t, url+"/"), browser.Open(t, url+"/")
	ada.Eval(`document.cookie = "who=ada; path=/"`, nil)
	tab := ada.NewTab(url + "/")
	var header string
	const who = `fetch("/").then(r => r.headers.get("X-Who"))`
	if tab.Eval(who, &header); header != "ada" {
		t.Errorf("a tab of the same person sent %q", header)
	}
	header = ""
	if bob.Eval(who, &header); header != "" {
		t.Errorf("another person sent %q", header)
	}
	// Both windows' front tabs are shown and have the focus at once.
	for _, p := range []*browser.Page{tab, bob} {
		p.WaitFor(`document.visibilityState == "visible" && document.hasFocus()`)
	}
}

func TestHistoryAndReload(t *testing.T) {
	t.Parallel()
	url := site(t, map[string]string{"/a": "page a", "/b": "page b"})
	p := browser.Open(t, url+"/a")
	p.Goto(url + "/b")
	p.Back()
	p.WaitText("body", "page a")
	p.Forward()
	p.WaitText("body", "page b")
	p.Eval(`window.mark = 1`, nil)
	p.Reload()
	p.WaitFor(`window.mark === undefined`)
	p.Eval(`history.pushState(0, "", "/c")`, nil)
	p.Back()
	if got := p.URL(); got != url+"/b" {
		t.Errorf("after back: %s", got)
	}
	if got := len(p.Requests()); got < 3 {
		t.Errorf("%d requests in the log", got)
	}
	if got := p.Requests()[0]; got.Method != "GET" || got.URL != url+"/a" || got.Status != 200 {
		t.Errorf("the first request is %+v", got)
	}
}

func TestWithoutScriptsPagesStillWork(t *testing.T) {
	t.Parallel()
	url := site(t, map[string]string{"/": `<p id=p>plain</p><script>p.textContent = "scripted"</script><a href="/next">Next</a>`, "/next": "next"})
	p := browser.Open(t, "")
	p.Scripts(false)
	p.Goto(url + "/")
	p.WaitText("#p", "plain")
	p.ClickText("link", "Next")
	p.WaitText("body", "next")
}

func TestDialogsAreAnswered(t *testing.T) {
	t.Parallel()
	p := browser.Open(t, site(t, map[string]string{"/": `<p id=p></p><button onclick="p.textContent = confirm('Sure?')">Ask</button>`})+"/")
	p.ClickText("button", "Ask")
	p.WaitText("#p", "false")
	p.AcceptDialogs(true)
	p.ClickText("button", "Ask")
	p.WaitText("#p", "true")
	if got := p.Log(); len(got) != 2 || got[0].Text != "confirm: Sure?" {
		t.Errorf("log is %v", got)
	}
}

func TestAppearance(t *testing.T) {
	t.Parallel()
	p := browser.Open(t, site(t, map[string]string{"/": "hello"})+"/")
	p.Viewport(400, 300)
	p.ColorScheme("dark")
	p.WaitFor(`innerWidth == 400 && matchMedia("(prefers-color-scheme: dark)").matches`)
	p.ColorScheme("light")
	p.WaitFor(`matchMedia("(prefers-color-scheme: light)").matches`)
	path := filepath.Join(t.TempDir(), "shots", "page.png")
	p.Screenshot(path)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if got := img.Bounds().Size().String(); got != "(400,300)" {
		t.Errorf("the picture is %s", got)
	}
}

func TestUpload(t *testing.T) {
	t.Parallel()
	p := browser.Open(t, site(t, map[string]string{"/": `<input id=f type=file>`})+"/")
	path := filepath.Join(t.TempDir(), "note.txt")
	if err := os.WriteFile(path, []byte("hi"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Upload("#f", path)
	p.WaitFor(`f.files[0].name == "note.txt" && f.files[0].text().then(s => s == "hi")`)
}
