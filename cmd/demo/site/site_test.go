package site_test

import (
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/cmd/demo/commands"
	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
)

// visit returns somebody who has signed in, since one of the pages wants that.
func visit(t *testing.T) *livetest.Person {
	t.Helper()
	data, err := site.Open(t.Context(), filepath.Join(t.TempDir(), "users.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { data.Close() })
	kit := handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)}))
	if err := data.Accounts.Add(t.Context(), "ann@example.org", "correct horse battery"); err != nil {
		t.Fatal(err)
	}
	ann := livetest.Serve(t, site.Routes(kit, data)).Person()
	page := ann.Open("/account")
	page.Field("Email").Fill("ann@example.org")
	page.Field("Password").Fill("correct horse battery")
	page.Button("Log in").Click()
	return ann
}

// fetched is a whole response.
type fetched struct {
	status int
	header http.Header
	body   string
}

func get(t *testing.T, p *livetest.Person, path string) fetched {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.Address(path), nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := p.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fetched{res.StatusCode, res.Header, string(body)}
}

// pages are the addresses with the titles that the browser's tab shows.
var pages = map[string]string{
	"/":           "Demo · Sideband",
	"/counter":    "Counter · Sideband",
	"/table":      "Table · Sideband",
	"/clock":      "Clock · Sideband",
	"/components": "Components · Sideband",
	"/todos":      "Todos · Sideband",
	"/chat/lobby": "Chat: lobby · Sideband",
	"/logs":       "Logs · Sideband",
	"/jobs":       "Jobs · Sideband",
	"/checkout":   "Checkout · Sideband",
	"/products":   "Products · Sideband",
	"/users":      "Users · Sideband",
	"/client":     "Browser · Sideband",
	"/commands":   "Commands · Sideband",
	"/uploads":    "Uploads · Sideband",
	"/account":    "Account · Sideband",
}

func TestEachPageHasTheLayout(t *testing.T) {
	ann := visit(t)
	for path, title := range pages {
		page := ann.Open(path)
		if got := page.Title(); got != title {
			t.Errorf("%s has the title %q, want %q", path, got, title)
		}
		if n := page.Find("main h1").Count(); n != 1 {
			t.Errorf("%s has %d headings of the first level", path, n)
		}
		if got := page.Find("header nav a[aria-current=page]").Attrs("href"); !slices.Equal(got, []string{path}) {
			t.Errorf("%s marks as the current page %q", path, got)
		}
		links := page.Find("header nav a").Attrs("href")
		if slices.Sort(links); !slices.Equal(links, slices.Sorted(maps.Keys(pages))) {
			t.Errorf("%s has links to %q", path, links)
		}
		if about := page.Find("aside p").Text(); len(strings.Fields(about)) < 10 {
			t.Errorf("%s says about itself: %q", path, about)
		}
	}
}

func TestLinksLeadFromPageToPage(t *testing.T) {
	page := visit(t).Open("/")
	nav := page.Find("header nav")
	for _, name := range []string{"Counter", "Table", "Clock", "Components", "Todos", "Chat", "Logs", "Jobs", "Products", "Users", "Uploads", "Account"} {
		nav.Link(name).Click()
		page.Expect("header nav a[aria-current=page]", name)
		if !page.Live() {
			t.Errorf("%s is not live", name)
		}
	}
	page.Back()
	page.Expect("h1", "Uploads")
}

func TestEachPageLinksToItsSources(t *testing.T) {
	const blob = "https://github.com/sideband-go/sideband/blob/main/"
	ann := visit(t)
	for path := range pages {
		var kinds []string
		for _, href := range ann.Open(path).Find("aside a").Attrs("href") {
			file, ok := strings.CutPrefix(href, blob)
			if _, err := os.Stat(filepath.Join("../../..", file)); !ok || err != nil {
				t.Errorf("%s links to %s: %v", path, href, err)
			}
			kinds = append(kinds, filepath.Ext(file))
		}
		if !slices.Equal(kinds, []string{".go", ".templ"}) {
			t.Errorf("%s links to sources of the kinds %q", path, kinds)
		}
	}
}

func TestPagesOfFormsBelongToTheUsers(t *testing.T) {
	ann := visit(t)
	for _, path := range []string{"/users/new", "/users/1/edit"} {
		page := ann.Open(path)
		if got := page.Find("header nav a[aria-current=page]").Attrs("href"); !slices.Equal(got, []string{"/users"}) {
			t.Errorf("%s marks as the current page %q", path, got)
		}
		if got := page.Find("aside a").Texts(); !slices.Equal(got, []string{"edit.go", "edit.templ"}) {
			t.Errorf("%s links to %q", path, got)
		}
	}
}

func TestPagesOfSignInBelongToTheAccount(t *testing.T) {
	ann := visit(t)
	for _, path := range []string{"/account/mail", "/account/settings", "/account/sessions", "/account/forgotten"} {
		if got := ann.Open(path).Find("header nav a[aria-current=page]").Attrs("href"); !slices.Equal(got, []string{"/account"}) {
			t.Errorf("%s marks as the current page %q", path, got)
		}
	}
}

func TestTheStartPageSaysWhatThePagesShow(t *testing.T) {
	ann := visit(t)
	start := ann.Open("/")
	for path := range pages {
		if path == "/" {
			continue
		}
		start.Find(`main li:has(a[href="` + path + `"])`).Find("p").Expect(ann.Open(path).Find("aside p").Text())
	}
	if start.Live() {
		t.Error("the start page is live although nothing changes on it")
	}
}

func TestPagesBreakNoRuleOfTheirPolicy(t *testing.T) {
	ann := visit(t)
	inline := regexp.MustCompile(`(?i)<style|<script(?:>|\s+[^s>])|\sstyle=|\son\w+=|javascript:`)
	for path := range pages {
		page := get(t, ann, path)
		got, nonce, _ := strings.Cut(page.header.Get("Content-Security-Policy"), "; script-src 'self' 'nonce-")
		if got != handlers.DefaultPolicy+"; img-src 'self' data:" || nonce != "" && path != commands.Path {
			t.Errorf("%s is served with the policy %q", path, got)
		}
		if found := inline.FindString(page.body); found != "" {
			t.Errorf("%s has %q inline", path, found)
		}
		shown := ann.Open(path)
		for _, address := range slices.Concat(shown.Find("script").Attrs("src"), shown.Find("head link").Attrs("href")) {
			file := get(t, ann, address)
			if cache := file.header.Get("Cache-Control"); file.status != http.StatusOK || !strings.Contains(cache, "immutable") {
				t.Errorf("%s needs %s: %d, Cache-Control %q", path, address, file.status, cache)
			}
		}
	}
}

func TestAnAddressWithoutAPage(t *testing.T) {
	ann := visit(t)
	for _, path := range []string{"/nowhere", "/counter/", "/counter/1"} {
		page := ann.Open(path)
		page.Expect("main h1", "Not found")
		if got := page.TakeVisits(); len(got) != 1 || got[0].Status != http.StatusNotFound {
			t.Errorf("%s: %+v", path, got)
		}
		if got, want := page.Title(), "Not found · Sideband"; got != want {
			t.Errorf("%s has the title %q, want %q", path, got, want)
		}
		if n := page.Find("header nav a").Count(); n != len(pages) {
			t.Errorf("%s has %d links to pages", path, n)
		}
		page.ExpectNone("[aria-current]")
	}
}
