package auth_test

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"golang.org/x/crypto/argon2"

	"github.com/sideband-go/sideband/examples/auth"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// A log-in whose password was right begins no session once another password is set.
func TestALogInDoesNotOutliveAReset(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *site, p *livetest.Person) {
		page := p.Open("/account/log-in")
		var once sync.Once
		s.auth.SetClock(func() time.Time { // asked once the password was right
			once.Do(func() { check(t, s.accounts.SetPassword(t.Context(), ann, another)) })
			return s.clock()
		})
		enter(page, ann, secret, "Log in")
		says(t, page, ".sb-summary", wrong)
		if n := s.count(`SELECT count(*) FROM account_sessions`); n != 0 {
			t.Errorf("%d sessions", n)
		}
		enter(page, ann, another, "Log in")
		page.Expect("#who", "Signed in as "+ann)
		says(t, page, ".sb-flash", "You are logged in.")
	})
}

// A link that was asked for while the account gets another address is not good for the old mailbox, and is not mailed.
func TestNoLinkForTheOldAddress(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *site, p *livetest.Person) {
		var once sync.Once
		s.auth.SetClock(func() time.Time { // asked once the account was found
			once.Do(func() {
				_, err := s.db.Exec(`UPDATE accounts SET email = 'ann@example.net' WHERE email = ?`, ann)
				check(t, err)
			})
			return s.clock()
		})
		page := p.Open("/account/forgotten")
		page.Field("Email").Fill(ann)
		page.Button("Mail me a link").Click()
		expectPath(t, page, "/account/sent")
		check(t, s.auth.Close(t.Context()))
		if n := s.count(`SELECT count(*) FROM account_tokens`); n != 0 || len(s.mail.got) != 0 {
			t.Errorf("%d links, %d mails", n, len(s.mail.got))
		}
		if said := s.log.String(); strings.Contains(said, "level=ERROR") {
			t.Errorf("the log says %s", said)
		}
	})
}

func TestASessionThatHasEndedSetsNoPassword(t *testing.T) {
	t.Parallel()
	s := serve(t, plenty)
	p := s.Person()
	s.logIn(p, ann, secret).Close()
	s.auth.Patience(time.Minute)
	free := sync.OnceFunc(s.auth.Occupy())
	defer free()
	asked := make(chan struct{}, 1000)
	s.auth.SetClock(func() time.Time {
		asked <- struct{}{}
		return s.clock()
	})
	body := make(chan string, 1)
	go func() {
		_, text := s.post(p, "/account/settings/password", url.Values{"password": {"what a thief chooses"}})
		body <- text
	}()
	for range 2 { // who it is, and whether that was proved: now it waits for the hashers
		<-asked
	}
	check(t, s.accounts.SetPassword(t.Context(), ann, another))
	free()
	if text := <-body; !strings.Contains(text, "Please log in.") {
		t.Errorf("the answer is %.3000s", text)
	}
	s.logIn(s.Person(), ann, another).Expect("#who", "Signed in as "+ann)
}

// A link that logs in stays good if the session can't begin.
func TestALinkIsNotUsedUpForNothing(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *site, p *livetest.Person) {
		page := s.Open("/account/log-in")
		page.Field("Email").Fill(ann)
		page.Button("Mail me a link").Click()
		path := s.path()
		page = p.Open(path)
		page.Skip(livetest.Failures)
		_, err := s.db.Exec(`CREATE TRIGGER full BEFORE INSERT ON account_sessions BEGIN SELECT RAISE(ABORT, 'full'); END`)
		check(t, err)
		page.Button("Log in").Click()
		page.Wait("h1", "Log in")
		_, err = s.db.Exec(`DROP TRIGGER full`)
		check(t, err)
		page = p.Open(path)
		page.Button("Log in").Click()
		page.Expect("#who", "Signed in as "+ann)
	})
}

// A hash with other costs is replaced at the log-in, and by that alone; a log-in that has checked the old one meanwhile
// succeeds, too.
func TestAnOldHashIsReplaced(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *site, p *livetest.Person) {
		encode := base64.RawStdEncoding.EncodeToString
		salt := []byte("sixteen bytes...")
		old := "$argon2id$v=19$m=32,t=1,p=1$" + encode(salt) + "$" + encode(argon2.IDKey([]byte(secret), salt, 1, 32, 1, 32))
		age := func() {
			_, err := s.db.Exec(`UPDATE accounts SET password = ? WHERE email = ?`, old, ann)
			check(t, err)
		}
		stored := func() (hash string) {
			check(t, s.db.QueryRow(`SELECT password FROM accounts WHERE email = ?`, ann).Scan(&hash))
			return hash
		}
		age()
		says(t, s.logIn(s.Person(), ann, another), ".sb-summary", wrong)
		if stored() != old {
			t.Error("a wrong password has changed the hash")
		}
		s.member(ann)
		now := stored()
		if now == old || !auth.Matches(now, secret) {
			t.Errorf("the hash is %s", now)
		}
		s.member(ann)
		if stored() != now {
			t.Error("a hash with the costs of now is replaced")
		}

		page := p.Open("/account/log-in")
		var once sync.Once
		s.auth.SetClock(func() time.Time { // asked once the password was right
			once.Do(func() {
				_, err := s.db.Exec(`UPDATE accounts SET password = ? WHERE email = ?`, auth.Hash(secret), ann)
				check(t, err)
			})
			return s.clock()
		})
		enter(page, ann, secret, "Log in")
		page.Expect("#who", "Signed in as "+ann)
	})
}

// papers is a sensitive page whose address says what it shows.
type papers struct{}

type paper struct {
	Name string `query:"name"`
}

var shownPaper = state.NewKey[string]("paper")

func (papers) Mount(s *views.Socket, _ paper) error {
	s.SetTitle("Papers")
	return nil
}

func (papers) HandleParams(s *views.Socket, q paper) error {
	shownPaper.Set(s, q.Name)
	return nil
}

func (papers) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<h1>Papers</h1><p id="paper">`+templ.EscapeString(shownPaper.Get(ctx))+`</p><a`)
		err = errors.Join(err, templruntime.RenderAttributes(ctx, w, w, "a", views.Patch(ctx, paper{"will"})))
		_, err2 := io.WriteString(w, `>Will</a>`)
		return errors.Join(err, err2)
	})
}

// A sensitive page asks before it shows something else by a change of its address, too, and by what its session has
// proved now, not when the page was opened.
func TestSensitivePagesAskBeforeAPatch(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *site, p *livetest.Person) {
		s.logIn(p, ann, secret)
		page, second := p.Open("/papers"), p.Open("/papers")
		s.pass(9 * time.Minute)
		page.Link("Will").Click()
		page.Expect("#paper", "will")
		s.pass(time.Minute)
		second.Link("Will").Click()
		second.Wait("h1", "Is it you?")
		third := p.Open("/papers")
		third.Field("Password").Fill(secret)
		third.Button("Continue").Click()
		third.Expect("h1", "Papers")
		page.Link("Will").Click() // that one was opened before
		page.Expect("#paper", "will")
	})
}
