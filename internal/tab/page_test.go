package tab_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/tab"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Events wait for each other, and one that is not answered for its timeout.
func TestEventsQueue(t *testing.T) {
	var n atomic.Int32
	s := &server{}
	s.event = func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 2 {
			<-r.Context().Done()
			return
		}
		time.Sleep(time.Second)
		w.WriteHeader(http.StatusNoContent)
	}
	run(t, s, tab.Config{}, func(p *tab.Tab) {
		wait(t, p, "live", live)
		must(t, p.Click(tab.WithText("button", "Add")))
		must(t, p.Change(tab.First("#step"), "a b&c"))
		must(t, p.Click(tab.First("#add")))
		wait(t, p, "rest", func(v tab.View) bool { return !v.Busy() })
		is(t, s, `0s page /page
16ms stream after "" with ticket "t1"
16ms event event=Add 
1.016s event event=Step step=a+b%26c
16.016s event event=Add `)
	})
}

// An event whose element has left the page while it waited runs by itself, and leaves
// those behind it waiting until the next one comes: so htmx does.
func TestAnEventWhoseElementIsGoneLeavesTheQueue(t *testing.T) {
	s := &server{}
	s.event = func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Second)
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<hx-partial hx-target="#step" hx-swap="delete"></hx-partial>`)
	}
	run(t, s, tab.Config{}, func(p *tab.Tab) {
		wait(t, p, "live", live)
		must(t, p.Change(tab.First("#step"), "2"))
		must(t, p.Change(tab.First("#step"), "3"))
		must(t, p.Click(tab.First("#add")))
		time.Sleep(time.Minute)
		must(t, p.Click(tab.First("#add")))
		wait(t, p, "rest", func(v tab.View) bool { return !v.Busy() })
		is(t, s, `0s page /page
16ms stream after "" with ticket "t1"
16ms event event=Step step=2
1.016s event event=Step step=3
1m0.016s event event=Add 
1m1.016s event event=Add `)
	})
}

func TestPagesAreLoadedAnew(t *testing.T) {
	for _, c := range []struct {
		name   string
		header [2]string
		body   string
		cause  tab.Cause
		url    string
	}{
		{name: "by a header", header: [2]string{"HX-Refresh", "true"}, cause: tab.Header, url: "http://site.test/page"},
		{name: "elsewhere", header: [2]string{"HX-Redirect", "/login?next=%2Fpage"}, cause: tab.Redirect, url: "http://site.test/login?next=%2Fpage"},
		{
			name: "by a meta element", cause: tab.Refresh, url: "http://site.test/page",
			body: `<hx-partial id="sb-notice" hx-swap="innerHTML"><meta http-equiv="refresh" content="0"></hx-partial>`,
		},
		{
			name: "elsewhere by a meta element", cause: tab.Refresh, url: "http://site.test/login",
			body: `<hx-partial id="sb-notice" hx-swap="innerHTML"><meta http-equiv="refresh" content="0;url=/login"></hx-partial>`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &server{event: func(w http.ResponseWriter, _ *http.Request) {
				if c.header[0] != "" {
					w.Header().Set(c.header[0], c.header[1])
				}
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprint(w, c.body)
			}}
			var causes []tab.Cause
			observe := func(e tab.Event) {
				if e.Kind == tab.Loaded {
					causes = append(causes, e.Cause)
				}
			}
			run(t, s, tab.Config{Observe: observe}, func(p *tab.Tab) {
				wait(t, p, "live", live)
				must(t, p.Click(tab.First("#add")))
				wait(t, p, "another page", func(v tab.View) bool { return v.Pages == 2 && v.Live && v.URL == c.url })
				if fmt.Sprint(causes) != fmt.Sprint([]tab.Cause{tab.Opened, c.cause}) {
					t.Errorf("loaded: %v", causes)
				}
			})
		})
	}
}

func TestHistory(t *testing.T) {
	s := &server{event: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("HX-Push-Url", "/pushed")
		w.WriteHeader(http.StatusNoContent)
	}}
	run(t, s, tab.Config{}, func(p *tab.Tab) {
		at := func(url string, pages int) {
			t.Helper()
			wait(t, p, url, func(v tab.View) bool {
				return !v.Loading && !v.Busy() && v.Live && v.URL == "http://site.test"+url && v.Pages == pages
			})
			time.Sleep(time.Second)
			synctest.Wait()
		}
		at("/page", 1)
		must(t, p.Click(tab.First("#next")))
		at("/next", 2)
		must(t, p.Click(tab.First("#add")))
		at("/pushed", 2)
		must(t, p.Back())
		at("/next", 2)
		must(t, p.Back())
		at("/page", 3)
		must(t, p.Forward())
		at("/next", 4)
		must(t, p.Forward())
		at("/pushed", 4)
		if p.Forward() == nil {
			t.Error("there is something after the last page")
		}
	})
}

// A page that changes its address while the browser steps to another page has begun another way forward.
func TestAStepToAnotherPageIsOvertaken(t *testing.T) {
	s := &server{slow: 2 * time.Second, event: func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(time.Second)
		w.Header().Set("HX-Push-Url", "/pushed")
		w.WriteHeader(http.StatusNoContent)
	}}
	run(t, s, tab.Config{}, func(p *tab.Tab) {
		at := func(url string, pages int) {
			t.Helper()
			wait(t, p, url, func(v tab.View) bool {
				return !v.Loading && !v.Busy() && v.Live && v.URL == "http://site.test"+url && v.Pages == pages
			})
			time.Sleep(time.Second)
			synctest.Wait()
		}
		at("/page", 1)
		must(t, p.Click(tab.First("#next")))
		at("/next", 2)
		must(t, p.Click(tab.First("#add")))
		must(t, p.Back())
		at("/page", 3)
		must(t, p.Click(tab.First("#add")))
		must(t, p.Forward())
		at("/pushed", 3)
		if p.Forward() == nil {
			t.Error("there is something after what was pushed")
		}
		must(t, p.Back())
		at("/page", 3)
	})
}

func TestAPageThatCannotBeLoaded(t *testing.T) {
	s := &server{}
	run(t, s, tab.Config{}, func(p *tab.Tab) {
		wait(t, p, "live", live)
		must(t, p.Goto("/broken"))
		wait(t, p, "nothing", func(v tab.View) bool { return v.Document == nil && v.Err != nil && !v.Live })
		if err := p.Click(tab.First("#add")); !errors.Is(err, tab.ErrNoPage) {
			t.Errorf("clicking leads to %v", err)
		}
		must(t, p.Back())
		wait(t, p, "the page before", live)
	})
}

func TestFormsOfTheBrowserItself(t *testing.T) {
	s := &server{page: shell + `<form method="post" action="/sent?event=x"><input name="name" value="a b"><button id="post" name="by" value="1">Post</button>
<button id="get" formmethod="get" formaction="/got">Get</button></form>`}
	s.event = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/thanks", http.StatusSeeOther) }
	run(t, s, tab.Config{}, func(p *tab.Tab) {
		wait(t, p, "live", live)
		must(t, p.Click(tab.First("#post")))
		wait(t, p, "the page after", func(v tab.View) bool { return v.URL == "http://site.test/thanks" })
		must(t, p.Click(tab.First("#get")))
		wait(t, p, "the page asked for", func(v tab.View) bool { return v.URL == "http://site.test/got?name=a+b" })
		is(t, s, `0s page /page
16ms stream after "" with ticket "t1"
16ms event event=x name=a+b&by=1
16ms page /thanks
16ms page /got`)
	})
}

// What the page has fetched ahead it has when the server cannot be reached.
func TestNoticesComeFromTheCache(t *testing.T) {
	s := &server{page: shell + `<link rel="prefetch" href="/lost.html">
<p id="lost" hx-get="/lost.html" hx-trigger="htmx:error from:#sb-view, htmx:sse:error from:body target:#sb-stream" hx-target="this" hx-swap="innerHTML"></p>`}
	var down atomic.Bool
	s.event = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	s.file = func(w http.ResponseWriter, _ *http.Request) {
		if down.Load() {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Cache-Control", "public, max-age=3600, immutable")
		fmt.Fprint(w, "The connection is lost.")
	}
	run(t, s, tab.Config{}, func(p *tab.Tab) {
		wait(t, p, "live", live)
		synctest.Wait()
		down.Store(true)
		must(t, p.Click(tab.First("#add")))
		wait(t, p, "the notice", func(v tab.View) bool { return text(v, "lost") == "The connection is lost." })
	})
}

func TestWhatAPersonCannotUse(t *testing.T) {
	s := &server{page: shell + `<button id="off" disabled hx-post="?event=Off">Off</button><button id="away" hidden hx-post="?event=Away">Away</button>`}
	run(t, s, tab.Config{}, func(p *tab.Tab) {
		wait(t, p, "live", live)
		for _, selector := range []string{"#off", "#away", "#none"} {
			if p.Click(tab.First(selector)) == nil {
				t.Errorf("%s can be clicked", selector)
			}
		}
	})
}

// Without a layout, what is in view is what a test says, and what is scrolled to.
func TestWhatIsInViewIsSaid(t *testing.T) {
	const list = `<div id="first" hx-post="?event=First" hx-trigger="intersect"></div><ul id="list"><li id="a">A</li></ul>
<p><b id="second" hx-post="?event=Second" hx-trigger="revealed"></b></p>`
	number := 0
	for name, c := range map[string]struct {
		config tab.Config
		want   string
	}{
		"by default everything": {tab.Config{}, "First Second More First More More"},
		"the connection alone":  {tab.Config{InView: func(n *html.Node) bool { return n.Data == "div" && n.Attr[0].Val == "sb-stream" }}, "First Second More More"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &server{page: strings.Replace(shell, "</main>", list+"</main>", 1)}
			s.event = func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				switch r.URL.Query().Get("event") {
				case "First":
					fmt.Fprint(w, `<hx-partial id="a" hx-swap="outerHTML"><li id="a" hx-post="?event=More" hx-trigger="intersect">A</li></hx-partial>`)
				case "More":
					if number++; number > 20 {
						t.Error("the page loads for ever")
						return
					}
					w.WriteHeader(http.StatusNoContent)
				}
			}
			run(t, s, c.config, func(p *tab.Tab) {
				wait(t, p, "live", live)
				time.Sleep(time.Minute - 16*time.Millisecond)
				for _, selector := range []string{"#first", "p:has(#second)", "p:has(#second)", "#list", "#list"} {
					must(t, p.ScrollTo(tab.First(selector)))
					wait(t, p, "rest", func(v tab.View) bool { return !v.Busy() })
					synctest.Wait()
				}
				if p.ScrollTo(tab.First("#none")) == nil {
					t.Error("what is not there is scrolled to")
				}
				var events []string
				for line := range strings.Lines(s.String()) {
					if _, event, ok := strings.Cut(line, "event="); ok {
						events = append(events, strings.Fields(event)[0])
					}
				}
				if got := strings.Join(events, " "); got != c.want {
					t.Errorf("the events are %s, not %s", got, c.want)
				}
			})
		})
	}
}

// An address that differs from the page's in its fragment alone loads nothing.
func TestGoingToAPlaceOfThePage(t *testing.T) {
	to := ""
	s := &server{event: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusNoContent)
	}}
	run(t, s, tab.Config{}, func(p *tab.Tab) {
		wait(t, p, "live", live)
		for i, step := range []struct {
			to, url string
			pages   int
		}{
			{"#one", "/page#one", 1}, {"/page#two", "/page#two", 1}, {"/page", "/page", 2}, {"/page?x#one", "/page?x#one", 3},
		} {
			to = step.to
			must(t, p.Click(tab.First("#add")))
			wait(t, p, fmt.Sprint(i, step), func(v tab.View) bool {
				return !v.Loading && !v.Busy() && v.URL == "http://site.test"+step.url && v.Pages == step.pages
			})
		}
		pages := 3
		for _, url := range []string{"/page", "/page#two", "/page#one"} {
			must(t, p.Back())
			if url != "/page#one" { // which is of the page that is there by then
				pages++
			}
			wait(t, p, url, func(v tab.View) bool { return v.URL == "http://site.test"+url && v.Pages == pages })
		}
	})
}
