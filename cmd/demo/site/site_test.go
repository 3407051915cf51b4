package site_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/sideband-go/sideband/cmd/demo/internal/probe"
	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
)

func visit(t *testing.T) *probe.Visitor {
	t.Helper()
	kit := handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)}))
	visitor := probe.Visit(t, site.Routes(kit), kit)
	visitor.Post("/sign-in", url.Values{"name": {"Ann"}})
	return visitor
}

// pages are the addresses with the titles that the browser's tab shows.
var pages = map[string]string{
	"/":        "Demo · Sideband",
	"/counter": "Counter · Sideband",
	"/table":   "Table · Sideband",
	"/clock":   "Clock · Sideband",
	"/account": "Account · Sideband",
}

func TestEachPageHasTheLayout(t *testing.T) {
	visitor := visit(t)
	for path, title := range pages {
		page := visitor.Open(path)
		if got := page.Find("title").Text(); got != title {
			t.Errorf("%s has the title %q, want %q", path, got, title)
		}
		if n := page.Find("main h1").Length(); n != 1 {
			t.Errorf("%s has %d headings of the first level", path, n)
		}
		current := page.Find("header nav a[aria-current=page]")
		if got := current.AttrOr("href", ""); current.Length() != 1 || got != path {
			t.Errorf("%s marks %d links as the current page, the first goes to %q", path, current.Length(), got)
		}
		for other := range pages {
			if page.Find(`header nav a[href="`+other+`"]`).Length() != 1 {
				t.Errorf("%s has no link to %s", path, other)
			}
		}
		if about := page.Find("aside p").First().Text(); len(strings.Fields(about)) < 10 {
			t.Errorf("%s says about itself: %q", path, about)
		}
	}
}

func TestEachPageLinksToItsSources(t *testing.T) {
	const blob = "https://github.com/sideband-go/sideband/blob/main/"
	visitor := visit(t)
	for path := range pages {
		links := visitor.Open(path).Find("aside a")
		var kinds []string
		links.Each(func(_ int, link *goquery.Selection) {
			href := link.AttrOr("href", "")
			file, ok := strings.CutPrefix(href, blob)
			if _, err := os.Stat(filepath.Join("../../..", file)); !ok || err != nil {
				t.Errorf("%s links to %s: %v", path, href, err)
			}
			kinds = append(kinds, filepath.Ext(file))
		})
		if !slices.Equal(kinds, []string{".go", ".templ"}) {
			t.Errorf("%s links to sources of the kinds %q", path, kinds)
		}
	}
}

func TestTheStartPageSaysWhatThePagesShow(t *testing.T) {
	visitor := visit(t)
	start := visitor.Open("/")
	for path := range pages {
		if path == "/" {
			continue
		}
		entry := start.Find("main li").Has(`a[href="` + path + `"]`).Find("p").Text()
		if about := visitor.Open(path).Find("aside p").First().Text(); entry != about {
			t.Errorf("the start page says of %s %q, the page itself %q", path, entry, about)
		}
	}
	if start.Live() {
		t.Error("the start page is live although nothing changes on it")
	}
}

func TestPagesBreakNoRuleOfTheirPolicy(t *testing.T) {
	visitor := visit(t)
	inline := regexp.MustCompile(`(?i)<style|<script(?:>|\s+[^s>])|\sstyle=|\son\w+=|javascript:`)
	for path := range pages {
		page := visitor.Get(path)
		if got := page.Header.Get("Content-Security-Policy"); got != handlers.DefaultPolicy+"; img-src 'self' data:" {
			t.Errorf("%s is served with the policy %q", path, got)
		}
		if found := inline.FindString(page.Body); found != "" {
			t.Errorf("%s has %q inline", path, found)
		}
		visitor.Open(path).Find("script[src], head link[href]").Each(func(_ int, e *goquery.Selection) {
			address := e.AttrOr("src", e.AttrOr("href", ""))
			file := visitor.Get(address)
			if cache := file.Header.Get("Cache-Control"); file.Status != http.StatusOK || !strings.Contains(cache, "immutable") {
				t.Errorf("%s needs %s: %d, Cache-Control %q", path, address, file.Status, cache)
			}
		})
	}
}

func TestAnAddressWithoutAPage(t *testing.T) {
	visitor := visit(t)
	for _, path := range []string{"/nowhere", "/counter/", "/counter/1"} {
		page := visitor.Get(path)
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(page.Body))
		if err != nil {
			t.Fatal(err)
		}
		if got := doc.Find("main h1").Text(); page.Status != http.StatusNotFound || got != "Not found" {
			t.Errorf("%s: %d, %q", path, page.Status, got)
		}
		if got, want := doc.Find("title").Text(), "Not found · Sideband"; got != want {
			t.Errorf("%s has the title %q, want %q", path, got, want)
		}
		if links, marked := doc.Find("header nav a"), doc.Find("[aria-current]"); links.Length() != len(pages) || marked.Length() != 0 {
			t.Errorf("%s has %d links to pages, %d marked", path, links.Length(), marked.Length())
		}
	}
}
