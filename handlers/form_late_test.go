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
