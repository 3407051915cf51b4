package processes_test

import (
	"context"
	"database/sql"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"
	_ "modernc.org/sqlite" // the driver

	"github.com/sideband-go/sideband/examples/auth"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/pubsub"
	natsbroker "github.com/sideband-go/sideband/pubsub/nats"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	ann    = "ann@example.org"
	bob    = "bob@example.org"
	secret = "correct horse battery"
)

var quiet = slog.New(slog.DiscardHandler)

// broker is a server of NATS that can be away.
type broker struct {
	*server.Server
	port int
}

func (b *broker) start(t *testing.T) {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: b.port, NoLog: true, NoSigs: true})
	check(t, err)
	s.Start()
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the server does not start")
	}
	b.Server, b.port = s, s.Addr().(*net.TCPAddr).Port
}

func (b *broker) stop() {
	b.Shutdown()
	b.WaitForShutdown()
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// process is a process of the application: it has its own kit, bus, connection to the broker and handle of the database.
type process struct {
	*livetest.Site
	t *testing.T
}

func start(t *testing.T, b *broker, database string, accounts ...string) *process {
	t.Helper()
	nc, err := nats.Connect(b.ClientURL(), nats.MaxReconnects(-1), nats.ReconnectWait(20*time.Millisecond))
	check(t, err)
	bus := &pubsub.Bus{Broker: &natsbroker.Broker{Conn: nc, Logger: quiet}, Logger: quiet}
	db, err := sql.Open("sqlite", "file:"+database+"?_txlock=immediate&_busy_timeout=60000")
	check(t, err)
	known, err := auth.Open(t.Context(), db)
	check(t, err)
	for _, email := range accounts {
		check(t, known.Add(t.Context(), email, secret))
	}
	kit := handlers.New(handlers.Config{
		Bus: bus, Logger: quiet, Identity: auth.Identity, Timeouts: handlers.Timeouts{Event: 2 * time.Minute},
		Security: handlers.Security{Secrets: [][]byte{[]byte(strings.Repeat("s", 32))}},
	})
	a := auth.New(auth.Config{Kit: kit, Accounts: known, Mailer: nobody{}, URL: "https://site.test", Logger: quiet})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Group(func(r chi.Router) {
		r.Use(a.Load)
		a.Routes(r)
		r.With(kit.Hooks(auth.Require)).Handle("/account", handlers.View(kit, home{}))
	})
	t.Cleanup(func() { // after the site has ended
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		for _, err := range []error{kit.Shutdown(ctx), a.Close(ctx)} {
			if err != nil {
				t.Error(err)
			}
		}
		bus.Close()
		nc.Close()
		db.Close()
	})
	return &process{livetest.Serve(t, http.Handler(r)), t}
}

// nobody is a mailer.
type nobody struct{}

func (nobody) Send(context.Context, auth.Mail) error { return nil }

// member opens the page of somebody who logs in, in a browser of their own.
func (p *process) member(email string) *livetest.Page {
	p.t.Helper()
	page := p.Person().Open("/account/log-in")
	page.Field("Email").Fill(email)
	page.Field("Password").Fill(secret)
	page.Button("Log in").Click()
	page.Expect("#who", email)
	return page
}

// home is a page for who is logged in.
type home struct{}

var taps = state.NewKey[int]("taps")

func (home) Mount(s *views.Socket, _ views.NoParams) error {
	taps.Set(s, 0)
	return nil
}

func (home) Tap(s *views.Socket, _ views.NoParams) error {
	taps.Update(s, func(n int) int { return n + 1 })
	return nil
}

func (home) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, `<p id="who">`+templ.EscapeString(auth.Current.Get(ctx).Email)+`</p><p id="taps">`+strings.Repeat("x", taps.Get(ctx))+`</p><button id="tap"`)
		if err := templruntime.RenderAttributes(ctx, w, w, "button", views.OnClick(ctx, home.Tap)); err != nil {
			return err
		}
		_, _ = io.WriteString(w, ">Tap</button>")
		return auth.LogOutEverywhere().Render(ctx, w)
	})
}

// stays fails unless a page goes on.
func stays(t *testing.T, p *livetest.Page, taps string) {
	t.Helper()
	p.Button("Tap").Click()
	p.Expect("#taps", taps)
}

// Case 476: Log out everywhere ends the account's open pages in the other process by itself, and nobody else's.
func TestLogOutEverywhereInAllProcesses(t *testing.T) {
	b := &broker{port: server.RANDOM_PORT}
	b.start(t)
	defer b.stop()
	database := filepath.Join(t.TempDir(), "accounts.db")
	one, two := start(t, b, database, ann, bob), start(t, b, database)
	here, there, other := one.member(ann), two.member(ann), two.member(bob)
	tab := there.NewTab("/account")
	tab.Expect("#who", ann)
	here.Button("Log out everywhere").Click()
	here.Expect("h1", "Log in")
	for _, p := range []*livetest.Page{there, tab} {
		p.Wait("h1", "Log in")
	}
	stays(t, other, "x")
}

// Case 477: the same while the broker is away: the pages of the other process end when it is back. Until then they are worth
// nothing: an event is sent to the log-in.
func TestLogOutEverywhereWhileTheBrokerIsAway(t *testing.T) {
	b := &broker{port: server.RANDOM_PORT}
	b.start(t)
	defer func() { b.stop() }()
	database := filepath.Join(t.TempDir(), "accounts.db")
	one, two := start(t, b, database, ann, bob), start(t, b, database)
	here, there, active, other := one.member(ann), two.member(ann), two.member(ann), two.member(bob)
	b.stop()
	here.Button("Log out everywhere").Click() // which does not wait for the broker
	here.Expect("h1", "Log in")
	active.Button("Tap").Click()
	active.Wait("h1", "Log in")
	there.Expect("#who", ann) // nobody has told it
	b.start(t)
	there.Wait("h1", "Log in")
	stays(t, other, "x")
}
