package auth_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sideband-go/sideband/examples/auth"
	"github.com/sideband-go/sideband/livetest"
)

// A mailer that fails or hangs: nobody is told who has an account, it is logged, and log-ins go on.
func TestAMailerThatFails(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	s.mail.do = func(context.Context, auth.Mail) error { return errors.New("the mail server is away") }
	s.mailFor(t, "/account/forgotten", ann)
	check(t, s.auth.Close(t.Context()))
	if log := s.log.String(); !strings.Contains(log, "the mail server is away") || strings.Contains(log, ann) {
		t.Errorf("the log says %s", log)
	}
	s.member(ann)
}

// Mailers name the address that was refused, in many ways, and what they did not send. Neither is logged: who reads the log is
// not to use the link.
func TestTheLogHasNoAddressAndNoToken(t *testing.T) {
	t.Parallel()
	for to, errs := range map[string][]string{
		ann: {
			"550 5.1.1 <ann@example.org>: Recipient address rejected",
			"550 <Ann@Example.ORG>, forwarded to ann.lee@example.net: no such user",
			`Post "https://mail.test/send?to=ann%40example.org": EOF`,
			"to=ann@example.org,status=bounced",
		},
		"o'b/c=d+e@example.org": {
			"550 O'B/C=D+E@example.org",
			`Post "https://mail.test/send?to=o%27b%2Fc%3Dd%2Be%40example.org": EOF`,
			`Post "https://mail.test/to/o%27b%2fc=d+e@example.org": EOF`,
		},
	} {
		for _, text := range errs {
			for _, panics := range []bool{false, true} {
				s := serve(t, plenty)
				if to != ann {
					check(t, s.accounts.Add(t.Context(), to, secret))
				}
				s.mail.do = func(_ context.Context, m auth.Mail) error {
					_, token, _ := strings.Cut(m.Link, "token=")
					text := text + " " + m.Link + " " + token
					if panics {
						panic(text)
					}
					return errors.New(text)
				}
				s.mailFor(t, "/account/forgotten", to)
				check(t, s.auth.Close(t.Context()))
				_, said, _ := strings.Cut(s.log.String(), "auth: mail")
				said = strings.ToLower(said)
				for _, part := range []string{"ann", "o'b", "o%27b", "d+e", "@", "%40", "example"} {
					if strings.Contains(said, part) {
						t.Errorf("%s: the log says %s", text, said)
					}
				}
				if !strings.Contains(said, "(address)") || !strings.Contains(said, "token=(token) (token)") {
					t.Errorf("%s: the log says %s", text, said)
				}
			}
		}
	}
}

func TestAMailerThatHangs(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	hang := make(chan struct{})
	// It stays for longer than its ctx: a mail that is given up would make room for another.
	s.mail.do = func(context.Context, auth.Mail) error { <-hang; return nil }
	defer close(hang)
	sent, text := 0, ""
	for text == "" && sent < 200 {
		page := s.Person().WithoutScripts().Open("/account/forgotten")
		page.Skip(livetest.Failures)
		page.Field("Email").Fill(ann)
		page.Button("Mail me a link").Click()
		if page.Path() == "/account/sent" {
			sent++
		} else {
			text = page.Notice()
		}
	}
	if sent != 100 || text != "We can't send mails right now. Please try again in a few minutes." {
		t.Errorf("%d mails wait, then %q", sent, text)
	}
	s.member(ann)
}

// The database is gone: whoever was logged in stays so, pages stay, and what was typed too.
func TestTheDatabaseIsGone(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *site, p *livetest.Person) {
		member := s.member(ann)
		member.Skip(livetest.Failures)
		page := p.Open("/account/log-in")
		page.Skip(livetest.Failures)
		page.Field("Email").Fill(ann)
		page.Field("Password").Fill(secret)
		s.db.Close()
		page.Button("Log in").Click()
		page.Wait("h1", "Log in")
		page.Field("Email").ExpectValue(ann)
		if html := page.HTML(); strings.Contains(html, "sql:") || strings.Contains(html, wrong) {
			t.Errorf("the page says %s", html)
		}
		if plain := page.Notice() == ""; plain {
			t.Error("no notice says that it failed")
		}
		if n := s.log.String(); !strings.Contains(n, "database is closed") {
			t.Errorf("the log says %s", n)
		}
		member.Button("Tap").Click()
		member.Expect("#who", "Signed in as "+ann)
		member.Expect("#taps", "")
		if status, body := s.post(member.Person(), "/account/log-out", nil); status != http.StatusServiceUnavailable || strings.Contains(body, "sql") {
			t.Errorf("log out: %d %s", status, body)
		}
	})
}

// What is deleted with each log-in and each mail is found by an index.
func TestNoTableIsReadAsAWhole(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	for _, query := range []string{
		`DELETE FROM account_sessions WHERE id = 1 OR expires <= 1`,
		`DELETE FROM account_sessions WHERE account = 1`,
		`DELETE FROM account_tokens WHERE expires <= 1`,
		`DELETE FROM account_tokens WHERE account = 1`,
		`DELETE FROM account_tokens WHERE email = '' AND purpose = ''`,
	} {
		var id, parent, unused int
		var plan string
		check(t, s.db.QueryRow(`EXPLAIN QUERY PLAN `+query).Scan(&id, &parent, &unused, &plan))
		if strings.HasPrefix(plan, "SCAN") {
			t.Errorf("%s: %s", query, plan)
		}
	}
}

// Writers of one process wait for each other in a queue, and do not depend on how long SQLite tries again.
func TestManyWriteAtOnce(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "accounts.db")+"?_txlock=immediate&_busy_timeout=0")
	check(t, err)
	defer db.Close()
	accounts, err := auth.Open(t.Context(), db)
	check(t, err)
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() {
			if err := accounts.Add(t.Context(), fmt.Sprintf("somebody%d@example.org", i), secret); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// Nothing can be written: pages don't wait for each other to note that they were seen.
func TestTheDatabaseIsLocked(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	member := s.member(ann).Person()
	lock, err := s.db.BeginTx(t.Context(), nil)
	check(t, err)
	defer func() { check(t, lock.Rollback()) }()
	s.pass(10 * time.Minute)
	client := *member.Client()
	client.Timeout = 10 * time.Second
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			res, err := client.Get(member.Address("/account"))
			if err != nil {
				t.Error(err)
				return
			}
			if _ = res.Body.Close(); res.StatusCode != http.StatusOK || res.Request.URL.Path != "/account" {
				t.Errorf("%d %s", res.StatusCode, res.Request.URL)
			}
		})
	}
	all.Wait()
}

// A hundred log-ins at once, of which half have no account: each is answered.
func TestAHundredLogInsAtOnce(t *testing.T) {
	t.Parallel()
	limits := plenty
	limits.Hashes = 2
	s := serve(t, limits)
	s.Patience = 2 * time.Minute
	s.auth.Patience(time.Minute)
	pages := make([]*livetest.Page, 100)
	email := func(i int) string { return fmt.Sprintf("somebody%d@example.org", i) }
	for i := range pages {
		if i%2 == 0 { // each an account of their own: one has no more than a few sessions
			check(t, s.accounts.Add(t.Context(), email(i), secret))
		}
		pages[i] = s.Person().WithoutScripts().Open("/account/log-in")
	}
	var all sync.WaitGroup
	var in atomic.Int32
	for i, page := range pages {
		all.Go(func() {
			enter(page, email(i), secret, "Log in")
			if page.Find("#who").Exists() {
				in.Add(1)
			}
		})
	}
	all.Wait()
	if in.Load() != 50 {
		t.Errorf("%d are logged in\n%s", in.Load(), s.log)
	}
}

// A password that waits for too long for its turn is not checked, and all else goes on.
func TestTooManyPasswordsAtOnce(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *site, p *livetest.Person) {
		member := s.member(ann)
		s.auth.Patience(time.Millisecond)
		free := s.auth.Occupy()
		page := p.Open("/account/log-in")
		enter(page, ann, secret, "Log in")
		page.Wait("h1", "Log in")
		if got := page.Notice(); got != "Too many people are logging in right now. Please try again in a moment." {
			t.Errorf("the page says %q", got)
		}
		member.Button("Tap").Click()
		member.Expect("#taps", "x")
		free()
		s.auth.Patience(time.Minute)
		enter(page, ann, secret, "Log in")
		page.Expect("#who", "Signed in as "+ann)
	})
}

// One member, or one link, changes a password once at a time: the rest does not queue for the hashers.
func TestOneChangeOfAPasswordAtATime(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	member := s.Person()
	s.logIn(member, ann, secret)
	s.mailFor(t, "/account/forgotten", bob)
	_, token, _ := strings.Cut(s.path(), "token=")
	s.auth.Patience(time.Minute)
	for path, p := range map[string]*livetest.Person{"/account/settings/password": member, "/account/new-password/set": s.Person()} {
		form := url.Values{"password": {another}, "token": {token}}
		free := sync.OnceFunc(s.auth.Occupy())
		const n = 20
		status := make(chan int, n)
		for range n {
			go func() {
				code, _ := s.post(p, path, form)
				status <- code
			}()
		}
		for i := range n {
			if i == n-1 {
				free()
			}
			select {
			case code := <-status:
				if want := map[bool]int{true: http.StatusOK, false: http.StatusTooManyRequests}[i == n-1]; code != want {
					t.Errorf("%s: answer %d is %d, want %d", path, i, code, want)
				}
			case <-time.After(20 * time.Second):
				free()
				t.Fatalf("%s: %d are answered, the others wait for the hashers", path, i)
			}
		}
	}
}

// Who uses up the limits of another's address does so for one network alone; mails to it have a total.
func TestNobodyIsLockedOutFromElsewhere(t *testing.T) {
	t.Parallel()
	s := serve(t, auth.Limits{AccountLogIns: 2, NetworkLogIns: 100, AccountMails: 2, NetworkMails: 100, AddressMails: 3})
	from := func(network string) *livetest.Person {
		p := s.Person()
		p.SetHeader("X-Real-IP", network)
		return p
	}
	refused := func(page *livetest.Page) bool { return strings.HasPrefix(page.Notice(), "That was too often.") }
	for i := range 5 {
		if got := refused(s.logIn(from("198.51.100.1"), ann, another)); got != (i >= 2) {
			t.Errorf("guess %d: refused %v", i, got)
		}
	}
	s.logIn(from("203.0.113.1"), ann, secret).Expect("#who", "Signed in as "+ann)
	for i, c := range []struct {
		network string
		want    bool
	}{{"198.51.100.1", false}, {"198.51.100.1", false}, {"198.51.100.1", true}, {"198.51.100.1", true}, {"203.0.113.1", false}, {"203.0.113.2", true}} {
		page := from(c.network).Open("/account/forgotten")
		page.Field("Email").Fill(ann)
		page.Button("Mail me a link").Click()
		if got := refused(page); got != c.want {
			t.Errorf("mail %d from %s: refused %v", i, c.network, got)
		}
	}
}

// Guesses are limited by the account, and whether there is one or not, and by the network.
func TestGuessing(t *testing.T) {
	t.Parallel()
	s := serve(t, auth.Limits{AccountLogIns: 3, NetworkLogIns: 8, AccountMails: 2, NetworkMails: 5})
	for _, email := range []string{ann, "nobody@example.org"} {
		for i := range 4 {
			page := s.Open("/account/log-in")
			enter(page, strings.ToUpper(email[:1])+email[1:], another, "Log in")
			if refused := strings.HasPrefix(page.Notice(), "That was too often."); refused != (i == 3) {
				t.Errorf("guess %d for %s: %q", i, email, page.Notice())
			}
		}
	}
	page := s.Open("/account/log-in")
	enter(page, bob, secret, "Log in")
	if !strings.HasPrefix(page.Notice(), "That was too often.") {
		t.Errorf("the network may go on: %q", page.Notice())
	}
	for i := range 3 {
		page := s.Open("/account/forgotten")
		page.Field("Email").Fill(ann)
		page.Button("Mail me a link").Click()
		if refused := strings.HasPrefix(page.Notice(), "That was too often."); refused != (i == 2) {
			t.Errorf("mail %d: %q", i, page.Notice())
		}
	}
}
