package auth_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/examples/auth"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// A long password, which the field does not take, is refused before anything is hashed.
func TestAPasswordOfAMegabyte(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	defer s.auth.Occupy()() // whatever would be hashed has to wait
	s.auth.Patience(time.Hour)
	p := s.Person().WithoutScripts()
	page := p.Open("/account/log-in")
	form := url.Values{"email": {ann}}
	for _, name := range []string{"sb-ticket", "sb-form"} {
		form.Set(name, page.Find("input[name="+name+"]").Attr("value"))
	}
	for n, want := range map[int]string{129: "Password: ", 1_000_000: "Password: ", 2 << 20: "That is too much to send at once."} {
		for _, do := range []string{"log-in", "register"} {
			form.Set("password", strings.Repeat("x", n))
			form.Set("do", do)
			status, body := s.post(p, "/account/log-in?event=Submit", form)
			if !strings.Contains(body, want) || status != map[bool]int{true: http.StatusOK, false: http.StatusRequestEntityTooLarge}[n < 2<<20] {
				t.Errorf("%d bytes: %d %.3000s", n, status, body)
			}
		}
	}
}

func TestLongPostsToPlainHandlers(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	p := s.Person()
	s.logIn(p, ann, secret)
	for _, path := range []string{"/account/settings/password", "/account/new-password/set"} {
		if status, _ := s.post(p, path, url.Values{"password": {strings.Repeat("x", 1_000_000)}}); status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %d", path, status)
		}
		if status, body := s.post(p, path, url.Values{"password": {strings.Repeat("x", 129)}}); status != http.StatusOK || strings.Contains(body, "is changed") {
			t.Errorf("%s: %d %s", path, status, body)
		}
		if status, body := s.post(p, path, url.Values{"password": {"a\x00b\xff234567890123"}}); status != http.StatusOK || strings.Contains(body, "is changed") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	s.logIn(s.Person(), ann, secret).Expect("#who", "Signed in as "+ann)
}

func TestNullBytes(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *site, p *livetest.Person) {
		page := p.Open("/account/log-in")
		for _, c := range [][2]string{{ann + "\x00", secret}, {ann, secret + "\x00"}, {ann, "\x00" + secret}, {"ann\x00@example.org", secret}, {ann, "\xff\xfe" + secret}} {
			for _, button := range []string{"Log in", "Register"} {
				enter(page, c[0], c[1], button)
				says(t, page, ".sb-summary", "")
			}
		}
		p.SetHeader("Cookie", "__Host-account=a%00b")
		for _, token := range []string{"", "%00", "x", strings.Repeat("A", 43), strings.Repeat("A", 1500), "%ff", "'%20OR%201=1"} {
			for _, path := range []string{"/account/link", "/account/confirm", "/account/new-password"} {
				page := s.Person().Open(path + "?token=" + token)
				expectPath(t, page, "/account/log-in")
				page.ExpectFlash(views.FlashError, spent)
			}
		}
	})
}

// A token is good once, for a time, and for one thing.
func TestTokens(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	page := s.Open("/account/log-in")
	enter(page, "kim@example.org", secret, "Register")
	confirm := s.path()
	s.mailFor(t, "/account/forgotten", ann)
	reset := s.path()
	page = s.Open("/account/log-in")
	page.Field("Email").Fill(ann)
	page.Button("Mail me a link").Click()
	login := s.path()
	links := map[string]string{"/account/confirm": confirm, "/account/new-password": reset, "/account/link": login}
	for path, own := range links {
		for _, link := range links {
			_, token, _ := strings.Cut(link, "?")
			page := s.Open(path + "?" + token)
			if good := link == own; good != strings.HasPrefix(page.Path(), path+"?") {
				t.Errorf("the token of %s leads to %s at %s", link, page.Path(), path)
			}
		}
	}
	// The plain handler, too, takes its own alone.
	for _, link := range []string{confirm, login} {
		_, token, _ := strings.Cut(link, "token=")
		if _, body := s.post(s.Person(), "/account/new-password/set", url.Values{"token": {token}, "password": {another}}); !strings.Contains(body, spent) {
			t.Errorf("%s sets a password: %s", link, body)
		}
	}
	// A page that was open before the token was used.
	slow := s.Open(login)
	fast := s.Open(login)
	fast.Button("Log in").Click()
	fast.Expect("#who", "Signed in as "+ann)
	slow.Button("Log in").Click()
	expectPath(t, slow, "/account/log-in")
	slow.ExpectFlash(views.FlashError, spent)

	page = s.Open("/account/log-in")
	page.Field("Email").Fill(ann)
	page.Button("Mail me a link").Click()
	login = s.path()
	for _, c := range []struct {
		after time.Duration
		path  string
	}{{15 * time.Minute, login}, {45 * time.Minute, reset}, {23 * time.Hour, confirm}} {
		open := s.Open(c.path)
		expectPath(t, open, c.path)
		s.pass(c.after)
		late := s.Open(c.path)
		expectPath(t, late, "/account/log-in")
		late.ExpectFlash(views.FlashError, spent)
		switch c.path {
		case login:
			open.Button("Log in").Click()
			expectPath(t, open, "/account/log-in")
			open.ExpectFlash(views.FlashError, spent)
		case confirm:
			open.Field("Password").Fill(secret)
			open.Button("Confirm").Click()
			expectPath(t, open, "/account/log-in")
		}
	}
	if s.accounts.Known(t.Context(), "kim@example.org") {
		t.Error("a late confirmation has made an account")
	}
}

// Eight browsers use one token at the same moment.
func TestATokenThatIsUsedAtOnce(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	s.mailFor(t, "/account/forgotten", ann)
	_, token, _ := strings.Cut(s.path(), "token=")
	var changed atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		p := s.Person()
		all.Go(func() {
			if _, body := s.post(p, "/account/new-password/set", url.Values{"token": {token}, "password": {another}}); strings.Contains(body, "is changed") {
				changed.Add(1)
			}
		})
	}
	all.Wait()
	if n := changed.Load(); n != 1 {
		t.Errorf("the password was changed %d times", n)
	}
}

// Only the newest few links to an address are good.
func TestManyLinks(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	var first string
	for i := range 8 {
		s.mailFor(t, "/account/forgotten", ann)
		if path := s.path(); i == 0 {
			first = path
		}
	}
	if n := s.count(`SELECT count(*) FROM account_tokens`); n != 5 {
		t.Errorf("%d tokens", n)
	}
	expectPath(t, s.Open(first), "/account/log-in")
}

// Whoever else asks for links to an address, from however many networks, does not end its owner's.
func TestNobodyElseEndsALink(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *site, p *livetest.Person) {
		page := p.Open("/account/log-in")
		enter(page, "kim@example.org", secret, "Register")
		confirm := s.path()
		move := func(p *livetest.Person) string {
			page := p.Open("/account/settings")
			page.Field("Email").Fill("ann@example.net")
			page.Button("Change email").Click()
			return s.path()
		}
		member := s.member(ann).Person()
		address := move(member)
		other := s.member(bob).Person()
		for i := range 40 {
			attacker := s.Person().WithoutScripts()
			attacker.SetHeader("X-Real-IP", fmt.Sprintf("198.51.100.%d", i))
			enter(attacker.Open("/account/log-in"), "kim@example.org", "the attacker's own", "Register")
			s.mailed()
			if i < 10 {
				move(other)
			}
		}
		page = p.Open(confirm)
		page.Field("Password").Fill(secret)
		page.Button("Confirm").Click()
		page.Expect("#who", "Signed in as kim@example.org")
		if n := s.count(`SELECT count(*) FROM account_tokens WHERE email = 'kim@example.org'`); n != 0 {
			t.Errorf("%d registrations are left", n)
		}
		page = member.Open(address)
		page.Button("Change email").Click()
		page.Expect("#who", "Signed in as ann@example.net")
	})
}

// Who registers somebody else's address gets no account, and neither does the owner who follows the link without knowing
// the password.
func TestTwoRegistrationsOfAnAddress(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	var links []string
	for _, password := range []string{"the attacker's own", secret} {
		page := s.Open("/account/log-in")
		enter(page, "kim@example.org", password, "Register")
		links = append(links, s.path())
	}
	page := s.Open(links[0])
	page.Field("Password").Fill(secret)
	page.Button("Confirm").Click()
	says(t, page, ".sb-summary", "That is not the password")
	open := s.Open(links[0])
	page = s.Open(links[1])
	page.Field("Password").Fill(secret)
	page.Button("Confirm").Click()
	page.Expect("#who", "Signed in as kim@example.org")
	open.Field("Password").Fill("the attacker's own")
	open.Button("Confirm").Click()
	expectPath(t, open, "/account/log-in")
	says(t, s.logIn(s.Person(), "kim@example.org", "the attacker's own"), ".sb-summary", wrong)
}

// Addresses that look like another one, or become it by a change of case, are none.
func TestLookAlikes(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	check(t, s.accounts.Add(t.Context(), "mike@example.org", secret))
	page := s.Open("/account/log-in")
	for _, email := range []string{
		"m\u0131ke@example.org", // dotless i
		"mi\u212ae@example.org", // the Kelvin sign
		"\u043cike@example.org", // a Cyrillic letter
		"mike@ex\u0430mple.org", // another, in the domain
		"\uff4dike@example.org", // fullwidth
		"mike@example.org\u200b", "mi\u00adke@example.org", "mike\u202e@example.org", "mike@example\u3002org",
	} {
		for _, button := range []string{"Register", "Log in", "Mail me a link"} {
			enter(page, email, secret, button)
			says(t, page, ".sb-summary", "Email:")
		}
	}
	if n := s.count(`SELECT count(*) FROM account_tokens`); n != 0 {
		t.Errorf("%d tokens", n)
	}
	for text, want := range map[string]string{" MIKE@Example.ORG ": "mike@example.org", "a+b@xn--bcher-kva.example": "a+b@xn--bcher-kva.example"} {
		if got, problem := auth.ReadAddress(text); got != want || problem != "" {
			t.Errorf("%q is read as %q, %s", text, got, problem)
		}
	}
	for _, text := range []string{"", "@", "a@", "@b", "a b@c", "a@b@c", strings.Repeat("a", 250) + "@b.example", "a@b\r\nBcc: c@d"} {
		if got, problem := auth.ReadAddress(text); problem == "" {
			t.Errorf("%q is read as %q", text, got)
		}
	}
}

// Behind a proxy that ends TLS and asks for localhost, cookies are as safe as without it.
func TestTheCookieBehindAProxy(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	for _, c := range []struct{ url, host, name string }{
		{"https://site.test", "127.0.0.1:8080", "__Host-account"},
		{"https://site.test/", "localhost:8080", "__Host-account"},
		{"http://localhost:8080", "localhost:8080", "account"},
		{"", "[::1]:8080", "account"},
		{"", "site.test", "__Host-account"},
	} {
		kit := handlers.New(handlers.Config{Identity: auth.Identity})
		a := auth.New(auth.Config{Kit: kit, Accounts: s.accounts, Mailer: s.mail, URL: c.url})
		r := chi.NewRouter()
		r.Use(kit.Middleware, a.Load)
		a.Routes(r)
		w, req := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+c.host+"/account/log-out", nil)
		r.ServeHTTP(w, req)
		i := slices.IndexFunc(w.Result().Cookies(), func(cookie *http.Cookie) bool { return strings.HasSuffix(cookie.Name, "account") })
		if i < 0 {
			t.Fatalf("%v: answered %d, without the cookie", c, w.Code)
		}
		if cookie := w.Result().Cookies()[i]; cookie.Name != c.name || cookie.Secure != (c.name != "account") {
			t.Errorf("%v: the cookie is %v", c, cookie)
		}
	}
}

func TestHashes(t *testing.T) {
	t.Parallel()
	stored := auth.Hash(secret)
	if !auth.Matches(stored, secret) || auth.Matches(stored, another) || auth.Hash(secret) == stored {
		t.Error("a hash is not that of its password alone")
	}
	// Made with other costs: m=8 KiB, t=1.
	for _, bad := range []string{
		"", "x", "$argon2id$v=19$m=1,t=1,p=1$$", "$argon2id$v=19$m=19456,t=0,p=1$AAAA$AAAA", "$argon2i$v=19$m=8,t=1,p=1$AAAA$AAAA",
		"$argon2id$v=18$m=8,t=1,p=1$AAAA$AAAA", "$argon2id$v=19$m=8,t=1,p=300$AAAA$AAAA", "$argon2id$v=19$m=-8,t=1,p=1$AAAA$AAAA", strings.Repeat("$", 5),
	} {
		if auth.Matches(bad, "") {
			t.Errorf("%q is a hash", bad)
		}
	}
}

func TestNamesOfBrowsers(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"":                       "Unknown browser",
		"curl/8.5.0\x00<script>": "Unknown browser",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                  "Firefox on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0":               "Edge on Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1": "Safari on iPhone",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                            "Chrome on Android",
		"Mozilla/5.0 Firefox/140": "Firefox",
	} {
		if got := auth.BrowserName(agent); got != want {
			t.Errorf("%q is %q, want %q", agent, got, want)
		}
	}
}
