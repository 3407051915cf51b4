package livetest_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/sideband-go/sideband/internal/faketest"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/livetest/internal/board"
	"github.com/sideband-go/sideband/livetest/internal/faulty"
	"github.com/sideband-go/sideband/views"
)

// failures are tests that fail, by the name of the file that holds what they say.
var failures = map[string]func(t testing.TB, page *livetest.Page){
	"button":      func(_ testing.TB, p *livetest.Page) { p.Button("Remind").Click() },
	"field":       func(_ testing.TB, p *livetest.Page) { p.Field("Naem").Fill("Ann") },
	"link":        func(_ testing.TB, p *livetest.Page) { p.Link("help").Click() },
	"heading":     func(_ testing.TB, p *livetest.Page) { p.Heading("Customers").Text() },
	"row":         func(_ testing.TB, p *livetest.Page) { p.Row("Butter").Text() },
	"selector":    func(_ testing.TB, p *livetest.Page) { p.Expect("#fuond", "x") },
	"text":        func(_ testing.TB, p *livetest.Page) { p.Find("td", "Butter").Text() },
	"nested":      func(_ testing.TB, p *livetest.Page) { p.Row("Milk").Button("Remove").Click() },
	"ambiguous":   func(_ testing.TB, p *livetest.Page) { p.Button("Cancel").Click() },
	"elsewhere":   func(_ testing.TB, p *livetest.Page) { p.Find("#order").Find("#found").Text() },
	"syntax":      func(_ testing.TB, p *livetest.Page) { p.Find("p[") },
	"expect":      func(_ testing.TB, p *livetest.Page) { p.Expect("h1", "Customers") },
	"value":       func(_ testing.TB, p *livetest.Page) { p.Field("Name").ExpectValue("Ann") },
	"none":        func(_ testing.TB, p *livetest.Page) { p.ExpectNone("#items td", "Milk", "Bread") },
	"disabled":    func(_ testing.TB, p *livetest.Page) { p.Button("Not yet").Click() },
	"hidden":      func(_ testing.TB, p *livetest.Page) { p.Find("button[hidden]").Click() },
	"deaf":        func(_ testing.TB, p *livetest.Page) { p.Button("Idle").Click() },
	"text only":   func(_ testing.TB, p *livetest.Page) { p.Find("#found").Click() },
	"required":    func(_ testing.TB, p *livetest.Page) { p.Button("Order").Click() },
	"long":        func(_ testing.TB, p *livetest.Page) { p.Field("Name").Fill("Marmalade jam") },
	"option":      func(_ testing.TB, p *livetest.Page) { p.Field("Size").Choose("Huge") },
	"fill choice": func(_ testing.TB, p *livetest.Page) { p.Field("Size").Fill("Large") },
	"fill check":  func(_ testing.TB, p *livetest.Page) { p.Field("Gift").Fill("yes") },
	"checked":     func(_ testing.TB, p *livetest.Page) { p.Field("Cash").Check() },
	"key":         func(_ testing.TB, p *livetest.Page) { p.Find("#found").Key("Escape") },
	"event":       func(_ testing.TB, p *livetest.Page) { p.Find("#found").Event("mouseenter") },
	"away":        func(_ testing.TB, p *livetest.Page) { p.Link("Elsewhere").Click() },
	"wait":        func(_ testing.TB, p *livetest.Page) { p.Wait("#news", "good") },
	"wait for":    func(_ testing.TB, p *livetest.Page) { p.WaitFor("good news", func() bool { return false }) },
	"not live":    func(_ testing.TB, p *livetest.Page) { p.NewTab("/help").Context() },
	"not found":   func(_ testing.TB, p *livetest.Page) { p.NewTab("/nowhere").Button("Back").Click() },
	"no flash":    func(_ testing.TB, p *livetest.Page) { p.Flash(views.FlashInfo) },
	"history":     func(_ testing.TB, p *livetest.Page) { p.Back() },
}

// boardFailures are those on the page with components.
var boardFailures = map[string]func(t testing.TB, page *livetest.Page){
	"component":       func(_ testing.TB, p *livetest.Page) { livetest.ContextOf[board.Likes](p, "jam") },
	"other component": func(_ testing.TB, p *livetest.Page) { livetest.ContextOf[board.Shout](p, "milk") },
	"two buttons":     func(_ testing.TB, p *livetest.Page) { p.Button("Like milk").Click() },
	"flash":           func(_ testing.TB, p *livetest.Page) { p.ExpectFlash(views.FlashInfo, "Saved.") },
	"scroll":          func(_ testing.TB, p *livetest.Page) { p.Find("h1").ScrollTo() },
	"await": func(_ testing.TB, p *livetest.Page) {
		p.Button("Load for ever").Click()
		p.Await()
	},
}

// gestureFailures are those of a person's gestures.
var gestureFailures = map[string]func(t testing.TB, page *livetest.Page){
	"submit disabled": func(_ testing.TB, p *livetest.Page) { p.Find("#off").Submit() },
	"submit two":      func(_ testing.TB, p *livetest.Page) { p.Find("#two-a").Submit() },
	"label disabled":  func(_ testing.TB, p *livetest.Page) { p.Find("#inside-label").Click() },
}

// What a failing test says is what somebody needs to mend it.
func TestFailuresSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, f := range failures {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				golden(t, name, faketest.Run(func(t testing.TB) {
					page := open(t)
					f(t, page)
				}))
			})
		})
	}
	for name, f := range boardFailures {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				golden(t, name, faketest.Run(func(t testing.TB) { f(t, openBoard(t)) }))
			})
		})
	}
	for name, f := range gestureFailures {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				golden(t, name, faketest.Run(func(t testing.TB) { f(t, openGestures(t)) }))
			})
		})
	}
}

func TestPageChecks(t *testing.T) {
	t.Parallel()
	use := func(t testing.TB, skip ...livetest.Check) {
		page := livetest.Open(t, faultySite(), "/")
		page.Skip(skip...)
		page.Button("Add").Click()
		page.Find("p", "1 times").Expect("1 times")
		page.Button("Add").Click()
	}
	golden(t, "checks", sized(faketest.Run(func(t testing.TB) { use(t) })))

	all := []livetest.Check{livetest.DuplicateIDs, livetest.NoIDNear, livetest.UnknownEvents, livetest.NoNames, livetest.DeadLinks, livetest.Errors}
	for i, skipped := range all {
		said := faketest.Run(func(t testing.TB) { use(t, skipped) })
		if strings.Contains(said, string(skipped)) {
			t.Errorf("%s was switched off, and yet: %s", skipped, said)
		}
		if other := all[(i+1)%2]; skipped != other && !strings.Contains(said, string(other)) {
			t.Errorf("with %s, %s was switched off as well", skipped, other)
		}
	}
	if said := faketest.Run(func(t testing.TB) { use(t, all...) }); said != "" {
		t.Errorf("all checks were switched off, and yet: %s", said)
	}
}

func TestAChangeWithoutAnIDTellsWhatItCost(t *testing.T) {
	t.Parallel()
	size := 0
	said := faketest.Run(func(t testing.TB) {
		page := livetest.Open(t, faultySite(), "/")
		page.TakeMessages()
		page.Button("Add").Click()
		size = page.TakeMessages()[0].Size()
	})
	if want := fmt.Sprintf(`<p class="far">, which said "0 times": a patch of %d bytes`, size); !strings.Contains(said, want) {
		t.Errorf("no %s in %s", want, said)
	}
}

// Routers are asked for their routes, other handlers for the page.
func TestLinksAreFollowed(t *testing.T) {
	t.Parallel()
	chi := faultySite()
	mux := http.NewServeMux()
	mux.Handle("/{$}", chi)
	mux.Handle("/there", chi)
	for name, h := range map[string]http.Handler{"chi": chi, "net/http": mux, "a handler": http.HandlerFunc(chi.ServeHTTP)} {
		said := faketest.Run(func(t testing.TB) {
			livetest.Open(t, h, "/").Skip(livetest.DuplicateIDs, livetest.UnknownEvents, livetest.NoNames)
		})
		if !strings.Contains(said, "/nowhere") || strings.Contains(said, "/there") {
			t.Errorf("%s: %s", name, said)
		}
	}
}

// A remount morphs the whole page: that is no change without an id.
func TestAWholePageIsNoFinding(t *testing.T) {
	t.Parallel()
	said := faketest.Run(func(t testing.TB) {
		page := livetest.Open(t, faultySite(), "/")
		page.Skip(livetest.DuplicateIDs, livetest.UnknownEvents, livetest.NoNames, livetest.DeadLinks)
		page.Site().Restart(faultySite())
		page.Find("p.far").Expect("0 times")
		if n := faulty.Count.Get(page.Context()); n != 0 {
			t.Errorf("the count is %d", n)
		}
	})
	if said != "" {
		t.Error(said)
	}
}

// golden compares a text with a file in testdata. With UPDATE set it writes the file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", strings.ReplaceAll(name, " ", "-")+".txt")
	if os.Getenv("UPDATE") != "" {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got+"\n" != string(want) {
		t.Errorf("it says\n%s\nand not\n%s", got, want)
	}
}

// Pages that are not the kit's are pages too, and what makes htmx throw is a finding.
func TestMessagesThatMakeHtmxThrow(t *testing.T) {
	t.Parallel()
	golden(t, "errors", faketest.Run(func(t testing.TB) {
		page := livetest.Open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			if r.Method == http.MethodPost {
				io.WriteString(w, `<hx-partial hx-target="p[" hx-swap="delete"></hx-partial>`)
				return
			}
			io.WriteString(w, `<!doctype html><title>Plain</title><main><button hx-post="/">Go</button></main>`)
		}), "/")
		page.Button("Go").Click()
	}))
}
