// Package chromium applies messages to pages with the real htmx in a real
// Chromium, many a second, for comparison with the model in package htmxdom.
//
// Each case gets a fresh body in one long-lived document. So what happens
// only when a page is loaded (scripts in it run, its head counts) is left out,
// but the elements, htmx and the browser's own rules are the real ones.
package chromium

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/internal/browser"
	"github.com/sideband-go/sideband/internal/htmxdom"
)

// Case is a page, what a user does to it, and the messages that then come.
type Case struct {
	Page     string
	Setup    []htmxdom.Gesture
	Messages []string
	Then     [][]htmxdom.Gesture // what the user does after each message, if anything
}

// Result is what became of a case. Its fields mean what the methods of
// htmxdom.Document with the same names return.
type Result struct {
	HTML   string // BodyHTML
	Exact  string // ExactBody
	Title  string
	Kept   []string          // since just before the first message
	Nodes  []int             // see htmxdom.Document.Trace
	Focus  string            // the id of the focused element, "?tag" for one without, or empty
	Values map[string]string // by id
	// Controls and Posted are what all controls show, and what the forms would post.
	Controls []string
	Posted   []string
	Errors   []string // what htmx threw, one for each message, empty where it did not
}

// Config is the content of the htmx-config element of the pages that Run uses:
// the one of the kit's shell.
const Config = `{"defaultTimeout":15000,"prefix":"","extensions":"sse","morphIgnore":["data-htmx-powered","open","data-js-"],"morphSkip":"[hx-morph-skip],#sb-park:has(#sb-hold)~* [id]","morphSkipChildren":"[sb-skip],[sb-ignore]"}`

//go:embed run.js
var script string

// batch is how many cases go into one evaluation, which takes a second or two;
// limit is how long it may take where other tests use up the machine.
const (
	batch = 25
	limit = 3 * time.Minute
)

// Run runs the cases one after another and returns their results in order. It
// may be called from parallel tests.
func Run(t testing.TB, cases []Case) []Result {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(serve))
	t.Cleanup(srv.Close)
	p := browser.Open(t, srv.URL+"/").Within(limit)
	// htmx logs what it throws, which Result has, and Chromium complains of SVG
	// attributes that it cannot read.
	p.AllowErrors("htmx:", "Error: <")
	p.WaitFor(`window.htmx && document.activeElement.id == "first"`)
	results := make([]Result, 0, len(cases))
	for start := 0; start < len(cases); start += batch {
		part, err := json.Marshal(cases[start:min(start+batch, len(cases))])
		if err != nil {
			t.Fatal(err)
		}
		var got []Result
		p.Eval(fmt.Sprintf("runCases(%s)", part), &got)
		results = append(results, got...)
	}
	return results
}

// Model runs a case through the model and returns what Run is to return.
func Model(c Case) (Result, error) {
	d, err := htmxdom.Parse(c.Page)
	if err != nil {
		return Result{}, err
	}
	d.Do(c.Setup...)
	then, elements := d.Identity(), d.Elements()
	r := Result{Errors: []string{}}
	for i, m := range c.Messages {
		text := ""
		if err := d.Apply(m); err != nil {
			text = err.Error()
		}
		r.Errors = append(r.Errors, text)
		if i < len(c.Then) {
			d.Do(c.Then[i]...)
		}
	}
	r.HTML, r.Exact, r.Title = d.BodyHTML(), d.ExactBody(), d.Title()
	r.Kept, r.Nodes, r.Values = d.Kept(then), d.Trace(elements), d.Values()
	r.Controls, r.Posted = d.Controls(), d.Posted()
	if f := d.Focus(); f != nil {
		id, _ := htmxdom.Attr(f, "id")
		if r.Focus = id; id == "" {
			r.Focus = "?" + f.Data
		}
	}
	return r, nil
}

// Page is a page with this body that loads the real htmx and hx-sse, configured
// as the kit's shell does. What it loads comes from Scripts.
func Page(body string) string {
	return `<!doctype html><title>Page</title><link rel="icon" href="data:,">
<meta name="htmx-config" content='` + Config + `'>
<script src="/htmx.min.js"></script><script src="/hx-sse.min.js"></script>
<body>` + body + `</body>`
}

// Scripts serves what Page loads.
func Scripts(w http.ResponseWriter, r *http.Request) {
	path, err := vendored(strings.TrimPrefix(r.URL.Path, "/"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	http.ServeFile(w, r, path)
}

func serve(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		// The autofocus uses up the browser's one attempt at it, so that it does
		// not act on its own when a case brings such an element.
		_, _ = io.WriteString(w, Page(`<input id="first" autofocus><script>`+script+`</script>`))
	case "/htmx.min.js", "/hx-sse.min.js":
		Scripts(w, r)
	default:
		// Whatever triggers in the cases ask for.
		w.WriteHeader(http.StatusNoContent)
	}
}

// vendored finds a file of the module's static folder from a test's directory.
func vendored(name string) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "static", name), nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("chromium: no go.mod above the working directory, where static/%s would be", name)
		}
	}
}

// Diff says how two results of one case differ, or is empty. What htmx threw
// is compared only by whether it did.
func (r Result) Diff(other Result) string {
	var b strings.Builder
	compare := func(what string, x, y any) {
		p, _ := json.Marshal(x)
		q, _ := json.Marshal(y)
		if string(p) != string(q) {
			fmt.Fprintf(&b, "%s:\n\t%s\n\t%s\n", what, p, q)
		}
	}
	threw := func(r Result) (out []bool) {
		for _, e := range r.Errors {
			out = append(out, e != "")
		}
		return out
	}
	if compare("threw", threw(r), threw(other)); b.Len() > 0 {
		compare("errors", r.Errors, other.Errors)
	}
	if r.Exact != other.Exact {
		fmt.Fprintf(&b, "exact:\n\t%s\n\t%s\n", r.Exact, other.Exact)
	}
	if r.HTML != other.HTML {
		fmt.Fprintf(&b, "HTML:\n\t%s\n\t%s\n", r.HTML, other.HTML)
	}
	compare("title", r.Title, other.Title)
	compare("kept", r.Kept, other.Kept)
	compare("nodes", r.Nodes, other.Nodes)
	compare("focus", r.Focus, other.Focus)
	compare("values", r.Values, other.Values)
	compare("controls", r.Controls, other.Controls)
	compare("posted", r.Posted, other.Posted)
	return b.String()
}
