package handlers_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/viewtest/signup"
)

var formNumber = regexp.MustCompile(`name="sb-form" value="([^"]+)"`)

// signupSite serves the sign-up form.
func signupSite(t *testing.T, c handlers.Config, users *signup.Users) *site {
	t.Helper()
	return newSite(t, c, func(kit *handlers.Kit, r chi.Router) {
		r.Handle("/signup", handlers.View(kit, signup.Page{Users: users}))
	})
}

// signedUp is what the page's form posts.
func signedUp(t *testing.T, html string) url.Values {
	t.Helper()
	m := formNumber.FindStringSubmatch(html)
	if m == nil {
		t.Fatalf("no number in %s", html)
	}
	return url.Values{
		"sb-form": {m[1]}, "sb-rows": {"addresses=0"}, "name": {"Bob"}, "email": {"bob@example.org"}, "password": {"a long password"},
		"age": {"30"}, "country": {"DE"}, "role": {"member"}, "addresses[0].street": {"Road"}, "addresses[0].city": {"Rome"},
	}
}

// Case 182: a change that comes after its submit was accepted does nothing. What its field shows, which may have been
// typed and left before the answer came, stays, too.
func TestALateChangeTakesNothingFromItsField(t *testing.T) {
	users := &signup.Users{}
	p := signupSite(t, handlers.Config{}, users).browser(t).open("/signup").connect("")
	v := signedUp(t, p.html)
	if a := p.post("event=Save", v, "HX-Source", "form#signup"); a.status != http.StatusNoContent || len(users.Saved()) != 1 {
		t.Fatalf("answered %d %s", a.status, a.body)
	}
	p.expect("pattern=\"Bob\"") // what is cleared, unless it was typed in since
	p.expect("sb-flash")
	v.Set("name", "Zoe")
	for _, element := range []string{"input#signup-name", "form#signup"} {
		if a := p.post("event=Change", v, "HX-Source", element); a.status != http.StatusNoContent {
			t.Errorf("answered %d %s", a.status, a.body)
		}
	}
	p.post("event=Patch", nil)
	if _, message := p.message(); strings.Contains(message, "signup-name") || !strings.Contains(message, "Sign up now") {
		t.Errorf("after the late change: %s", message)
	}
}

// Case 121: an answer that comes after the view went out does not undo what was typed since, with the number that the
// page has by now.
func TestALateAnswerDoesNotUndoWhatWasTypedSince(t *testing.T) {
	t.Parallel()
	c := handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}}
	s := signupSite(t, c, &signup.Users{})
	p := s.browser(t).open("/signup").connect("")
	old := signedUp(t, p.html)
	shutdown(t, s.kit)
	next := signupSite(t, c, &signup.Users{})
	s.kit, s.log, s.Config.Handler = next.kit, next.log, next.Config.Handler
	p.connect("0")
	_, message := p.message()
	question := asks(t, message)["signup"]
	if question == "" {
		t.Fatalf("asked by %s", message)
	}
	_, message = p.message() // the whole view, after a while
	now := url.Values{"sb-form": {signedUp(t, message).Get("sb-form")}, "sb-rows": {"addresses=0"}, "name": {"Zoe"}}
	if a := p.post("event=Change", now, "HX-Source", "input#signup-name"); a.status != http.StatusNoContent {
		t.Fatalf("answered %d %s", a.status, a.body)
	}
	if a := p.post(question, old, "HX-Source", "input"); a.status != http.StatusNoContent {
		t.Errorf("the late answer is answered %d %s", a.status, a.body)
	}
	p.post("event=Patch", nil)
	for message = ""; !strings.Contains(message, "Sign up now"); {
		if _, message = p.message(); strings.Contains(message, "Bob") {
			t.Fatalf("the late answer counts: %s", message)
		}
	}
}

// Case 181: a connection that breaks between the two messages of a submit.
func TestAConnectionThatBreaksInASubmit(t *testing.T) {
	s := signupSite(t, handlers.Config{}, &signup.Users{})
	p := s.browser(t).open("/signup").connect("")
	p.post("event=Save", signedUp(t, p.html), "HX-Source", "form#signup")
	id, first := p.message()
	if !strings.Contains(first, "pattern=") {
		t.Fatalf("the first message is %s", first)
	}
	cut := func() {
		t.Helper()
		p.body.Close()
		waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
	}
	cut()
	p.connect(id)
	second, last := p.message()
	if !strings.Contains(last, "sb-flash") || strings.Contains(last, `pattern="Bob"`) || !strings.Contains(last, `#signup-name:not(:invalid)`) {
		t.Errorf("the page that has the first message gets %s", last)
	}
	cut()
	p.connect("0")
	for _, want := range []string{first, last} {
		if _, message := p.message(); message != want {
			t.Errorf("the page that has none gets %s", message)
		}
	}
	// What changes meanwhile comes after them.
	cut()
	p.post("event=Patch", nil)
	p.connect(second)
	p.expect("Sign up now")
}
