package handlers_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// accounts is an application with log-in and log-out around the rooms.
type accounts struct {
	*site
	sessions *scs.SessionManager
}

func newAccounts(t *testing.T, c handlers.Config, p rooms.Page) *accounts {
	t.Helper()
	a := &accounts{}
	name := func(r *http.Request) string { return a.sessions.GetString(r.Context(), "name") }
	if c.Identity == nil {
		c.Identity = name
	}
	a.site = newSite(t, c, func(kit *handlers.Kit, r chi.Router) {
		a.sessions = kit.Sessions()
		r.Post("/login", func(w http.ResponseWriter, r *http.Request) {
			if err := a.sessions.RenewToken(r.Context()); err != nil {
				t.Error(err)
			}
			a.sessions.Put(r.Context(), "name", r.FormValue("name"))
			w.WriteHeader(http.StatusNoContent)
		})
		r.Post("/logout", func(w http.ResponseWriter, r *http.Request) {
			if err := a.sessions.Destroy(r.Context()); err != nil {
				http.Error(w, "That did not work.", http.StatusInternalServerError)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		})
		r.Post("/rename", func(w http.ResponseWriter, r *http.Request) {
			a.sessions.Put(r.Context(), "name", r.FormValue("name"))
			w.WriteHeader(http.StatusNoContent)
		})
		r.Get("/whoami", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, name(r)) })
		view := handlers.View(kit, p)
		r.Handle("/rooms/{room}", view)
		r.Handle("/bye/{room}", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && !r.URL.Query().Has("sideband") {
				if err := a.sessions.Destroy(r.Context()); err != nil {
					t.Error(err)
				}
			}
			view.ServeHTTP(w, r)
		}))
	})
	return a
}

func (b *browser) login(name string) {
	b.t.Helper()
	if a := b.do("POST", "/login?name="+name, nil); a.status != http.StatusNoContent {
		b.t.Fatalf("log-in: %d %s", a.status, a.body)
	}
}

func (b *browser) logout() {
	b.t.Helper()
	if a := b.do("POST", "/logout", nil); a.status != http.StatusNoContent {
		b.t.Fatalf("log-out: %d %s", a.status, a.body)
	}
}

// cookies is what the browser would send, as a header: a request with it is one that was
// sent now, however late it arrives.
func (b *browser) cookies() string {
	r := &http.Request{Header: http.Header{}}
	for _, c := range b.http.Jar.Cookies(b.home()) {
		r.AddCookie(c)
	}
	return r.Header.Get("Cookie")
}

func (b *browser) home() *url.URL { return b.site.home(b.t) }

func (s *site) home(t testing.TB) *url.URL {
	t.Helper()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// gone reports whether the page's stream ends with a reload and nothing else.
func (p *tab) gone() {
	p.t.Helper()
	p.await(`http-equiv="refresh"`)
	if _, data := p.message(); data != "" {
		p.t.Errorf("after the last message came %q", data)
	}
}

// Case 6: who logs in or out in one tab takes the others along, and nobody else.
func TestASessionThatEndsTakesItsPagesAlong(t *testing.T) {
	for how, end := range map[string]func(*browser){
		"destroyed": (*browser).logout,
		"renewed":   func(b *browser) { b.login("eve") },
	} {
		t.Run(how, func(t *testing.T) {
			page := rooms.Page{Ref: make(chan ref, 9)}
			s := newAccounts(t, handlers.Config{}, page)
			mine, theirs := s.browser(t), s.browser(t)
			mine.login("ann")
			theirs.login("ann") // the same user elsewhere
			one := mine.open("/rooms/a").connect("")
			view := <-page.Ref
			two := mine.open("/rooms/b").connect("")
			other := theirs.open("/rooms/a").connect("")
			end(mine)
			if rooms.Tick(view, 1) == nil {
				t.Error("a message is taken by a page that has ended")
			}
			one.gone()
			two.gone()
			if a := one.post("event=Add&value=1", nil); a.status != http.StatusForbidden || a.header.Get("HX-Refresh") != "true" {
				t.Errorf("an event afterwards: %d", a.status)
			}
			other.post("event=Add&value=7", nil)
			other.await(">7<")
			if c := s.kit.Stats().Views; c.Connected != 1 || c.Pending+c.Parked > 0 {
				t.Errorf("views: %+v", c)
			}
		})
	}
}

// Case 6: what waited for a slow browser is not delivered to it.
func TestWhatWaitedIsNotDelivered(t *testing.T) {
	page := rooms.Page{Ref: make(chan ref, 1), Inside: make(chan ctx), GoOn: make(chan struct{})}
	s := newAccounts(t, handlers.Config{EventDeadline: time.Minute}, page)
	b := s.browser(t)
	b.login("ann")
	p := b.open("/rooms/a").connect("")
	view := <-page.Ref
	answered := make(chan answer)
	go func() { answered <- p.post("event=Hold", nil) }()
	inside := <-page.Inside
	for range 5 {
		if err := rooms.Tick(view, 1); err != nil {
			t.Fatal(err)
		}
	}
	b.logout()
	if inside.Err() == nil {
		t.Error("the callback under way goes on")
	}
	close(page.GoOn)
	if a := <-answered; a.status != http.StatusGone && a.status != http.StatusForbidden {
		t.Errorf("the event under way: %d", a.status)
	}
	p.gone()
}

// What a callback has changed when the session ends is not told any more, to nobody.
func TestTheAnswerToAnEventUnderWaySaysNothing(t *testing.T) {
	page := rooms.Page{Inside: make(chan ctx), GoOn: make(chan struct{})}
	s := newAccounts(t, handlers.Config{EventDeadline: time.Minute}, page)
	b := s.browser(t)
	b.login("ann")
	p := b.open("/rooms/private")
	p.post("event=Add&value=1", nil) // nobody knows whether the answer arrived, so the next says everything
	answered := make(chan answer)
	go func() { answered <- p.post("event=Hold", nil, "HX-Source", "input#agree") }()
	<-page.Inside
	b.logout()
	close(page.GoOn)
	a := <-answered
	if a.status != http.StatusGone && a.status != http.StatusForbidden || strings.Contains(a.body, "private") {
		t.Errorf("answered %d %s", a.status, a.body)
	}
}

// slow begins an event whose body comes bit by bit; an empty bit ends it. When the first
// one has been sent, the event has been let through and waits for the rest.
func (p *tab) slow(query string) (send func(string), answered <-chan answer) {
	p.t.Helper()
	body, send := pipe()
	r := p.request(query)
	r.Body, r.ContentLength = io.NopCloser(body), -1
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Expect", "100-continue") // sent when the body is asked for
	tr := &http.Transport{ExpectContinueTimeout: time.Hour}
	p.t.Cleanup(tr.CloseIdleConnections)
	c := make(chan answer, 1)
	go func() {
		res, err := (&http.Client{Transport: tr, Jar: p.http.Jar}).Do(r)
		if err != nil {
			c <- answer{body: err.Error()}
			return
		}
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		c <- answer{res.StatusCode, res.Header, string(text)}
	}()
	return send, c
}

// An event that was let through before End must not run after it, however slowly the
// browser sends it, and though its view was evicted before.
func TestAnEventUnderWayIsDroppedByEnd(t *testing.T) {
	for _, evicted := range []bool{false, true} {
		s := newAccounts(t, handlers.Config{Limits: state.Limits{PerSession: 1}}, rooms.Page{})
		b := s.browser(t)
		b.login("ann")
		p := b.open("/rooms/a")
		send, answered := p.slow("event=Write")
		send("text=wri")
		if evicted {
			b.open("/rooms/b")
		}
		if n := s.kit.End("ann"); n != 1 {
			t.Errorf("%d pages ended", n)
		}
		send("tten")
		send("")
		if a := <-answered; a.status < 400 || strings.Contains(a.body, "written") {
			t.Errorf("evicted %v: answered %d %s", evicted, a.status, a.body)
		}
		if st := s.kit.Stats(); st.Remounts != 0 {
			t.Errorf("evicted %v: it mounted the page again: %+v", evicted, st)
		}
	}
}

// Case 6, with a callback that ignores its context: its sender does not wait for it.
func TestACallbackThatHangsWhenItsPageEnds(t *testing.T) {
	page := rooms.Page{Inside: make(chan ctx), GoOn: make(chan struct{}), Closed: make(chan struct{}, 1)}
	s := newAccounts(t, handlers.Config{EventDeadline: time.Second}, page)
	b := s.browser(t)
	b.login("ann")
	p := b.open("/rooms/a").connect("")
	answered := make(chan answer, 1)
	go func() { answered <- p.post("event=Hold", nil) }()
	<-page.Inside
	s.kit.End("ann")
	waitUntil(t, "the event is answered", func() bool { return len(answered) == 1 })
	waitUntil(t, "Close has run, which does not wait for it either", func() bool { return len(page.Closed) == 1 })
	close(page.GoOn)
	<-answered
}

// A stream whose turn has not come when its page ends is not forgotten.
func TestAStreamThatWaitsForItsTurnEndsToo(t *testing.T) {
	page := rooms.Page{Inside: make(chan ctx), GoOn: make(chan struct{})}
	s := newAccounts(t, handlers.Config{EventDeadline: time.Minute}, page)
	b := s.browser(t)
	b.login("ann")
	p := b.open("/rooms/a").connect("")
	answered := make(chan answer, 1)
	go func() { answered <- p.post("event=Hold", nil) }()
	<-page.Inside
	again := &tab{browser: b, path: p.path, ticket: p.ticket}
	again.connect("0")
	s.kit.End("ann")
	close(page.GoOn)
	<-answered
	waitUntil(t, "its stream has ended", func() bool { return s.kit.Stats().Streams == 0 })
}

// Somebody logs in while another page of the browser is on its way. That page must not
// bring the old session back, nor a new one, in place of the one they have logged in to.
func TestAPageUnderWayDuringALogIn(t *testing.T) {
	t.Run("loaded before", func(t *testing.T) {
		inside, goOn := make(chan struct{}), make(chan struct{})
		once := sync.OnceFunc(func() { close(inside); <-goOn })
		s := newAccounts(t, handlers.Config{}, rooms.Page{Before: func(_ *views.Socket, room string) error {
			if room == "slow" {
				once()
			}
			return nil
		}})
		b := s.browser(t)
		b.open("/rooms/a") // makes a session
		page := make(chan answer)
		go func() { page <- b.do("GET", "/rooms/slow", nil) }()
		<-inside
		b.login("ann")
		close(goOn)
		<-page
		if a := b.do("GET", "/whoami", nil); a.body != "ann" {
			t.Errorf("logged in as %q", a.body)
		}
	})
	t.Run("loaded after", func(t *testing.T) {
		// The page's stream says that it should reload, and its request overtakes the
		// answer that brings the new cookie.
		s := newAccounts(t, handlers.Config{}, rooms.Page{})
		b := s.browser(t)
		b.open("/rooms/a")
		old := b.cookies()
		b.login("ann")
		b.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		b.do("GET", "/rooms/a", nil, "Cookie", old)
		if a := b.do("GET", "/whoami", nil); a.body != "ann" {
			t.Errorf("logged in as %q", a.body)
		}
	})
}

// A page whose own request ends the session belongs to the next one.
func TestAPageThatLogsOut(t *testing.T) {
	s := newAccounts(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	b.login("ann")
	p := b.open("/bye/a").connect("")
	p.post("event=Add&value=3", nil)
	p.await(">3<")
	if a := b.do("GET", "/whoami", nil); a.body != "" {
		t.Errorf("logged in as %q", a.body)
	}
}

// A browser that never got the new cookie, because the answer was lost or somebody else
// has ended its session, gets another session in the end.
func TestACookieOfASessionThatHasEnded(t *testing.T) {
	s := newAccounts(t, handlers.Config{}, rooms.Page{})
	b, other := s.browser(t), s.browser(t)
	b.login("ann")
	other.http.Jar.SetCookies(s.home(t), b.http.Jar.Cookies(s.home(t)))
	other.logout()
	p := b.open("/rooms/a?from=2&x=%2F").connect("")
	p.post("event=Add&value=1", nil)
	p.await(">3<")
	b.open("/rooms/a") // and keeps it
	if a := b.do("GET", "/whoami", nil); a.body != "" {
		t.Errorf("logged in as %q", a.body)
	}
}

// Case 8: who logs out during a request is logged out, though an idle timeout makes
// each request save its session.
func TestALogOutDuringARequest(t *testing.T) {
	for _, hashed := range []bool{false, true} {
		m := ownManager(newShelf())
		m.IdleTimeout, m.HashTokenInStore = time.Hour, hashed
		page := rooms.Page{Inside: make(chan ctx), GoOn: make(chan struct{})}
		s := newAccounts(t, handlers.Config{Sessions: m, EventDeadline: time.Minute}, page)
		b := s.browser(t)
		b.login("ann")
		stolen := b.cookies()
		p := b.open("/rooms/a").connect("")
		answered := make(chan answer, 1)
		go func() { answered <- p.post("event=Hold", nil) }()
		<-page.Inside
		b.logout()
		close(page.GoOn)
		<-answered
		if a := b.do("GET", "/whoami", nil); a.body != "" {
			t.Errorf("hashed %v: logged in as %q", hashed, a.body)
		}
		if a := s.browser(t).do("GET", "/whoami", nil, "Cookie", stolen); a.body != "" {
			t.Errorf("hashed %v: the old cookie is that of %q", hashed, a.body)
		}
	}
}

// Case 8, at its narrowest: the session is deleted while another request is saving it.
func TestALogOutDuringASave(t *testing.T) {
	store := newShelf()
	m := ownManager(store)
	m.IdleTimeout = time.Hour
	s := newAccounts(t, handlers.Config{Sessions: m}, rooms.Page{})
	b := s.browser(t)
	b.login("ann")
	stolen := b.cookies()
	store.mu.Lock()
	saving, goOn := make(chan struct{}), make(chan struct{})
	store.before = sync.OnceFunc(func() { close(saving); <-goOn })
	store.mu.Unlock()
	done := make(chan answer)
	go func() { done <- s.browser(t).do("GET", "/whoami", nil, "Cookie", stolen) }()
	<-saving
	b.logout()
	close(goOn)
	<-done
	store.mu.Lock()
	left := len(store.all)
	store.mu.Unlock()
	if left > 0 { // another process, or this one after a restart, would find it
		t.Errorf("the store has %d sessions again", left)
	}
}

// A handler that fails after it has ended the session has ended it nevertheless.
func TestALogOutThatPanics(t *testing.T) {
	s := newSite(t, handlers.Config{}, func(kit *handlers.Kit, r chi.Router) {
		r.Handle("/rooms/{room}", handlers.View(kit, rooms.Page{}))
		r.Post("/logout", func(_ http.ResponseWriter, r *http.Request) {
			if err := kit.Sessions().Destroy(r.Context()); err != nil {
				t.Error(err)
			}
			panic(http.ErrAbortHandler)
		})
	})
	b := s.browser(t)
	b.open("/rooms/a").connect("")
	if res, err := b.http.Post(s.URL+"/logout", "", nil); err == nil {
		res.Body.Close()
		t.Errorf("answered %s", res.Status)
	}
	waitUntil(t, "its page is gone", func() bool { c := s.kit.Stats().Views; return c.Connected+c.Parked == 0 })
}

// An application's manager keeps its cookie, its values and its store, and is watched.
func TestAnApplicationsOwnSessions(t *testing.T) {
	for _, hashed := range []bool{false, true} {
		store := newShelf()
		m := ownManager(store)
		m.Cookie.Name, m.HashTokenInStore = "app", hashed
		s := newAccounts(t, handlers.Config{Sessions: m}, rooms.Page{})
		if s.kit.Sessions() != m {
			t.Error("the manager is another one")
		}
		b := s.browser(t)
		b.login("ann")
		cookie := b.cookies()
		if !strings.HasPrefix(cookie, "app=") || len(store.all) != 1 {
			t.Errorf("cookie %q, %d sessions", cookie, len(store.all))
		}
		p, other := b.open("/rooms/a").connect(""), s.browser(t).open("/rooms/a").connect("")
		p.post("event=Add&value=1", nil)
		p.await(">1<")
		if store.ctx == 0 {
			t.Error("the store never gets the request's context")
		}
		b.logout()
		p.gone()
		other.post("event=Add&value=2", nil)
		other.await(">2<")
		if a := s.browser(t).do("GET", "/whoami", nil, "Cookie", cookie); a.body != "" {
			t.Errorf("the old cookie is that of %q", a.body)
		}
		n := 0
		if err := m.Iterate(t.Context(), func(context.Context) error { n++; return nil }); err != nil || n != 1 {
			t.Errorf("%d sessions are listed: %v", n, err)
		}
		if st := s.kit.Stats(); st.Sessions != 0 {
			t.Errorf("%+v", st)
		}
	}
}

// A store that fails is an error, not somebody else's session.
func TestASessionStoreThatFails(t *testing.T) {
	store := newShelf()
	s := newAccounts(t, handlers.Config{Sessions: ownManager(store)}, rooms.Page{})
	b := s.browser(t)
	b.login("ann")
	p := b.open("/rooms/a").connect("")
	store.fail(errors.New("a secret of the store"))
	for what, a := range map[string]answer{
		"page":  b.do("GET", "/rooms/a", nil),
		"event": p.post("event=Add&value=1", nil),
		"new":   s.browser(t).do("GET", "/rooms/a", nil),
	} {
		if a.status < 500 || strings.Contains(a.body, "secret") || ticketIn.MatchString(a.body) {
			t.Errorf("%s: %d %s", what, a.status, a.body)
		}
	}
	if a := b.do("POST", "/logout", nil); a.status < 500 {
		t.Errorf("log-out: %d", a.status)
	}
	store.fail(nil)
	p.post("event=Add&value=1", nil)
	p.await(">1<")
}

// The session goes on after a restart, without its values: who was logged in is not.
func TestSessionsAfterARestart(t *testing.T) {
	c := handlers.Config{Secrets: [][]byte{secret}}
	s := newAccounts(t, c, rooms.Page{})
	b := s.browser(t)
	b.open("/rooms/a")
	anonymous := b.open("/rooms/a")
	user := s.browser(t)
	user.login("ann")
	private := user.open("/rooms/a")
	if err := s.kit.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	next := newAccounts(t, c, rooms.Page{})
	s.kit, s.log, s.Config.Handler = next.kit, next.log, next.Config.Handler
	if a := anonymous.post("event=Add&value=1", nil); a.status != http.StatusOK {
		t.Errorf("answered %d", a.status)
	}
	if a := private.post("event=Add&value=1", nil); a.status != http.StatusForbidden || a.header.Get("HX-Refresh") != "true" {
		t.Errorf("a page of somebody who is not logged in any more: %d", a.status)
	}
	if a := user.do("GET", "/whoami", nil); a.body != "" {
		t.Errorf("logged in as %q", a.body)
	}
}

// A session's first values, at log-in without a new token, make another user of it.
func TestALogInWithoutANewToken(t *testing.T) {
	s := newAccounts(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	p := b.open("/rooms/a")
	b.do("GET", "/rooms/b", nil)
	b.do("POST", "/rename?name=ann", nil)
	if a := p.post("event=Add&value=1", nil); a.status != http.StatusForbidden || a.header.Get("HX-Refresh") != "true" {
		t.Errorf("an event of the page before: %d", a.status)
	}
	q := b.open("/rooms/a").connect("")
	if n := s.kit.End("ann"); n != 1 {
		t.Errorf("%d pages ended", n)
	}
	q.gone()
}

// ownManager is an application's, as scs.New makes them, but for a store whose goroutine
// can't be stopped without a race.
func ownManager(store scs.Store) *scs.SessionManager {
	return &scs.SessionManager{
		Lifetime: time.Hour, Store: store, Codec: scs.GobCodec{},
		Cookie: scs.SessionCookie{Name: "session", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Persist: true},
	}
}

// shelf is a store of an application, with contexts.
type shelf struct {
	mu     sync.Mutex
	all    map[string][]byte
	before func() // called before each saving
	ctx    int    // calls with a request's context
	err    error
}

func newShelf() *shelf { return &shelf{all: map[string][]byte{}} }

func (s *shelf) Find(token string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.all[token]
	return b, ok, s.err
}

func (s *shelf) Commit(token string, b []byte, _ time.Time) error {
	s.mu.Lock()
	before := s.before
	s.mu.Unlock()
	if before != nil {
		before()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.all[token] = b
	}
	return s.err
}

func (s *shelf) Delete(token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		delete(s.all, token)
	}
	return s.err
}

// All is for Iterate.
func (s *shelf) All() (map[string][]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.all), s.err
}

func (s *shelf) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *shelf) count(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Value(http.ServerContextKey) != nil {
		s.ctx++
	}
}

func (s *shelf) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	s.count(ctx)
	return s.Find(token)
}

func (s *shelf) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	s.count(ctx)
	return s.Commit(token, b, expiry)
}

func (s *shelf) DeleteCtx(ctx context.Context, token string) error {
	s.count(ctx)
	return s.Delete(token)
}

// await reads the stream until a message has the text.
func (p *tab) await(want string) (id string) {
	p.t.Helper()
	var all []string
	for {
		id, data := p.message()
		switch {
		case strings.Contains(data, want):
			return id
		case data == "":
			p.t.Fatalf("the stream ends after %q, without %q", all, want)
		}
		all = append(all, data)
	}
}

// waitUntil is waitFor that goes on with the test when it waits in vain.
func waitUntil(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for limit := time.After(5 * time.Second); !ok(); {
		select {
		case <-tick.C:
		case <-limit:
			t.Errorf("waited in vain until %s", what)
			return
		}
	}
}
