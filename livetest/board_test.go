package livetest_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/livetest/internal/board"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/views"
)

// openBoard opens the page with components, slow work and messages.
func openBoard(t testing.TB) *livetest.Page {
	t.Helper()
	page, _ := openNews(t)
	return page
}

func openNews(t testing.TB) (*livetest.Page, pubsub.Topic[string]) {
	t.Helper()
	page, news := newBoard(t)
	return livetest.Open(t, board.Site(kit(), page), "/"), news
}

func newBoard(t testing.TB) (board.Page, pubsub.Topic[string]) {
	bus := &pubsub.Bus{}
	t.Cleanup(bus.Close)
	news := pubsub.NewTopic[string](bus, "news")
	return board.Page{Subscribe: func(s *views.Socket) error { return pubsub.Subscribe(s, news, board.Page.Liked) }}, news
}

// boardSite is the site of that page.
func boardSite(t testing.TB) http.Handler {
	page, _ := newBoard(t)
	return board.Site(kit(), page)
}

func TestComponents(t *testing.T) {
	t.Parallel()
	page := openBoard(t)
	likes := func(id string) int { return board.Count.Get(livetest.ContextOf[board.Likes](page, id)) }
	page.Find("#tea-likes").Button("Like tea").Click()
	page.Expect("#last", "tea")
	page.Find("#other").Click() // which is bound to another component
	page.Expect("#last", "milk")
	if err := views.Send(page.View().At("milk"), board.Likes.Add, 10); err != nil {
		t.Fatal(err)
	}
	page.Expect("#milk-likes span", "milk: 11")
	expect(t, "tea", likes("tea"), 1)
	expect(t, "milk", likes("milk"), 11)
	expect(t, "what the page knows, read by a component", board.Last.Get(livetest.ContextOf[board.Likes](page, "tea")), "milk")

	// Two components of different types may have one id.
	page.Button("Louder").Click()
	expect(t, "the other type", board.Count.Get(livetest.ContextOf[board.Shout](page, "tea")), 101)
	if err := views.Send(page.View().At("tea"), board.Shout.Louder, views.NoParams{}); err != nil {
		t.Fatal(err)
	}
	page.Expect("#tea-shout span", "tea: 102!")
	expect(t, "tea", likes("tea"), 1)

	page.Button("Swap").Click()
	expect(t, "the order", strings.Join(page.Find("#parts p").Attrs("id"), " "), "milk-likes tea-likes tea-shout")
	expect(t, "milk", likes("milk"), 11)
}

func TestAComponentAlone(t *testing.T) {
	t.Parallel()
	page := livetest.Component(t, board.Page{}, views.Component("likes", board.Likes{Label: "jam"}), board.Last.To("nothing"))
	page.Button("Like jam").Click()
	page.Expect("#likes-likes span", "jam: 1")
	expect(t, "what the page was told", board.Last.Get(page.Context()), "jam")
	expect(t, "the count", board.Count.Get(livetest.ContextOf[board.Likes](page, "likes")), 1)

	page = livetest.Component(t, livetest.Blank{}, views.Component("shout", board.Shout{Label: "tea"}))
	page.Button("Louder").Click()
	page.Expect("#shout-shout span", "tea: 101!")
}

func TestAPartWithAComponentAlone(t *testing.T) {
	t.Parallel()
	page := livetest.Component(t, board.Page{}, board.Badge(), board.Last.To("nothing"))
	page.Button("Like badge").Click()
	page.Expect("#badge", "badge Leave")
}

func TestWhatIsPublished(t *testing.T) {
	t.Parallel()
	page, news := openNews(t)
	other := page.NewTab("/")
	if err := news.Publish(t.Context(), "published"); err != nil {
		t.Fatal(err)
	}
	page.Expect("#last", "published")
	other.Expect("#last", "published")
}

func TestWorkBesideThePage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		page := openBoard(t)
		page.Site().Patience = 2 * time.Minute
		page.Await() // nothing runs
		begin := time.Now()
		page.Button("Load").Click()
		page.Expect("#report", "Loading")
		page.Await()
		page.Expect("#report", "ready")
		expect(t, "the time it took", time.Since(begin).Round(time.Second), time.Minute)

		page.Button("Load in steps").Click()
		page.Await()
		page.Expect("#last", "all loaded")
		expect(t, "the time it took", time.Since(begin).Round(time.Second), 90*time.Second)

		page.Button("Load").Click()
		page.Hide()
		page.Await()
		page.Show()
		page.Expect("#report", "ready")

		page.Button("Load for ever").Click()
		page.Button("Load").Click() // which takes its place
		page.Await()
		page.Expect("#report", "ready")
	})
}

func TestFlashMessages(t *testing.T) {
	t.Parallel()
	page := openBoard(t)
	page.ExpectFlash(views.FlashInfo, "")
	for _, kind := range []views.FlashKind{views.FlashInfo, views.FlashSuccess, views.FlashWarning, views.FlashError} {
		page.Button("Save as " + string(kind)).Click()
	}
	page.ExpectFlash(views.FlashInfo, "Saved as info.")
	page.ExpectFlash(views.FlashError, "Saved as error.")
	expect(t, "a warning", page.Flash(views.FlashWarning), "Saved as warning.")
	page.Find(`[data-kind="warning"]`).Button("Dismiss").Click()
	page.ExpectFlash(views.FlashWarning, "")
	page.ExpectFlash(views.FlashSuccess, "Saved as success.")
	page.Reload()
	page.ExpectFlash(views.FlashSuccess, "")
}

func TestRedirectsAreFollowed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		page := openBoard(t)
		page.Site().Patience = 2 * time.Minute
		page.TakeVisits()
		visited := func(want ...livetest.Visit) {
			t.Helper()
			got := page.TakeVisits()
			if len(got) != len(want) {
				t.Fatalf("visited %+v, not %+v", got, want)
			}
			for i, v := range got {
				if v.Cause != want[i].Cause || v.Path != want[i].Path || len(v.Redirects) != len(want[i].Redirects) {
					t.Errorf("visited %+v, not %+v", v, want[i])
				}
			}
		}

		page.Button("Leave").Click() // an event
		page.Expect("h1", "Plain")
		page.ExpectFlash(views.FlashSuccess, "You have left.")
		visited(livetest.Visit{Cause: "redirect", Path: "/plain"})
		page.Reload()
		page.ExpectFlash(views.FlashSuccess, "")
		page.Link("Board").Click()
		page.ExpectFlash(views.FlashSuccess, "")
		page.TakeVisits()

		page.Button("Come back").Click() // to a live page
		expect(t, "the path", page.Path(), "/?again")
		page.ExpectFlash(views.FlashSuccess, "You have left.")
		visited(livetest.Visit{Cause: "redirect", Path: "/?again"})

		page.Button("Leave later").Click() // a message of its own
		page.WaitFor("the other page", func() bool { return page.AtOnce().Path() == "/plain" })
		page.ExpectFlash(views.FlashSuccess, "You have left.")
		visited(livetest.Visit{Cause: "refresh", Path: "/plain", Redirects: []string{""}})

		page.Visit("/away") // Mount
		expect(t, "the path", page.Path(), "/")
		page.ExpectFlash(views.FlashWarning, "Sign in first.")
		visited(livetest.Visit{Cause: "opened", Path: "/", Redirects: []string{""}})

		if err := views.Send(page.View(), board.Page.Leave, "/plain"); err != nil { // a message from outside
			t.Fatal(err)
		}
		page.ExpectFlash(views.FlashSuccess, "You have left.")
		visited(livetest.Visit{Cause: "refresh", Path: "/plain", Redirects: []string{""}})

		page.Visit("/")
		page.TakeVisits()
		page.Button("Go to the top").Click()
		expect(t, "the path", page.Path(), "/#last")
		visited()

		page.CutConnection() // without a stream too
		page.Button("Leave").Click()
		page.Restore()
		page.ExpectFlash(views.FlashSuccess, "You have left.")
		page.Visit("/")
		page.TakeVisits()

		page.Button("Leave the site").Click()
		expect(t, "the path", page.Path(), "https://elsewhere.test/start?x=1")
		page.Expect("h1", "Another site")
		visited(livetest.Visit{Cause: "redirect", Path: "https://elsewhere.test/start?x=1"})
		page.Visit("/")
		page.ExpectFlash(views.FlashSuccess, "You have left.")
	})
}

func TestAnEndlessListIsScrolled(t *testing.T) {
	t.Parallel()
	page := livetest.Open(t, boardSite(t), "/?lines=true")
	lines := func() string {
		all := page.Find("[id^=line-]").Attrs("id")
		return all[0] + " to " + all[len(all)-1]
	}
	expect(t, "the lines at first", lines(), "line-40 to line-49")
	page.Find(".later").ScrollTo()
	expect(t, "the lines", lines(), "line-40 to line-54")
	page.Find(".earlier").ScrollTo()
	expect(t, "the lines", lines(), "line-35 to line-54")
	for range 4 {
		page.Find(".later").ScrollTo()
	}
	expect(t, "the lines", lines(), "line-55 to line-74")
	page.Find("#lines").ScrollTo() // with what is in it
	expect(t, "the lines", lines(), "line-55 to line-74")
}
