package account_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/cmd/demo/account"
	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

func serve(t *testing.T) *livetest.Site {
	t.Helper()
	return livetest.Serve(t, site.Routes(handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)})), nil))
}

// signedIn opens the account's page as a stranger who signs in.
func signedIn(t *testing.T, name string) *livetest.Page {
	t.Helper()
	page := serve(t).Open(account.Path)
	page.Field("Name").Fill(name)
	page.Button("Sign in").Click()
	return page
}

func TestStrangersAreSentToSignIn(t *testing.T) {
	page := serve(t).Open(account.Path)
	page.Expect("main h1", "Sign in")
	if got := page.Path(); got != account.SignInPath {
		t.Errorf("a stranger is at %s", got)
	}
}

// A browser would not send these, but others may.
func TestNamesThatAreNone(t *testing.T) {
	somebody := serve(t).Person()
	for _, name := range []string{"", "  ", strings.Repeat("x", 500)} {
		res, err := somebody.Client().PostForm(somebody.Address(account.SignInPath), url.Values{"name": {name}})
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || !strings.Contains(string(body), "That is no name to sign in with.") {
			t.Errorf("%.10q: the page does not say why: %v", name, err)
		}
		somebody.Open(account.Path).Expect("main h1", "Sign in")
	}
}

func TestSigningIn(t *testing.T) {
	page := signedIn(t, "<Ann>")
	page.Expect("#who", "Signed in as <Ann>")
	page.Field("Draft").Fill("Grüße")
	page.Expect("#letters", "5 letters")
	if got := account.Draft.Get(page.Context()); got != "Grüße" {
		t.Errorf("the view has the draft %q", got)
	}
}

func TestThePageSaysWhatItHasDone(t *testing.T) {
	page := signedIn(t, "Ann")
	page.ExpectFlash(views.FlashSuccess, "You are signed in.")
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
	page := signedIn(t, "Ann")
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

func TestSigningOutEndsTheOtherPages(t *testing.T) {
	page := signedIn(t, "Ann")
	other := page.NewTab(account.Path)
	other.Expect("#who", "Signed in as Ann")
	page.Button("Sign out").Click()
	if got := page.Path(); got != account.SignInPath {
		t.Errorf("who has signed out is at %s", got)
	}
	page.ExpectFlash(views.FlashSuccess, "You are signed out.")
	other.Expect("main h1", "Sign in")
}
