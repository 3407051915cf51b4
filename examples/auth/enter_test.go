package auth_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// both runs a test with scripts and without.
func both(t *testing.T, f func(t *testing.T, s *site, p *livetest.Person)) {
	for name, plain := range map[string]bool{"scripts": false, "no scripts": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, plenty)
			p := s.Person()
			if plain {
				p.WithoutScripts()
			}
			f(t, s, p)
		})
	}
}

func TestRegistering(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *site, p *livetest.Person) {
		page := p.Open("/account")
		if got := page.Path(); got != "/account/log-in?next=%2Faccount" {
			t.Errorf("a stranger is at %s", got)
		}
		enter(page, "Kim@Example.org", "elevenchars", "Register")
		says(t, page, ".sb-summary", "Password: must have 12 characters or more")
		enter(page, "Kim@Example.org", secret, "Register")
		page.Wait("h1", "Look into your mailbox")
		m := s.mailed()
		if m.To != "kim@example.org" || !strings.Contains(m.Text, m.Link) {
			t.Errorf("mailed %+v", m)
		}
		if s.accounts.Known(t.Context(), "kim@example.org") {
			t.Error("there is an account before the address is confirmed")
		}
		page = p.Open(strings.TrimPrefix(m.Link, "https://site.test"))
		page.Field("Password").Fill(another)
		page.Button("Confirm").Click()
		says(t, page, ".sb-summary", "That is not the password with which this account was registered.")
		page.Field("Password").Fill(secret)
		page.Button("Confirm").Click()
		page.Expect("#who", "Signed in as kim@example.org")
		page.Button("Log out").Click()
		expectPath(t, page, "/account/log-in")
		enter(page, "kim@example.org", secret, "Log in")
		page.Expect("#who", "Signed in as kim@example.org")
		p.Open("/account/log-in").Expect("#who", "Signed in as kim@example.org") // there is nothing to do there
	})
}

func TestLoggingIn(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *site, p *livetest.Person) {
		page := p.Open("/notes?a=1")
		enter(page, " "+strings.ToUpper(ann), another, "Log in")
		says(t, page, ".sb-summary", wrong)
		enter(page, ann, "", "Log in")
		says(t, page, ".sb-summary", "Password: can't be blank")
		enter(page, strings.ToUpper(ann), secret, "Log in")
		page.Expect("#who", "Signed in as "+ann)
		expectPath(t, page, "/notes?a=1") // where it was wanted
	})
}

// A log-in ends what the browser's session was before it, the cookie too.
func TestTheSessionIsRenewed(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	p := s.Person()
	page := p.Open("/account/log-in")
	before := cookies(t, p)
	enter(page, ann, secret, "Log in")
	first := cookies(t, p)
	if first["__Host-sideband"] == "" || first["__Host-sideband"] == before["__Host-sideband"] {
		t.Errorf("the kit's session was not renewed: %v", first)
	}
	if first["__Host-account"] == "" || before["__Host-account"] != "" {
		t.Errorf("cookies %v, before the log-in %v", first, before)
	}
	page.Button("Log out").Click()
	if s.count(`SELECT count(*) FROM account_sessions`) != 0 {
		t.Error("the session lives on")
	}
	enter(page, ann, secret, "Log in")
	page.Expect("#who", "Signed in as "+ann)
	if second := cookies(t, p); second["__Host-account"] == first["__Host-account"] {
		t.Error("two log-ins have one token")
	}
	stranger := s.Person()
	stranger.SetHeader("Cookie", "__Host-account="+first["__Host-account"])
	stranger.Open("/account").Expect("h1", "Log in") // who kept the first one
}

// The token is in the browser alone.
func TestTokensAreStoredAsHashes(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	p := s.Person()
	s.logIn(p, ann, secret).Expect("#who", "Signed in as "+ann)
	s.mailFor(t, "/account/forgotten", ann)
	link := s.mailed().Link
	token := cookies(t, p)["__Host-account"]
	for _, query := range []string{`SELECT hash FROM account_sessions`, `SELECT hash FROM account_tokens`} {
		var stored []byte
		check(t, s.db.QueryRow(query).Scan(&stored))
		if len(stored) != 32 || token == "" || strings.Contains(token, string(stored)) || strings.Contains(link, string(stored)) {
			t.Errorf("%s: %x", query, stored)
		}
	}
}

// mailFor asks for a mail on a page that has one field.
func (s *site) mailFor(t *testing.T, path, email string) {
	t.Helper()
	page := s.Open(path)
	page.Field("Email").Fill(email)
	page.Button("Mail me a link").Click()
	expectPath(t, page, "/account/sent")
	page.ExpectFlash(views.FlashInfo, whatever)
}

// cookies are those that the person's browser would send.
func cookies(t *testing.T, p *livetest.Person) map[string]string {
	t.Helper()
	u, err := url.Parse(p.Address("/account"))
	check(t, err)
	all := map[string]string{}
	for _, c := range p.Client().Jar.Cookies(u) {
		all[c.Name] = c.Value
	}
	return all
}

func TestRememberMe(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	for _, remember := range []bool{false, true} {
		p := s.Person()
		page := p.Open("/account/log-in")
		if remember {
			page.Field("Remember me for 60 days").Check()
		}
		enter(page, ann, secret, "Log in")
		page.Expect("#who", "Signed in as "+ann)
		s.pass(25 * time.Hour)
		page = p.Open("/account")
		if remember {
			page.Expect("#who", "Signed in as "+ann)
			s.pass(58 * 24 * time.Hour)
			p.Open("/account").Expect("#who", "Signed in as "+ann)
			s.pass(48 * time.Hour)
			page = p.Open("/account")
		}
		page.Wait("h1", "Log in")
	}
}

// A session that is not to be remembered lasts as long as it is used, and goes with the browser.
func TestASessionInUseGoesOn(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	page := s.member(ann)
	for range 4 {
		s.pass(20 * time.Hour)
		page.Button("Tap").Click()
	}
	page.Expect("#taps", "xxxx")
	s.pass(25 * time.Hour)
	page.Button("Tap").Click()
	page.Wait("h1", "Log in")
	page.ExpectFlash(views.FlashWarning, "Please log in.")
}

// Who is logged in stays so over a restart, and the open page too.
func TestARestart(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	page := s.member(ann)
	s.Restart(s.program(plenty))
	page.Button("Tap").Click()
	page.Expect("#taps", "x")
	page.Expect("#who", "Signed in as "+ann)
}

func TestALinkThatLogsIn(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *site, p *livetest.Person) {
		page := p.Open("/account/log-in")
		page.Field("Email").Fill(ann)
		page.Button("Mail me a link").Click()
		expectPath(t, page, "/account/sent")
		path := s.path()
		res, err := p.Client().Get(p.Address(path)) // as programs do that look at links
		check(t, err)
		res.Body.Close()
		page = p.Open(path)
		page.Button("Log in").Click()
		page.Expect("#who", "Signed in as "+ann)

		late := s.Person().Open(path)
		late.Wait("h1", "Log in")
		late.ExpectFlash(views.FlashError, spent)
	})
}

func TestAnswersTellNothingOfAccounts(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *site, p *livetest.Person) {
		answer := func(path, email, password, button string) string {
			page := p.Open(path)
			page.Field("Email").Fill(email)
			if password != "" {
				page.Field("Password").Fill(password)
			}
			page.Button(button).Click()
			return strings.ReplaceAll(page.Path()+page.Find("main").Text(), email, "")
		}
		for _, c := range []struct{ path, password, button string }{
			{"/account/log-in", another, "Log in"},
			{"/account/log-in", another, "Register"},
			{"/account/log-in", "", "Mail me a link"},
			{"/account/forgotten", "", "Mail me a link"},
		} {
			if known, unknown := answer(c.path, ann, c.password, c.button), answer(c.path, "nobody@example.org", c.password, c.button); known != unknown {
				t.Errorf("%v: %q to an account, %q to none", c, known, unknown)
			}
		}
		// Who registers an address can't see by logging in whether that was free.
		if known, unknown := answer("/account/log-in", ann, another, "Log in"), answer("/account/log-in", "nobody@example.org", another, "Log in"); known != unknown {
			t.Errorf("after a registration: %q and %q", known, unknown)
		}
		subjects := map[string]int{}
		for range 4 { // and none for the links of nobody
			m := s.mailed()
			subjects[m.To+": "+m.Subject]++
		}
		for _, want := range []string{ann + ": You have an account", "nobody@example.org: Confirm your address", ann + ": Log in", ann + ": New password"} {
			if subjects[want] != 1 {
				t.Errorf("%q was mailed %d times: %v", want, subjects[want], subjects)
			}
		}
	})
}

// Addresses that lead elsewhere are no place to go on to.
func TestNextIsOfThisSite(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	for _, next := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "javascript:alert(1)", "?x=1", "/\nx", "/" + strings.Repeat("x", 600)} {
		page := s.Open("/account/log-in?" + url.Values{"next": {next}}.Encode())
		enter(page, ann, secret, "Log in")
		page.Expect("#who", "Signed in as "+ann)
		expectPath(t, page, "/account")
	}
}

// Config.Home is where the log-in and the links of an account's pages lead.
func TestTheHomeOfAnAccount(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	s.home = "/notes"
	s.Restart(s.program(plenty))
	page := s.logIn(s.Person(), ann, secret)
	expectPath(t, page, "/notes")
	for _, path := range []string{"/notes", "/account/sessions", "/account/settings"} {
		if got := page.Person().Open(path).Find(".links a", "Account").Attr("href"); got != "/notes" {
			t.Errorf("%s leads to %q", path, got)
		}
	}
}

func TestBrowsersKeepNoCopy(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	p := s.Person()
	s.logIn(p, ann, secret)
	res, err := p.Client().Get(p.Address("/account"))
	check(t, err)
	res.Body.Close()
	if got := res.Header.Get("Cache-Control"); res.StatusCode != http.StatusOK || got != "no-store" {
		t.Errorf("%d, Cache-Control %q", res.StatusCode, got)
	}
}
