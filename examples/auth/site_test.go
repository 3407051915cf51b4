package auth_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	_ "modernc.org/sqlite" // the driver

	"github.com/sideband-go/sideband/examples/auth"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

const (
	ann      = "ann@example.org"
	bob      = "bob@example.org"
	secret   = "correct horse battery"
	another  = "staple correct horse"
	wrong    = "The email or the password is wrong."
	spent    = "This link is not good any more. Please ask for a new one."
	whatever = "If the address is right, a mail is on its way to it."
)

// mailbox is a mailer that keeps what it gets.
type mailbox struct {
	got chan auth.Mail
	mu  sync.Mutex
	do  func(ctx context.Context, m auth.Mail) error
}

func (b *mailbox) Send(ctx context.Context, m auth.Mail) error {
	b.mu.Lock()
	do := b.do
	b.mu.Unlock()
	if do != nil {
		if err := do(ctx, m); err != nil {
			return err
		}
	}
	b.got <- m
	return nil
}

// site is a site with accounts.
type site struct {
	*livetest.Site
	t        testing.TB
	kit      *handlers.Kit
	auth     *auth.Auth
	accounts *auth.Accounts
	db       *sql.DB
	mail     *mailbox
	log      *logs
	handler  http.Handler
	home     string // the next program's Config.Home

	mu  sync.Mutex
	now time.Time
}

type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// plenty is more than a test needs.
var plenty = auth.Limits{NetworkLogIns: 1000, AccountLogIns: 1000, NetworkMails: 1000, AccountMails: 1000, AddressMails: 1000}

// serve serves a site on which Ann and Bob have accounts.
func serve(t testing.TB, limits auth.Limits) *site {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "accounts.db")+"?_txlock=immediate&_busy_timeout=60000")
	check(t, err)
	t.Cleanup(func() { db.Close() })
	s := &site{t: t, db: db, mail: &mailbox{got: make(chan auth.Mail, 1000)}, log: &logs{}, now: time.Now()}
	s.accounts, err = auth.Open(t.Context(), db)
	check(t, err)
	check(t, s.accounts.Add(t.Context(), ann, secret))
	check(t, s.accounts.Add(t.Context(), bob, secret))
	s.handler = s.program(limits)
	s.Site = livetest.Serve(t, s.handler)
	return s
}

// program is what serves the site: a second one is that after a restart.
func (s *site) program(limits auth.Limits) http.Handler {
	logger := slog.New(slog.NewTextHandler(s.log, nil))
	s.kit = handlers.New(handlers.Config{Logger: logger, Identity: auth.Identity, Timeouts: handlers.Timeouts{Event: 2 * time.Minute}, Security: handlers.Security{Secrets: [][]byte{bytes.Repeat([]byte("s"), 32)}}})
	a := auth.New(auth.Config{Kit: s.kit, Accounts: s.accounts, Mailer: s.mail, URL: "https://site.test", Home: s.home, Limits: limits, Logger: logger})
	a.SetClock(s.clock)
	s.auth = a
	s.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := a.Close(ctx); err != nil {
			s.t.Error(err)
		}
	})
	r := chi.NewRouter()
	r.Use(s.kit.Middleware, middleware.ClientIPFromHeader("X-Real-IP"))
	r.Mount(s.kit.AssetsPath(), s.kit.Assets())
	r.Group(func(r chi.Router) {
		r.Use(a.Load)
		a.Routes(r)
		r.With(s.kit.Hooks(auth.Require)).Handle("/account", handlers.View(s.kit, home{}))
		r.With(s.kit.Hooks(auth.Require, a.Sudo())).Handle("/papers", handlers.View(s.kit, papers{}))
		r.With(s.kit.Hooks(auth.Require)).Handle("/notes", handlers.View(s.kit, home{}))
	})
	return r
}

func (s *site) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// pass lets the time of the accounts pass.
func (s *site) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// mailed waits for the next mail.
func (s *site) mailed() auth.Mail {
	s.t.Helper()
	select {
	case m := <-s.mail.got:
		return m
	case <-time.After(30 * time.Second):
		s.t.Fatal("no mail comes\n" + s.log.String())
		return auth.Mail{}
	}
}

// path is the link of the next mail, as the site's path.
func (s *site) path() string {
	s.t.Helper()
	return strings.TrimPrefix(s.mailed().Link, "https://site.test")
}

// logIn logs somebody in, and returns the page that comes then.
func (s *site) logIn(p *livetest.Person, email, password string) *livetest.Page {
	s.t.Helper()
	page := p.Open("/account/log-in")
	enter(page, email, password, "Log in")
	return page
}

// enter fills in the form of the log-in and presses a button.
func enter(page *livetest.Page, email, password, button string) {
	page.Field("Email").Fill(email)
	page.Field("Password").Fill(password)
	page.Button(button).Click()
}

// member is somebody who has logged in.
func (s *site) member(email string) *livetest.Page {
	s.t.Helper()
	page := s.logIn(s.Person(), email, secret)
	page.Expect("#who", "Signed in as "+email)
	return page
}

// post posts a plain form, and returns the status and what the page says in the end.
func (s *site) post(p *livetest.Person, path string, form url.Values, header ...string) (status int, body string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, p.Address(path), strings.NewReader(form.Encode()))
	check(s.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := p.Client().Do(r)
	check(s.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	check(s.t, err)
	return res.StatusCode, string(b)
}

func (s *site) count(query string) (n int) {
	s.t.Helper()
	check(s.t, s.db.QueryRow(query).Scan(&n))
	return n
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func expectPath(t testing.TB, page *livetest.Page, want string) {
	t.Helper()
	if got := page.Path(); got != want {
		t.Errorf("the page is at %s, want %s", got, want)
	}
}

// says fails the test unless an element has a text in it.
func says(t testing.TB, page *livetest.Page, selector, text string) {
	t.Helper()
	if !page.Find(selector, text).Exists() {
		t.Errorf("%s: no %s says %q:\n%s", page.Path(), selector, text, page.HTML())
	}
}

// home is a page for who is logged in.
type home struct{}

var taps = state.NewKey[int]("taps")

func (home) Mount(s *views.Socket, _ views.NoParams) error {
	taps.Set(s, 0)
	s.SetTitle("Home")
	return nil
}

func (home) Tap(s *views.Socket, _ views.NoParams) error {
	taps.Update(s, func(n int) int { return n + 1 })
	return nil
}

func (home) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		part := func(text string, on templ.OrderedAttributes) error {
			_, err := io.WriteString(w, text)
			return errors.Join(err, templruntime.RenderAttributes(ctx, w, w, "button", on))
		}
		errs := []error{
			views.Flash().Render(ctx, w),
			part(`<h1 id="who">Signed in as `+templ.EscapeString(auth.Current.Get(ctx).Email)+`</h1><p id="taps">`+strings.Repeat("x", taps.Get(ctx))+`</p><button id="tap"`, views.OnClick(ctx, home.Tap)),
			part(">Tap</button>", nil),
			auth.LogOut().Render(ctx, w), auth.LogOutEverywhere().Render(ctx, w), auth.Links().Render(ctx, w),
		}
		return errors.Join(errs...)
	})
}
