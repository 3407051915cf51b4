package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

const membersPage = "/members/ledger"

// signsIn opens the members' page as somebody new.
func signsIn(t *testing.T, s *fixture.Site, name string) *browser.Page {
	t.Helper()
	p := browser.Open(t, s.URL+membersPage) // which sends everybody to sign in first
	p.WaitText("h1", "Sign in")
	p.Fill("#name", name)
	p.Click("#sign-in")
	entries(p, len(s.Book.Entries()))
	live(t, p)
	stay(p)
	return p
}

// elsewhere does something to the session as another tab would that is looked at, too.
func elsewhere(p *browser.Page, path string) {
	p.Eval(`fetch(`+quote(path)+`, {method: "POST", redirect: "manual"}).then(() => 0)`, nil)
}

// Case 6.
func TestAPageLeavesAtOnceWhenItsSessionEndsElsewhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, path, title string }{
		{"destroyed", "/sign-out", "Sign in"},
		{"renewed", "/renew", "0"}, // it is the same person's: the page comes back
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := fixture.Serve(t, handlers.Config{})
			ann, bob := signsIn(t, s, "ann"), signsIn(t, s, "bob")
			stream := s.Net.Exchanges(streamsFrom(ann))[0]
			elsewhere(ann, c.path)
			until(t, "the stream is over", stream.Over)
			ann.WaitFor("document.stayed === undefined")
			ann.WaitText("h1", c.title)

			stayedLive(t, bob, s)
			bob.Click("#tap")
			bob.WaitText("#taps", "1")
			stayed(t, bob)
			if c.path == "/renew" {
				works(t, ann, s)
			}
		})
	}
}

func TestNothingIsPushedToAPageWhoseSessionHasEnded(t *testing.T) {
	t.Parallel()
	c := handlers.Config{}
	c.Connection.NoCompression = true
	s := fixture.Serve(t, c)
	p := signsIn(t, s, "ann")
	p.AllowErrors(lost...)
	ref := s.Visits.Ref("ann")
	mine := streamsFrom(p)
	stream := s.Net.Exchanges(mine)[0]
	release := s.Net.Stall(mine)
	s.Book.Write("for ann's eyes " + strings.Repeat("x", 1<<20)) // more than the network holds
	check(t, fixture.Read(ref))
	for range 5 {
		s.Book.Write("another secret")
		check(t, fixture.Read(ref))
	}
	elsewhere(p, "/sign-out")
	if err := fixture.Read(ref); err == nil {
		t.Error("the view still takes messages")
	}
	release()
	p.WaitText("h1", "Sign in")
	if body := stream.Body(); strings.Contains(body, "another secret") {
		t.Error("what waited was delivered")
	}
}

func TestAnEventOfAPageWhoseSessionHasEndedDoesNothing(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	s.Gate.Open()
	p := signsIn(t, s, "ann")
	p.AllowErrors(lost...)
	p.AllowErrors("answered 403", "htmx:response:error")
	defer s.Net.Stall(streamsFrom(p))() // so that the event comes first
	elsewhere(p, "/sign-out")
	p.Click("#write")
	p.WaitText("h1", "Sign in")
	if n := len(s.Book.Entries()); n != 0 {
		t.Errorf("%d entries were written", n)
	}
}

func TestAHiddenPageWhoseSessionHasEndedLeavesWhenItIsShown(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := signsIn(t, s, "ann")
	other := p.NewTab(s.URL + "/sign-out")
	until(t, "the hidden page's stream is closed", func() bool { return s.Net.Open(streamOf(membersPage)) == 0 })
	seen := s.Net.Count(streamOf(membersPage))
	other.Click("#sign-out")
	until(t, "she is signed out", func() bool {
		return s.Net.Count(func(r *http.Request) bool { return r.Method == http.MethodGet && r.URL.Path == "/sign-out" }) == 2
	})
	p.Front()
	p.WaitText("h1", "Sign in")
	if n := s.Net.Count(streamOf(membersPage)) - seen; n != 1 {
		t.Errorf("%d streams were asked for", n)
	}
	other.Close()
}

// An event that is under way when its session ends is dropped with all it has set.
func TestALogOutDuringASlowEvent(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := signsIn(t, s, "ann")
	p.AllowErrors(lost...)
	p.AllowErrors("answered 4", "answered 5", "htmx:response:error")
	p.Click("#write")
	check(t, s.Gate.Held(t.Context(), 1))
	elsewhere(p, "/sign-out")
	p.WaitText("h1", "Sign in")
	s.Gate.Open()
	check(t, s.Gate.Passed(t.Context(), 1))
	p.Goto(s.URL + membersPage)
	p.WaitText("h1", "Sign in")
}

// Case 9.
func TestBackAfterLogOutDoesNotShowThePage(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	s.Book.Write("for ann's eyes")
	p := signsIn(t, s, "ann")
	p.Goto(s.URL + "/sign-out")
	p.Click("#sign-out")
	until(t, "she is signed out", func() bool {
		return s.Net.Count(func(r *http.Request) bool { return r.Method == http.MethodGet && r.URL.Path == "/sign-out" }) == 2
	})
	pages := s.Net.Count(pageOf(membersPage))
	p.Eval("setTimeout(() => history.go(2 - history.length)), 0", nil)
	p.WaitText("h1", "Sign in")
	for range 4 {
		var steps int
		if p.Eval("history.length", &steps); steps < 2 {
			break
		}
		p.Forward()
		if strings.Contains(p.HTML(), "for ann's eyes") {
			t.Fatalf("%s shows it", p.URL())
		}
		if strings.HasSuffix(p.URL(), "/sign-out") {
			break
		}
	}
	p.Back()
	p.WaitText("h1", "Sign in")
	if s.Net.Count(pageOf(membersPage)) == pages {
		t.Error("the page was not asked for again")
	}
}
