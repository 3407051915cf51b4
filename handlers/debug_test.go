package handlers_test

import (
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// debugSite has the rooms and, for somebody with a header, the debug page.
func debugSite(t *testing.T, c handlers.Config, page rooms.Page) (admin, guest *livetest.Person, site *livetest.Site) {
	t.Helper()
	c.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	kit := handlers.New(c)
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/rooms/{room}", handlers.View(kit, page))
	isAdmin := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Test-Admin") == "" {
				http.NotFound(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	r.With(isAdmin).Handle("/debug/sideband", kit.Debug())
	site = livetest.Serve(t, r)
	site.Skip(livetest.Failures, livetest.NoNames)
	admin, guest = site.Person(), site.Person()
	admin.SetHeader("Test-Admin", "1")
	return admin, guest, site
}

// next waits until the debug page has looked again. In a bubble that takes no time.
func next() {
	time.Sleep(1100 * time.Millisecond)
	synctest.Wait()
}

// Case 437: the debug page lists views, turns and counters, and looks into a view, without values.
func TestDebugPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		admin, guest, _ := debugSite(t, handlers.Config{}, rooms.Page{})
		room := guest.Open("/rooms/kitchen")
		room.Find("#text").Fill("hunter2 <b>")
		room.Button("Add").Click()
		page := admin.Open("/debug/sideband")
		row := page.Find("#debug-list").Row("/rooms/{room}")
		if got := row.Text(); !strings.Contains(got, "rooms.Page") || !strings.Contains(got, "connected") {
			t.Errorf("the view: %q", got)
		}
		turns := page.Find("#debug-turn-list").Text()
		for _, want := range []string{"mount", "event", "Add", "Write", "ok"} {
			if !strings.Contains(turns, want) {
				t.Errorf("no %s in the turns: %s", want, turns)
			}
		}
		if strings.Contains(turns, "debugPage") {
			t.Error("the debug page shows what it does itself")
		}
		row.Find("button", "Inspect").Click()
		keys := page.Find("#debug-keys").Text()
		for _, want := range []string{"rooms.Page", "room", "count", "text"} {
			if !strings.Contains(keys, want) {
				t.Errorf("no %s in %s", want, keys)
			}
		}
		if text := page.Text(); strings.Contains(text, "hunter2") || strings.Contains(text, "kitchen") {
			t.Error("the page shows values")
		}
		room.Button("Add").Click()
		next()
		if got := page.Find("#debug-count-Events td").Text(); got != "4" {
			t.Errorf("%s events are counted", got)
		}
		page.Field("Type or route").Fill("nothing has this")
		page.Expect("#debug-shown", "0 of 0 found, 2 held")
		page.Button("Close").Click()
		page.ExpectNone("#debug-opened")
	})
}

// Case 437: with Config.Development there are values, escaped and cut.
func TestDebugPageInDevelopment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		admin, guest, _ := debugSite(t, handlers.Config{Development: true}, rooms.Page{})
		room := guest.Open("/rooms/kitchen")
		room.Find("#text").Fill("<script>x</script>" + strings.Repeat("a", 500))
		page := admin.Open("/debug/sideband")
		page.Find("#debug-list").Row("/rooms/{room}").Find("button", "Inspect").Click()
		keys := page.Find("#debug-keys")
		if got := keys.Text(); !strings.Contains(got, "<script>x</script>aaa") || strings.Contains(got, strings.Repeat("a", 300)) || !strings.Contains(got, "kitchen") {
			t.Errorf("the values: %s", got)
		}
		if strings.Contains(keys.HTML(), "<script>") {
			t.Error("a value is not escaped")
		}
	})
}

// Case 438: it disconnects a page, which reloads; a view that is busy, has ended or is the page's own does not
// hold it.
func TestDebugPageDisconnects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		held := rooms.Page{Ref: make(chan views.Ref, 9), Inside: make(chan ctx, 1), GoOn: make(chan struct{})}
		admin, guest, _ := debugSite(t, handlers.Config{}, held)
		room := guest.Open("/rooms/kitchen")
		ref := <-held.Ref
		page := admin.Open("/debug/sideband")
		row := page.Find("#debug-list").Row("/rooms/{room}")
		if err := views.Send(ref, rooms.Page.Hold, views.NoParams{}); err != nil {
			t.Fatal(err)
		}
		<-held.Inside
		release := sync.OnceFunc(func() { close(held.GoOn) })
		defer release()
		row.Find("button", "Inspect").Click()
		page.Expect("#debug-note", "This view is busy.")
		release()
		next()
		page.Find("#debug-list").Row("/debug/sideband").Find("button", "Inspect").Click()
		page.Expect("#debug-note", "This is the page that you see.")
		row.Find("button", "Inspect").Click()
		row.Find("button", "Disconnect").Click()
		synctest.Wait()
		if second := <-held.Ref; second.SameView(ref) || room.Path() != "/rooms/kitchen" {
			t.Error("the page has not reloaded")
		}
		next()
		page.Expect("#debug-note", "This view has ended.")
	})
}

// Case 439: what it lists is bounded: views, turns, warnings, and the text of a warning.
func TestDebugPageIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ref := make(chan views.Ref, 200)
		admin, _, site := debugSite(t, handlers.Config{Limits: handlers.Limits{SessionMounts: 1000}}, rooms.Page{Ref: ref})
		var pages []*livetest.Page
		for range 110 {
			pages = append(pages, site.Person().Open("/rooms/kitchen"))
		}
		for _, p := range pages {
			p.Button("Add").Click()
		}
		for range 60 {
			if err := views.Send(<-ref, rooms.Page.Fail, "panic"); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		page := admin.Open("/debug/sideband")
		for selector, want := range map[string]int{"#debug-list tr": 100, "#debug-turn-list tr": 200, "#debug-warning-list li": 50} {
			if n := page.Find(selector).Count(); n != want {
				t.Errorf("%s: %d, not %d", selector, n, want)
			}
		}
		next() // the page's own view is held, too
		page.Expect("#debug-shown", "100 of 111 found, 111 held")
		if texts := page.Find("#debug-warning-list li").Texts(); slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(s, "secret") }) {
			t.Errorf("a warning has the error's text: %q", texts[0])
		}
		page.Field("Type or route").Fill(strings.Repeat("x", 100))
		page.Expect("#debug-shown", "0 of 0 found, 111 held")
	})
}

// Only who passes the application's guard sees it.
func TestDebugPageIsBehindTheGuard(t *testing.T) {
	_, guest, _ := debugSite(t, handlers.Config{}, rooms.Page{})
	res, err := guest.Client().Get(guest.Address("/debug/sideband"))
	if err != nil {
		t.Fatal(err)
	}
	if res.Body.Close(); res.StatusCode != http.StatusNotFound {
		t.Errorf("answered %d", res.StatusCode)
	}
}
