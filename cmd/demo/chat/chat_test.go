package chat_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/cmd/demo/chat"
	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
)

func routes() http.Handler {
	return site.Routes(handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)})), nil)
}

// enter opens a room as somebody new, who has given a name, if that is not "".
func enter(s *livetest.Site, room, name string) *livetest.Page {
	page := s.Person().Open("/chat/" + room)
	if name != "" {
		page.Field("Name").Fill(name)
	}
	return page
}

func say(page *livetest.Page, text string) {
	page.Field("Message").Type(text)
	page.Field("Message").Key("Enter")
}

// said are the messages that a page shows.
func said(page *livetest.Page) []string { return page.Find("#messages li span").Texts() }

func here(page *livetest.Page) []string { return page.Find("#here li").Texts() }

func TestWhatOneWritesAllSee(t *testing.T) {
	s := livetest.Serve(t, routes())
	ann, bob := enter(s, "lobby", "Ann"), enter(s, "lobby", "Bob")
	ann.TakeMessages()
	say(ann, "hello")
	bob.Field("Message").Fill("Grüße &\t<i>you</i>  ")
	bob.Button("Send").Click()
	for _, page := range []*livetest.Page{ann, bob} {
		if got, want := said(page), []string{"hello", "Grüße & <i>you</i>"}; !slices.Equal(got, want) {
			t.Errorf("the page shows %q, want %q", got, want)
		}
		if got, want := page.Find("#messages b").Texts(), []string{"Ann", "Bob"}; !slices.Equal(got, want) {
			t.Errorf("it shows as the authors %q, want %q", got, want)
		}
	}
}

func TestSendingClearsTheFieldAndLeavesTheFocusInIt(t *testing.T) {
	page := enter(livetest.Serve(t, routes()), "lobby", "")
	for i, send := range []func(){
		func() { page.Field("Message").Key("Enter") },
		func() { page.Button("Send").Click() },
		func() { page.Field("Message").Key("Enter") },
	} {
		page.Field("Message").Type(strconv.Itoa(i))
		send()
		page.Expect("#messages li:last-child span", strconv.Itoa(i))
		page.Field("Message").ExpectValue("")
		if got := page.Focused(); !strings.Contains(got, `name="text"`) {
			t.Errorf("after message %d %s has the focus", i, got)
		}
	}
}

func TestAnotherNameLeavesTheMessageAlone(t *testing.T) {
	page := enter(livetest.Serve(t, routes()), "lobby", "")
	page.Field("Message").Fill(" hel ")
	page.Field("Name").Fill("Ann")
	page.Field("Message").ExpectValue(" hel ")
	page.Button("Send").Click()
	page.Expect("#messages li:last-child b", "Ann")
	page.Field("Message").ExpectValue("")
}

func TestNothingIsSentForNothing(t *testing.T) {
	page := enter(livetest.Serve(t, routes()), "lobby", "")
	for _, text := range []string{"", "   ", "\u202e\x00 \n"} {
		if status, answer := page.Forge("?event=Send", url.Values{"text": {text}}); status != http.StatusNoContent {
			t.Errorf("%q: %d %s", text, status, answer)
		}
	}
	if got := said(page); len(got) != 0 {
		t.Errorf("said was %q", got)
	}
}

func TestTextsAreCut(t *testing.T) {
	page := enter(livetest.Serve(t, routes()), "lobby", "")
	page.Forge("?event=Send", url.Values{"text": {strings.Repeat("ü", 5000)}})
	page.Expect("#messages span", strings.Repeat("ü", 500))
	page.Forge("?event=Rename", url.Values{"name": {strings.Repeat("ü", 5000)}})
	page.Expect("#here li", strings.Repeat("ü", 40))
}

func TestTheLast50MessagesAreShown(t *testing.T) {
	s := livetest.Serve(t, routes())
	ann := enter(s, "lobby", "Ann")
	var want []string
	for i := range 60 {
		say(ann, fmt.Sprint("message ", i))
		want = append(want, fmt.Sprint("message ", i))
	}
	if got := said(ann); !slices.Equal(got, want[10:]) {
		t.Errorf("who was there sees %q", got)
	}
	bob := enter(s, "lobby", "Bob")
	if got := said(bob); !slices.Equal(got, want[10:]) {
		t.Errorf("who comes later sees %q", got)
	}
	if n := chat.Messages.Len(bob.Context()); n != 50 {
		t.Errorf("the view knows of %d messages", n)
	}
}

// A star stands in a message that the view has forgotten, and ends with it.
func TestAMessageIsMarked(t *testing.T) {
	page := enter(livetest.Serve(t, routes()), "lobby", "")
	for i := range 50 {
		say(page, fmt.Sprint("message ", i))
	}
	marked := page.Find("#messages [aria-pressed=true]")
	first := page.Find("#messages li:first-child .star").Attr("id")
	page.Find("#messages li:first-child .star").Click()
	page.Find("#messages li:last-child .star").Click()
	if n := marked.Count(); n != 2 || !chat.Starred.Get(livetest.ContextOf[chat.Star](page, first)) {
		t.Errorf("%d messages are marked", n)
	}
	say(page, "one more")
	if n := marked.Count(); n != 1 || page.Find("#"+first).Count() != 0 {
		t.Errorf("%d messages are marked", n)
	}
	marked.Click()
	marked.ExpectNone()
}

func TestAMessageCostsLittleMoreThanItself(t *testing.T) {
	s := livetest.Serve(t, routes())
	ann, bob := enter(s, "lobby", "Ann"), enter(s, "lobby", "Bob")
	say(ann, "one")
	bob.Settle()
	bob.TakeMessages()
	say(ann, "two")
	bob.Expect("#messages li:last-child span", "two")
	got := bob.TakeMessages()
	if len(got) != 1 || strings.Contains(got[0].HTML, "one") || got[0].Size() > len(bob.Find("#messages li:last-child").HTML())+100 {
		t.Errorf("it took %v", got)
	}
}

func TestAHiddenTabMissesNothing(t *testing.T) {
	s := livetest.Serve(t, routes())
	ann, bob := enter(s, "lobby", "Ann"), enter(s, "lobby", "Bob")
	say(ann, "0")
	bob.Hide()
	for i := range 10 {
		say(ann, strconv.Itoa(i+1))
	}
	bob.Show()
	if got, want := said(bob), said(ann); !slices.Equal(got, want) || len(got) != 11 {
		t.Errorf("Bob sees %q, Ann %q", got, want)
	}
}

func TestRoomsAreApart(t *testing.T) {
	s := livetest.Serve(t, routes())
	lobby, kitchen := enter(s, "lobby", "Ann"), enter(s, "kitchen", "Bob")
	say(lobby, "hello")
	say(kitchen, "hungry")
	if got := said(lobby); !slices.Equal(got, []string{"hello"}) {
		t.Errorf("in the lobby was said %q", got)
	}
	if got := here(kitchen); !slices.Equal(got, []string{"Bob"}) {
		t.Errorf("in the kitchen are %q", got)
	}
	lobby.Find("nav.rooms").Link("kitchen").Click()
	lobby.Expect("h1", "kitchen")
	lobby.Expect("nav.rooms [aria-current]", "kitchen")
	if got := said(lobby); !slices.Equal(got, []string{"hungry"}) {
		t.Errorf("in the kitchen was said %q", got)
	}
}

func TestNamesOfRooms(t *testing.T) {
	s := livetest.Serve(t, routes())
	for _, room := range []string{"x", "Grüße", "<script>alert(1)</script>", `a"b'c`, "a:b", "a%2Fb", strings.Repeat("ü", 40)} {
		page := s.Open("/chat/" + url.PathEscape(room))
		page.Expect("h1", room)
		if got, want := page.Title(), "Chat: "+room+" · Sideband"; got != want {
			t.Errorf("the title is %q, want %q", got, want)
		}
		say(page, "hello")
		page.Expect("#messages span", "hello")
	}
	for _, room := range []string{strings.Repeat("x", 41), " ", " x", "x  y", "\x00", "x\n", "\u202ex"} {
		page := s.Open("/chat/" + url.PathEscape(room))
		page.Expect("h1", "Not found")
	}
}

func TestARoomThatIsSilentForLongIsForgotten(t *testing.T) {
	s := livetest.Serve(t, routes())
	ann := s.Person()
	for i := range 102 {
		page := ann.Open(fmt.Sprint("/chat/room-", i))
		say(page, "hello")
		page.Close()
	}
	for i, want := range map[int]int{0: 0, 1: 0, 2: 1, 101: 1} {
		if got := said(ann.Open(fmt.Sprint("/chat/room-", i))); len(got) != want {
			t.Errorf("of room %d is known %q", i, got)
		}
	}
}

func TestWhoIsHere(t *testing.T) {
	s := livetest.Serve(t, routes())
	ann := enter(s, "lobby", "")
	if got := here(ann); !slices.Equal(got, []string{"Guest"}) {
		t.Errorf("who is alone sees %q", got)
	}
	bob := enter(s, "lobby", "")
	if got := here(ann); !slices.Equal(got, []string{"Guest", "Guest"}) {
		t.Errorf("two who have given no name are %q", got)
	}
	ann.Expect("#news", "Guest has joined.")
	bob.Expect("#news", "")

	ann.Field("Name").Fill("  Ann ")
	ann.Field("Name").ExpectValue("Ann")
	bob.Expect("#news", "Guest is now called Ann.")
	bob.Expect("#here-title", "2 here")
	got := here(bob)
	if slices.Sort(got); !slices.Equal(got, []string{"Ann", "Guest"}) {
		t.Errorf("here are %q", got)
	}
	if ann.Find("#here").Text(); strings.Contains(ann.HTML(), chat.Me.Get(ann.Context()).Browser) {
		t.Error("the page tells by what the server knows the browser")
	}
}

func TestTwoTabsWithOneNameAreOneVisitor(t *testing.T) {
	s := livetest.Serve(t, routes())
	ann := enter(s, "lobby", "")
	tab := ann.NewTab("/chat/lobby")
	bob := enter(s, "lobby", "")
	expect := func(when string, want ...string) {
		t.Helper()
		for _, page := range []*livetest.Page{ann, tab, bob} {
			got := here(page)
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("%s: here are %q, want %q", when, got, want)
			}
		}
	}
	expect("at first", "Guest", "Guest")
	ann.Field("Name").Fill("Ann")
	expect("with a name in one tab", "Ann", "Guest", "Guest")
	tab.Field("Name").Fill("Ann")
	expect("with the name in both", "Ann", "Guest")
	bob.Field("Name").Fill("Ann")
	expect("with somebody else of the name", "Ann", "Ann")
}

func TestANameIsKnownInOtherRoomsToo(t *testing.T) {
	page := enter(livetest.Serve(t, routes()), "lobby", "Ann")
	page.Find("nav.rooms").Link("kitchen").Click()
	page.Field("Name").ExpectValue("Ann")
	page.Expect("#here", "Ann")
}

func TestWhoLeavesIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := livetest.Serve(t, routes())
		ann, bob := enter(s, "lobby", "Ann"), enter(s, "lobby", "Bob")
		bob.Reload()
		time.Sleep(time.Minute)
		if got := here(ann); !slices.Equal(got, []string{"Ann", "Bob"}) {
			t.Errorf("after a reload here are %q", got)
		}
		bob.Close()
		ann.Wait("#news", "Bob has left.")
		ann.Expect("#here", "Ann")
	})
}

func TestTheRoomIsAsItWasWhenItsViewIsMountedAgain(t *testing.T) {
	s := livetest.Serve(t, routes())
	ann, bob := enter(s, "lobby", "Ann"), enter(s, "lobby", "Bob")
	say(ann, "hello")
	bob.View().Restart()
	bob.WaitFor("Bob to see the message once", func() bool { return slices.Equal(said(bob), []string{"hello"}) })
	say(bob, "again")
	ann.Expect("#messages li:last-child b", "Bob")
	bob.WaitFor("Bob to see both", func() bool { return slices.Equal(said(bob), []string{"hello", "again"}) })
}

// The server knows nothing any more, so it is the page that knows.
func TestARestartOfTheServerLosesNoNamesAndNothingTyped(t *testing.T) {
	secrets := [][]byte{[]byte(strings.Repeat("s", 32))}
	program := func() http.Handler {
		return site.Routes(handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler), Security: handlers.Security{Secrets: secrets}})), nil)
	}
	s := livetest.Serve(t, program())
	ann, bob := enter(s, "lobby", "Ann"), enter(s, "lobby", "Bob")
	tab := ann.NewTab("/chat/lobby")
	tab.Field("Name").Fill("Ann")
	say(ann, "hello")
	ann.Field("Message").Type("half a mess")
	s.Restart(program())
	ann.WaitFor("the room to be empty", func() bool { return len(said(ann)) == 0 })
	bob.WaitFor("both to be here again", func() bool {
		got := here(bob)
		slices.Sort(got)
		return slices.Equal(got, []string{"Ann", "Bob"})
	})
	ann.Field("Name").ExpectValue("Ann")
	ann.Field("Message").ExpectValue("half a mess")
	ann.Button("Send").Click()
	bob.Expect("#messages b", "Ann")
	bob.Expect("#messages span", "half a mess")
}

func TestASecondClickSendsNothing(t *testing.T) {
	page := enter(livetest.Serve(t, routes()), "lobby", "Ann")
	number := page.Find("#number").Attr("value")
	for _, text := range []string{"hello", "hello", "typed in haste"} {
		page.Forge("?event=Send", url.Values{"name": {"Ann"}, "text": {text}, "number": {number}})
	}
	say(page, "typed in haste")
	if got, want := said(page), []string{"hello", "typed in haste", "typed in haste"}; !slices.Equal(got, want) {
		t.Errorf("said was %q, want %q", got, want)
	}
}
