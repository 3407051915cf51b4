package tab_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/htmxdom/chromium"
	"github.com/sideband-go/sideband/internal/tab"
)

// forms is a page of forms. What the browser itself sends goes to /native, what htmx sends to /event.
const forms = `<div hx-swap:inherited="none">
<form id="two" method="post" action="/native/two?a=1" hx-post="/event/two"><noscript><input type="hidden" name="ticket" value="t"></noscript>
<input id="two-text" name="text" value="x" required><input type="file" name="file" aria-label="File"><textarea name="area">a
b</textarea><input type="hidden" name="empty">
<button id="two-first" name="by" value="first">First</button><input type="submit" id="two-input" name="by">
<button id="two-free" name="by" value="free" formnovalidate formaction="/native/free">Free</button>
<button id="two-event" name="by" value="event" hx-post="/event/button">Event</button></form>
<form id="tied" method="post" action="/native/tied" enctype="multipart/form-data" hx-post="/event/tied"></form>
<fieldset disabled><legend><input form="tied" name="legend" value="1"></legend><input form="tied" name="off" value="2"></fieldset>
<input id="tied-text" form="tied" name="text" value="t" hx-post="/event/field" hx-trigger="input delay:30s, change, blur once">
<input id="lonely" form="none" name="lonely" value="l" hx-post="/event/lonely">
<button id="tied-go" form="tied" name="go" value="1">Tied</button><input type="file" form="tied" name="file" aria-label="File">
<form id="get" action="/native/get?gone=1"><input id="get-q" name="q" value="a b"><button id="get-go" formmethod="nonsense">Get</button></form>
<form id="validate" action="/native/validate" hx-post="/event/validate" hx-trigger="change"><input id="validate-a" name="a" required><input id="validate-b" type="checkbox" name="b"></form>
<form id="check" method="post" action="/native/check">
<input id="email" type="email" name="email" required>
<input id="age" type="number" name="age" min="18" max="99" step="2">
<input id="code" name="code" pattern="[a-z]+" minlength="3">
<input id="url" type="url" name="url">
<input id="date" type="date" name="date" min="2026-01-01">
<input id="time" type="time" name="time" step="900">
<input id="week" type="week" name="week" min="2026-W02" step="2">
<input name="readonly" required readonly><input name="disabled" required disabled>
<select id="country" name="country" required><option value="">Choose<option value="DE">Germany</select>
<input id="r1" type="radio" name="role" value="a"><input id="r2" type="radio" name="role" value="b" required>
<input id="terms" type="checkbox" name="terms" required>
<button id="check-go">Check</button></form></div>`

// formSteps are what a user does to them: to type, click or leave the element with this id. After a step
// with a "!" at its end nothing is sent.
var formSteps = [][3]string{
	{"click", "two-first"},
	{"click", "two-input"},
	{"click", "two-free"},
	{"click", "two-event"},
	{"enter", "two-text"},
	{"fill", "two-text", "!"},
	{"click", "two-first", "!"},
	{"click", "two-free"},
	{"click", "tied-go"},
	{"click", "get-go"},
	{"enter", "get-q"},
	{"click", "check-go", "!"},
	{"fill", "email", "ann!"},
	{"click", "check-go", "!"},
	{"fill", "email", "ann@example.org!"},
	{"fill", "age", "17!"},
	{"click", "check-go", "!"},
	{"fill", "age", "19!"},
	{"click", "check-go", "!"},
	{"fill", "age", "100!"},
	{"click", "check-go", "!"},
	{"fill", "age", "20!"},
	{"fill", "code", "ab!"},
	{"click", "check-go", "!"},
	{"fill", "code", "ABC!"},
	{"click", "check-go", "!"},
	{"fill", "code", "abc!"},
	{"fill", "url", "example.org!"},
	{"click", "check-go", "!"},
	{"fill", "url", "mailto:ann@example.org!"},
	{"fill", "date", "2025-12-31!"},
	{"click", "check-go", "!"},
	{"fill", "date", "2026-01-01!"},
	{"fill", "time", "12:20!"},
	{"click", "check-go", "!"},
	{"fill", "time", "12:30!"},
	{"fill", "week", "2026-W03!"},
	{"click", "check-go", "!"},
	{"fill", "week", "2026-W04!"},
	{"click", "check-go", "!"},
	{"choose", "country", "DE!"},
	{"click", "check-go", "!"},
	{"click", "r1", "!"},
	{"click", "check-go", "!"},
	{"click", "terms", "!"},
	{"click", "check-go"},
}

// liveSteps are those that only htmx answers.
var liveSteps = [][3]string{
	{"type", "tied-text", "a"}, // its change, and that it is left
	{"type", "tied-text", "b"}, // its change alone
	{"type", "lonely", "m"},
	{"click", "validate-b", "!"}, // the form is not valid
	{"fill", "validate-a", "a"},
	{"click", "validate-b"},
}

// echoing serves the forms, notes what is asked and says in each answer how often that was.
type echoing struct {
	mu   sync.Mutex
	list []string
}

func (e *echoing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasSuffix(r.URL.Path, ".js"):
		chromium.Scripts(w, r)
		return
	case r.URL.Path == "/":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		io.WriteString(w, chromium.Page(fmt.Sprintf(`<p id="echo">%d</p>`, e.count())+forms))
		return
	}
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	files := ""
	if kind == "multipart/form-data" {
		if err := r.ParseMultipartForm(1 << 16); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		for name, f := range r.MultipartForm.File {
			files += fmt.Sprintf(" file %s %q", name, f[0].Filename)
		}
	} else if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	e.mu.Lock()
	e.list = append(e.list, fmt.Sprintf("%s %s %s %s%s", r.Method, r.URL.RequestURI(), kind, r.PostForm.Encode(), files))
	n := len(e.list)
	e.mu.Unlock()
	if strings.HasPrefix(r.URL.Path, "/native") {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprintf(w, `<hx-partial id="echo" hx-swap="textContent">%d</hx-partial>`, n)
}

func (e *echoing) count() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.list)
}

// A browser submits forms, or does not, as Chromium does: with htmx and where no scripts run.
func TestFormsAreThoseOfChromium(t *testing.T) {
	t.Parallel()
	for name, scripts := range map[string]bool{"with scripts": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			steps := formSteps
			if scripts {
				steps = append(steps[:len(steps):len(steps)], liveSteps...)
			}
			var real, model echoing
			chromiumFoci := workChromium(t, &real, scripts, steps)
			foci := workTab(t, &model, scripts, steps)
			for i, s := range steps {
				if foci[i] != chromiumFoci[i] {
					t.Errorf("after %q Chromium has the focus on %q, and the tab on %q", s, chromiumFoci[i], foci[i])
				}
			}
			if r, m := strings.Join(real.list, "\n\t"), strings.Join(model.list, "\n\t"); r != m {
				t.Errorf("Chromium asks\n\t%s\nand the tab\n\t%s", r, m)
			}
		})
	}
}

// requests is how many requests a step leads to.
func requests(step [3]string) int {
	switch {
	case strings.HasSuffix(step[2], "!"):
		return 0
	case step[0] == "type" && step[2] == "a":
		return 2
	}
	return 1
}

func workChromium(t *testing.T, s *echoing, scripts bool, steps [][3]string) (foci []string) {
	t.Helper()
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	p := browser.Open(t, "")
	p.Scripts(scripts)
	p.Goto(srv.URL + "/")
	for _, step := range steps {
		p.WaitFor(fmt.Sprintf(`document.readyState == "complete" && (!%v || document.querySelector("#two")?.hasAttribute("data-htmx-powered"))`, scripts))
		n := s.count() + requests(step)
		id, text := "#"+step[1], strings.TrimSuffix(step[2], "!")
		switch step[0] {
		case "click":
			p.Click(id)
		case "enter":
			p.Eval(fmt.Sprintf(`document.querySelector(%q).focus()`, id), nil)
			p.Press("Enter")
		case "fill":
			p.Fill(id, text)
			p.Eval(`document.activeElement.blur()`, nil)
		case "type":
			p.Fill(id, text)
			p.Press("Tab")
			p.Eval(`document.activeElement.blur()`, nil)
		case "choose":
			p.Select(id, text)
		}
		p.WaitFor(fmt.Sprintf(`document.querySelector("#echo")?.textContent == "%d" && !document.querySelector(".htmx-request")`, n))
		var focus string
		p.Eval(`document.activeElement == document.body ? "" : document.activeElement.id`, &focus)
		foci = append(foci, focus)
	}
	return foci
}

func workTab(t *testing.T, s *echoing, scripts bool, steps [][3]string) (foci []string) {
	t.Helper()
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	p, err := tab.Open(tab.Config{WithoutScripts: !scripts}, srv.URL+"/")
	must(t, err)
	defer p.Close()
	wait(t, p, "the page", func(v tab.View) bool { return v.Document != nil })
	for _, step := range steps {
		n := s.count() + requests(step)
		find, text := tab.First("#"+step[1]), strings.TrimSuffix(step[2], "!")
		must(t, p.Focus(find))
		switch step[0] {
		case "click":
			must(t, p.Click(find))
		case "enter":
			must(t, p.Enter(find))
		case "fill", "type":
			must(t, p.Change(find, text))
			must(t, p.Blur())
		case "choose":
			must(t, p.Choose(find, text))
		}
		wait(t, p, fmt.Sprint(step), func(v tab.View) bool {
			return !v.Loading && !v.Busy() && v.Document != nil && htmxdom.Text(v.Document.ByID("echo")) == fmt.Sprint(n)
		})
		p.Read(func(v tab.View) {
			focus := ""
			if f := v.Document.Focus(); f != nil {
				focus, _ = htmxdom.Attr(f, "id")
			}
			foci = append(foci, focus)
		})
	}
	return foci
}
