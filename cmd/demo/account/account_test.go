package account_test

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/cmd/demo/account"
	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/examples/auth"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

const (
	ann    = "ann@example.org"
	secret = "correct horse battery"
)

// serve serves the demo, in which Ann has an account.
func serve(t *testing.T) *livetest.Site {
	t.Helper()
	data, err := site.Open(t.Context(), filepath.Join(t.TempDir(), "demo.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { data.Close() })
	if err := data.Accounts.Add(t.Context(), ann, secret); err != nil {
		t.Fatal(err)
	}
	return livetest.Serve(t, site.Routes(handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)})), data))
}

func enter(page *livetest.Page, email, button string) {
	page.Field("Email").Fill(email)
	page.Field("Password").Fill(secret)
	page.Button(button).Click()
}

// signedIn opens the account's page as a stranger who signs in.
func signedIn(t *testing.T) *livetest.Page {
	t.Helper()
	page := serve(t).Open(account.Path)
	enter(page, ann, "Log in")
	return page
}

func TestStrangersAreSentToSignIn(t *testing.T) {
	page := serve(t).Open(account.Path)
	page.Expect("main h1", "Log in")
	page.ExpectFlash(views.FlashWarning, "Please log in.")
	if got := page.Path(); !strings.HasPrefix(got, auth.LogInPath) {
		t.Errorf("a stranger is at %s", got)
	}
}

func TestRegistering(t *testing.T) {
	for name, plain := range map[string]bool{"scripts": false, "no scripts": true} {
		t.Run(name, func(t *testing.T) {
			p := serve(t).Person()
			if plain {
				p.WithoutScripts()
			}
			page := p.Open(account.Path)
			enter(page, "kim@example.org", "Register")
			page.Expect("main h1", "Mail")
			for plain && page.Find("#no-mail").Exists() { // it is sent in the background
				time.Sleep(100 * time.Millisecond) // or it looks more often than a session may open pages
				page.Find("a", "Look again").Click()
			}
			page.Wait("#mails strong", "Confirm your address")
			page.Find("#mails li", "kim@example.org").Find("a").Click()
			page.Field("Password").Fill(secret)
			page.Button("Confirm").Click()
			page.Expect("#who", "Signed in as kim@example.org")
		})
	}
}

func TestDrafts(t *testing.T) {
	page := signedIn(t)
	page.Expect("#who", "Signed in as "+ann)
	page.Field("Draft").Fill("Grüße")
	page.Expect("#letters", "5 letters")
	if got := account.Draft.Get(page.Context()); got != "Grüße" {
		t.Errorf("the view has the draft %q", got)
	}
}

func TestThePageSaysWhatItHasDone(t *testing.T) {
	page := signedIn(t)
	page.ExpectFlash(views.FlashSuccess, "You are logged in.")
	page.Find("#sb-flash").Button("Dismiss").Click()
	page.ExpectFlash(views.FlashSuccess, "")

	page.Button("Throw the draft away").Click()
	page.ExpectFlash(views.FlashWarning, "There is no draft to throw away.")
	page.Field("Draft").Fill("Grüße")
	page.Button("Throw the draft away").Click()
	page.ExpectFlash(views.FlashWarning, "")
	page.ExpectFlash(views.FlashInfo, "The draft is gone.")
	page.Field("Draft").ExpectValue("")
	page.Expect("#letters", "0 letters")
}

func TestBrowsersKeepNoCopyOfThePage(t *testing.T) {
	page := signedIn(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, page.Person().Address(account.Path), nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := page.Person().Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if cache := res.Header.Get("Cache-Control"); cache != "no-store" {
		t.Errorf("Cache-Control is %q", cache)
	}
}

func TestLoggingOutEndsTheOtherPages(t *testing.T) {
	for _, button := range []string{"Log out", "Log out everywhere"} {
		page := signedIn(t)
		other := page.NewTab(account.Path)
		other.Expect("#who", "Signed in as "+ann)
		page.Button(button).Click()
		if got := page.Path(); got != auth.LogInPath {
			t.Errorf("%s: who has logged out is at %s", button, got)
		}
		if !page.Find(".sb-flash", "You are logged out").Exists() {
			t.Errorf("the page does not say so:\n%s", page.HTML())
		}
		other.Expect("main h1", "Log in")
	}
}

func TestTheOutboxKeepsAFewMails(t *testing.T) {
	s := serve(t)
	page := s.Open(account.MailPath)
	for range 3 {
		for _, email := range []string{"a@example.org", "b@example.org", "c@example.org", "d@example.org"} {
			enter(s.Open(auth.LogInPath), email, "Register")
		}
	}
	page.Wait("#mails li:nth-child(10) strong", "Confirm your address")
	page.Reload()
	page.ExpectNone("#mails li:nth-child(11)")
}
