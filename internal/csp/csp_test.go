package csp_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/browser"
	"github.com/sideband-go/sideband/internal/csp"
)

func TestMain(m *testing.M) { os.Exit(browser.Tests{M: m}.Run()) }

const strict = "default-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'"

// cases pair HTML with what the policy blocks of it, "" for nothing.
var cases = []struct{ policy, html, blocked string }{
	{strict, `<p style="color:red">x</p>`, "its style attribute"},
	{strict, `<p style="">x</p>`, "its style attribute"}, // nothing is lost, but the console reports it
	{strict, `<style>p{}</style>`, "its content"},
	{strict, `<script>1</script>`, "its content"},
	{strict, `<script type="application/json">{}</script>`, ""},
	{strict, `<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">`, `src="data:image/gif;base64,R0lGODlhAQABAAAAACw="`},
	{strict, `<img src="/own.gif">`, ""},
	{strict, `<iframe src="https://elsewhere.test/"></iframe>`, `src="https://elsewhere.test/"`},
	{strict, `<link rel="stylesheet" href="https://elsewhere.test/a.css">`, `href="https://elsewhere.test/a.css"`},
	{strict, `<img src="/own.gif" onerror="1">`, "its script in onerror"},
	{strict + "; style-src 'self' 'unsafe-inline'", `<p style="color:red">x</p><style>p{}</style>`, ""},
	{strict + "; style-src 'self' 'unsafe-inline' 'nonce-a'", `<p style="color:red">x</p>`, "its style attribute"},
	{strict + "; style-src 'self' 'nonce-a'", `<style nonce="a">p{}</style>`, ""},
	{strict + "; style-src 'self' 'nonce-a'", `<style nonce="b">p{}</style>`, "its content"},
	{strict + "; style-src-attr 'unsafe-inline'", `<p style="color:red">x</p>`, ""},
	{strict + "; style-src-attr 'unsafe-inline'", `<style>p{}</style>`, "its content"},
	{strict + "; img-src 'self' data:", `<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">`, ""},
	{strict + "; img-src *", `<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">`, `src="data:image/gif;base64,R0lGODlhAQABAAAAACw="`},
	{"img-src 'self'", `<p style="color:red">x</p><style>p{}</style>`, ""},
	{"style-src 'self', style-src 'unsafe-inline'", `<style>p{}</style>`, "its content"},
	{"", `<p style="color:red">x</p>`, ""},
}

func TestWhatAPolicyBlocks(t *testing.T) {
	for _, c := range cases {
		var got []string
		csp.Parse(c.policy).Scan([]byte(c.html), "site.test", func(_ string, _ []html.Attribute, what string) { got = append(got, what) })
		if strings.Join(got, ", ") != c.blocked {
			t.Errorf("%s\nof %s\nblocks %q, not %q", c.policy, c.html, got, c.blocked)
		}
	}
}

// Case 105: Chromium blocks what the table says.
func TestChromiumBlocksTheSame(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		var n int
		if _, err := fmt.Sscanf(r.URL.Path, "/case/%d", &n); err != nil {
			return
		}
		w.Header().Set("Content-Security-Policy", cases[n].policy)
		_, _ = io.WriteString(w, "<!doctype html><title>t</title><link rel=icon href=/i><body>"+cases[n].html)
	}))
	t.Cleanup(srv.Close)
	p := browser.Open(t, srv.URL+"/")
	p.AllowErrors("")
	for n, c := range cases {
		before := len(p.Log())
		p.Goto(srv.URL + "/case/" + fmt.Sprint(n))
		p.WaitFor(`document.readyState == "complete"`)
		log := p.Log()[before:]
		// Chromium logs it before the page is complete.
		got := slices.ContainsFunc(log, func(e browser.Entry) bool { return strings.Contains(e.Text, "Content Security Policy") })
		if got != (c.blocked != "") {
			t.Errorf("%s\nof %s: Chromium blocks something: %v\n%v", c.policy, c.html, got, log)
		}
	}
}

func TestSourcesOfAddresses(t *testing.T) {
	for _, c := range []struct {
		source, address string
		allowed         bool
	}{
		{"'self'", "/a.png", true},
		{"'self'", "a.png", true},
		{"'self'", "https://site.test/a.png", true},
		{"'self'", "//site.test/a.png", true},
		{"'self'", "https://other.test/a.png", false},
		{"'none'", "/a.png", false},
		{"https://images.example.org", "https://images.example.org/a.png", true},
		{"https://images.example.org/folder/", "https://images.example.org/folder/a.png", true},
		{"images.example.org:8443", "https://images.example.org:8443/a.png", true},
		{"*.example.org", "https://images.example.org/a.png", true},
		{"*.example.org", "https://example.org/a.png", false},
		{"https:", "https://anywhere.test/a.png", true},
		{"https:", "data:,x", false},
		{"blob:", "blob:x", true},
		{"*", "https://anywhere.test/a.png", true},
	} {
		what := csp.Parse("img-src "+c.source).Blocks("img", []html.Attribute{{Key: "src", Val: c.address}}, "site.test")
		if (what == nil) != c.allowed {
			t.Errorf("img-src %s and %s: blocked %q", c.source, c.address, what)
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, c := range cases {
		f.Add(c.policy, c.html)
	}
	f.Fuzz(func(_ *testing.T, policy, page string) {
		csp.Parse(policy).Scan([]byte(page), "site.test", func(string, []html.Attribute, string) {})
	})
}
