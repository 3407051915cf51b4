package htmxdom_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/htmxdom/chromium"
)

// answer is a response to the button's request, with its expected effects.
type answer struct {
	name    string
	attrs   string // of the button
	status  int
	header  map[string]string
	body    string
	title   string
	p, q    string // the texts of the two paragraphs
	effects []htmxdom.Effect
}

const patch = `<title>New</title><hx-partial id="p" hx-swap="textContent">patched</hx-partial>`

var answers = []answer{
	{
		name: "partials are applied, the title is not", status: 200, body: patch,
		p: "patched", q: "q", title: "Page",
	},
	{
		name: "a Reswap that says more than none lets the title through", status: 200, body: patch,
		header: map[string]string{"HX-Reswap": "none swapEmpty:false"}, p: "patched", q: "q", title: "New",
	},
	{
		name: "errors are applied too", status: 422, body: patch,
		p: "patched", q: "q", title: "Page",
	},
	{
		name: "204 swaps nothing, its trigger is heeded", status: 204,
		header: map[string]string{"HX-Trigger": "saved"}, p: "p", q: "q", title: "Page",
		effects: []htmxdom.Effect{{Name: "HX-Trigger", Value: "saved"}},
	},
	{
		name: "a push of 204 is heeded", status: 204,
		header: map[string]string{"HX-Push-Url": "/answers"}, p: "p", q: "q", title: "Page",
		effects: []htmxdom.Effect{{Name: "HX-Push-Url", Value: "/answers"}},
	},
	{
		name: "Reswap and Retarget aim the body itself", status: 200, body: "<b>q2</b>",
		header: map[string]string{"HX-Reswap": "innerHTML", "HX-Retarget": "#q"}, p: "p", q: "q2", title: "Page",
	},
	{
		name: "Reselect takes a part of the body", status: 200, body: "<i>i</i><b>b</b>",
		header: map[string]string{"HX-Reswap": "innerHTML", "HX-Retarget": "#q", "HX-Reselect": "b"}, p: "p", q: "b", title: "Page",
	},
	{
		name: "a status of its own says how to swap", attrs: `hx-status:5xx="swap:innerHTML target:#q"`, status: 503, body: "down",
		p: "p", q: "down", title: "Page",
	},
	{
		name: "an empty body with a swap empties the target", status: 200,
		header: map[string]string{"HX-Reswap": "innerHTML", "HX-Retarget": "#q"}, p: "p", q: "", title: "Page",
	},
	{
		name: "after a refresh nothing is swapped", status: 200, body: patch,
		header: map[string]string{"HX-Refresh": "true"}, p: "p", q: "q", title: "Page",
		effects: []htmxdom.Effect{{Name: "HX-Refresh", Value: "true"}},
	},
}

func (a answer) page() string {
	return `<main hx-swap:inherited="none"><p id="p">p</p><p id="q">q</p><button id="go" hx-post="/answer" ` + a.attrs + `>Go</button></main>`
}

func TestAnswers(t *testing.T) {
	for _, a := range answers {
		t.Run(a.name, func(t *testing.T) {
			d, err := htmxdom.Parse(chromium.Page(a.page()))
			if err != nil {
				t.Fatal(err)
			}
			header := http.Header{}
			for k, v := range a.header {
				header.Set(k, v)
			}
			if err := d.ApplyResponse(a.status, header, a.body, d.ByID("go")); err != nil {
				t.Fatal(err)
			}
			check(t, "p", text(d, "#p"), a.p)
			check(t, "q", text(d, "#q"), a.q)
			check(t, "title", d.Title(), a.title)
			if !slices.Equal(d.Effects(), a.effects) {
				t.Errorf("effects %v, want %v", d.Effects(), a.effects)
			}
		})
	}
}

// The real htmx does what the table says.
func TestAnswersInChromium(t *testing.T) {
	for _, a := range answers {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case "/answer":
					w.Header().Set("Content-Type", "text/html")
					for k, v := range a.header {
						w.Header().Set(k, v)
					}
					w.WriteHeader(a.status)
					_, _ = io.WriteString(w, a.body)
				case "/":
					w.Header().Set("Content-Type", "text/html")
					_, _ = io.WriteString(w, chromium.Page(a.page()))
				default:
					chromium.Scripts(w, r)
				}
			}))
			t.Cleanup(srv.Close)
			p := browser.Open(t, srv.URL+"/")
			p.AllowErrors("/answer answered")
			p.WaitFor(`document.querySelector("#go").hasAttribute("data-htmx-powered")`)
			p.Eval(`document.addEventListener("htmx:finally:request", () => sessionStorage.done = 1), 0`, nil)
			p.Click("#go")
			p.WaitFor(`sessionStorage.done && document.readyState == "complete" && document.querySelector("#q")`)
			p.WaitText("#p", a.p)
			p.WaitText("#q", a.q)
			check(t, "title", p.Title(), a.title)
		})
	}
}

func TestAnAnswerForARemovedElementDoesNothing(t *testing.T) {
	d, err := htmxdom.Parse(`<p id="p">p</p><button id="go" hx-post="/x" hx-swap="none"></button>`)
	if err != nil {
		t.Fatal(err)
	}
	button := d.ByID("go")
	if err := d.Apply(`<hx-partial id="go" hx-swap="outerHTML"><button id="go" hx-post="/x" hx-swap="none"></button></hx-partial>`); err != nil {
		t.Fatal(err)
	}
	if err := d.ApplyResponse(200, nil, patch, button); err != nil {
		t.Fatal(err)
	}
	check(t, "p", text(d, "#p"), "p")
}

// Apply does what a message of a connection does in a browser.
func TestApplyIsWhatAMessageDoes(t *testing.T) {
	const body = `<div id="sb-stream" hx-sse:connect="/stream" hx-trigger="load" hx-swap="none"></div><main id="sb-view"><p id="p">p</p><input id="in" value="1"></main>`
	messages := []string{
		patch,
		`stray<hx-partial id="sb-view" hx-swap="innerMorph"><input id="in" value="2"><p id="p">again</p></hx-partial>`,
		`<hx-partial id="sb-view" hx-swap="beforeend"><p id="end">end</p></hx-partial>`,
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, chromium.Page(body))
		case "/stream":
			w.Header().Set("Content-Type", "text/event-stream")
			for _, m := range messages {
				_, _ = io.WriteString(w, "data: "+m+"\n\n")
			}
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		default:
			chromium.Scripts(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	t.Cleanup(srv.CloseClientConnections)
	p := browser.Open(t, srv.URL+"/")
	p.WaitText("#end", "end")
	d, err := htmxdom.Parse(chromium.Page(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		if err := d.Apply(m); err != nil {
			t.Fatal(err)
		}
	}
	got, err := htmxdom.Parse(p.HTML())
	if err != nil {
		t.Fatal(err)
	}
	check(t, "the page", d.BodyHTML(), got.BodyHTML())
	check(t, "the title", d.Title(), p.Title())
	check(t, "the input", d.Value(d.ByID("in")), p.Value("#in"))
	p.Close()
}

func text(d *htmxdom.Document, selector string) string {
	out := ""
	for n := range d.Find(selector)[0].Descendants() {
		if n.FirstChild == nil {
			out += n.Data
		}
	}
	return out
}

func check(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %q, want %q", what, got, want)
	}
}
