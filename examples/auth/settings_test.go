package auth_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/examples/auth"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

func TestAForgottenPassword(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *site, p *livetest.Person) {
		elsewhere := s.member(ann)
		page := p.Open("/account/log-in")
		page.Find("a", "Forgotten the password?").Click()
		page.Field("Email").Fill(ann)
		page.Button("Mail me a link").Click()
		path := s.path()
		page = p.Open(path)
		page.Field("New password").Fill("short")
		page.Button("Set password").Click()
		says(t, page, ".sb-flash", "12 to 128 characters")
		page.Field("New password").Fill(another)
		page.Button("Set password").Click()
		expectPath(t, page, "/account/log-in")
		elsewhere.Wait("h1", "Log in") // its session has ended, by itself
		enter(page, ann, secret, "Log in")
		says(t, page, ".sb-summary", wrong)
		enter(page, ann, another, "Log in")
		page.Expect("#who", "Signed in as "+ann)
		late := s.Person().Open(path)
		late.Wait("h1", "Log in")
		late.ExpectFlash(views.FlashError, spent)
	})
}

func TestANewPassword(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *site, p *livetest.Person) {
		elsewhere := s.member(ann)
		s.mailFor(t, "/account/forgotten", ann)
		link := s.path() // good until then
		page := s.logIn(p, ann, secret)
		page.Find("a", "Settings").Click()
		page.Field("New password").Fill(another)
		page.Button("Set password").Click()
		expectPath(t, page, "/account/settings")
		says(t, page, ".sb-flash", "Your password is changed. You are logged out everywhere else.")
		elsewhere.Wait("h1", "Log in")
		p.Open("/account").Expect("#who", "Signed in as "+ann)
		s.logIn(s.Person(), ann, secret).Expect("h1", "Log in")
		s.logIn(s.Person(), ann, another).Expect("#who", "Signed in as "+ann)
		s.Person().Open(link).ExpectFlash(views.FlashError, spent)
	})
}

func TestANewEmail(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *site, p *livetest.Person) {
		page := s.logIn(p, ann, secret)
		move := func(to string) {
			t.Helper()
			page = p.Open("/account/settings")
			page.Field("Email").Fill(to)
			page.Button("Change email").Click()
		}
		move(strings.ToUpper(ann))
		says(t, page, ".sb-summary", "is your address already")
		move(bob) // who hears of it; the answer is the same
		expectPath(t, page, "/account/sent")
		if m := s.mailed(); m.To != bob || m.Link != "" {
			t.Errorf("mailed %+v", m)
		}
		move("Ann@example.net")
		expectPath(t, page, "/account/sent")
		path := s.path()
		s.logIn(s.Person(), "ann@example.net", secret).Expect("h1", "Log in") // not yet

		others := s.member(bob).NewTab(path)
		expectPath(t, others, "/account")
		others.ExpectFlash(views.FlashError, spent)
		stranger := s.Open(path)
		expectPath(t, stranger, "/account/log-in?"+url.Values{"next": {path}}.Encode())

		page = p.Open(path)
		page.Button("Change email").Click()
		page.Expect("#who", "Signed in as ann@example.net")
		if m := s.mailed(); m.To != ann || !strings.Contains(m.Text, "ann@example.net") {
			t.Errorf("the old address hears %+v", m)
		}
		s.logIn(s.Person(), ann, secret).Expect("h1", "Log in")
		s.logIn(s.Person(), "ann@example.net", secret).Expect("#who", "Signed in as ann@example.net")
	})
}

// Sensitive pages ask for the password after 10 minutes: before they show, before their events and in plain handlers.
func TestSensitivePagesAskAgain(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *site, p *livetest.Person) {
		s.logIn(p, ann, secret)
		s.pass(9 * time.Minute)
		page := p.Open("/account/settings")
		expectPath(t, page, "/account/settings")
		page.Field("Email").Fill("ann@example.net")
		s.pass(time.Minute)
		page.Button("Change email").Click()
		page.Wait("h1", "Is it you?")
		if n := s.count(`SELECT count(*) FROM account_tokens`); n != 0 {
			t.Errorf("%d mails", n)
		}
		if _, body := s.post(p, "/account/settings/password", url.Values{"password": {another}}); !strings.Contains(body, "Is it you?") {
			t.Errorf("the plain handler answers %s", body)
		}
		page.Field("Password").Fill(another)
		page.Button("Continue").Click()
		says(t, page, ".sb-summary", "The password is wrong.")
		page.Field("Password").Fill(secret)
		page.Button("Continue").Click()
		expectPath(t, page, "/account/settings")
		s.pass(9 * time.Minute)
		expectPath(t, p.Open("/account/settings"), "/account/settings")
		s.logIn(s.Person(), ann, secret).Expect("#who", "Signed in as "+ann) // the password is as before
	})
}

func TestTheListOfSessions(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *site, p *livetest.Person) {
		phone := s.Person()
		phone.SetHeader("User-Agent", "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0")
		far := s.logIn(phone, ann, secret)
		other := s.member(bob)
		page := s.logIn(p, ann, secret)
		page.Find("a", "Sessions").Click()
		if got := page.Find("#sessions li strong").Texts(); len(got) != 2 || got[1] != "Firefox on Android" {
			t.Errorf("the list has %q", got)
		}
		if n := page.Find("#sessions li", "(this browser)").Count(); n != 1 {
			t.Errorf("%d sessions are this one", n)
		}
		page.Find("#sessions li:last-child").Find("button").Click()
		expectPath(t, page, "/account/sessions")
		says(t, page, ".sb-flash", "That session is logged out.")
		far.Wait("h1", "Log in") // by itself
		if n := page.Find("#sessions li").Count(); n != 1 {
			t.Errorf("%d sessions", n)
		}
		p.Open("/account").Expect("#who", "Signed in as "+ann)

		// Those of others, and made-up ones.
		var bobs string
		check(t, s.db.QueryRow(`SELECT s.id FROM account_sessions s JOIN accounts a ON a.id = s.account WHERE a.email = ?`, bob).Scan(&bobs))
		for id, want := range map[string]int{bobs: http.StatusOK, "9999": http.StatusOK, "x": http.StatusNotFound, "-1": http.StatusOK, "99999999999999999999": http.StatusNotFound} {
			if status, _ := s.post(p, "/account/sessions/"+id+"/log-out", nil); status != want {
				t.Errorf("%s: %d", id, status)
			}
		}
		other.Button("Tap").Click()
		other.Expect("#taps", "x")

		page = p.Open("/account/sessions")
		page.Find("#sessions li").Find("button").Click()
		expectPath(t, page, "/account/log-in")
	})
}

func TestAnAccountHasAFewSessions(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	first := s.member(ann)
	for range auth.MaxSessions {
		p := s.Person().WithoutScripts()
		s.logIn(p, ann, secret)
	}
	if n := s.count(`SELECT count(*) FROM account_sessions`); n != auth.MaxSessions {
		t.Errorf("%d sessions", n)
	}
	first.Wait("h1", "Log in") // by itself
}

func TestLoggingOutEverywhere(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *site, p *livetest.Person) {
		far, other := s.member(ann), s.member(bob)
		tab := far.NewTab("/notes")
		page := s.logIn(p, ann, secret)
		page.Button("Log out everywhere").Click()
		expectPath(t, page, "/account/log-in")
		says(t, page, ".sb-flash", "You are logged out everywhere.")
		for _, left := range []*livetest.Page{far, tab} { // at once
			left.Wait("h1", "Log in")
			left.ExpectFlash(views.FlashWarning, "Please log in.")
		}
		other.Button("Tap").Click()
		other.Expect("#taps", "x") // the page has stayed
	})
}

// The pages of the user's other browsers load themselves once, and go on.
func TestLoggingOutLeavesOtherBrowsers(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	far, other := s.member(ann), s.member(bob)
	page := s.member(ann)
	tab := page.NewTab("/notes")
	for _, p := range []*livetest.Page{far, other} {
		p.Button("Tap").Click()
		p.Expect("#taps", "x")
	}
	page.Button("Log out").Click()
	expectPath(t, page, "/account/log-in")
	tab.Wait("h1", "Log in")
	far.Wait("#taps", "")
	far.Button("Tap").Click()
	far.Expect("#taps", "x")
	far.Expect("#who", "Signed in as "+ann)
	other.Expect("#taps", "x")
}

// What a session's cookie has opened ends with the session, also in a browser that has copied the cookie: nothing is
// pushed there any more.
func TestTheEndOfASessionEndsThePagesOfItsCopies(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(s *site, p *livetest.Person){
		"log out": func(_ *site, p *livetest.Person) {
			page := p.Open("/account")
			page.Button("Log out").Click()
			page.Wait("h1", "Log in")
		},
		"log out in the list": func(_ *site, p *livetest.Person) {
			page := p.Open("/account/sessions")
			page.Find("#sessions li").Find("button").Click()
			page.Wait("h1", "Log in")
		},
		"a log-in as somebody else": func(s *site, p *livetest.Person) {
			page := s.Open("/account/log-in")
			page.Field("Email").Fill(bob)
			page.Button("Mail me a link").Click()
			page = p.Open(s.path())
			page.Button("Log in").Click()
			page.Expect("#who", "Signed in as "+bob)
			says(s.t, page, ".sb-flash", "You are logged in.")
		},
		"a new password of somebody else": func(s *site, p *livetest.Person) {
			page := s.Open("/account/forgotten")
			page.Field("Email").Fill(bob)
			page.Button("Mail me a link").Click()
			page = p.Open(s.path())
			page.Field("New password").Fill(another)
			page.Button("Set password").Click()
			page.Wait("h1", "Log in")
			says(s.t, page, ".sb-flash", "Your password is changed. Please log in with it.")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			both(t, func(t *testing.T, s *site, p *livetest.Person) {
				s.logIn(p, ann, secret).Expect("#who", "Signed in as "+ann)
				thief := s.Person()
				u, err := url.Parse(thief.Address("/"))
				check(t, err)
				thief.Client().Jar.SetCookies(u, []*http.Cookie{{Name: "__Host-account", Value: cookies(t, p)["__Host-account"], Path: "/", Secure: true}})
				copied := thief.Open("/notes")
				copied.Expect("#who", "Signed in as "+ann)
				end(s, p)
				copied.Wait("h1", "Log in") // by itself
				if n := s.count(`SELECT count(*) FROM account_sessions s JOIN accounts a ON a.id = s.account WHERE a.email = '` + ann + `'`); n != 0 {
					t.Errorf("%d sessions", n)
				}
			})
		})
	}
}

// Who logs out and closes the tab at once is logged out, and nobody is told of a fault.
func TestABrowserThatLeavesWhileItLogsOut(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	p := s.member(ann).Person()
	left, leave := context.WithCancel(t.Context())
	leave()
	r := httptest.NewRequest(http.MethodPost, p.Address("/account/log-out"), http.NoBody).WithContext(left)
	for name, value := range cookies(t, p) {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	s.handler.ServeHTTP(httptest.NewRecorder(), r)
	if n := s.count("SELECT count(*) FROM account_sessions"); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
	if said := s.log.String(); strings.Contains(said, "level=ERROR") || strings.Contains(said, "level=WARN") {
		t.Errorf("the log says %s", said)
	}
}

// Plain handlers are for members, and for their own site.
func TestPlainHandlersAreGuarded(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	p := s.Person()
	page := s.logIn(p, ann, secret)
	for _, path := range []string{"/account/log-out", "/account/log-out-everywhere", "/account/sessions/1/log-out", "/account/settings/password"} {
		if status, _ := s.post(p, path, url.Values{"password": {another}}, "Sec-Fetch-Site", "cross-site"); status != http.StatusForbidden {
			t.Errorf("%s from another site: %d", path, status)
		}
		if _, body := s.post(s.Person(), path, url.Values{"password": {another}}); !strings.Contains(body, "Mail me a link") {
			t.Errorf("%s: a stranger sees %.300s", path, body)
		}
	}
	page.Button("Tap").Click()
	page.Expect("#taps", "x")
}

// A new password leaves it as it was whether this browser is remembered.
func TestANewPasswordKeepsRememberMe(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	p := s.Person()
	page := p.Open("/account/log-in")
	page.Field("Remember me for 60 days").Check()
	enter(page, ann, secret, "Log in")
	page.Expect("#who", "Signed in as "+ann)
	page = p.Open("/account/settings")
	page.Field("New password").Fill(another)
	page.Button("Set password").Click()
	says(t, page, ".sb-flash", "Your password is changed.")
	if n := s.count(`SELECT remember FROM account_sessions`); n != 1 {
		t.Errorf("remember is %d", n)
	}
	s.pass(25 * time.Hour)
	p.Open("/account").Expect("#who", "Signed in as "+ann)
}
