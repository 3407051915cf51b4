package handlers

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/a-h/templ"
	"github.com/alexedwards/scs/v2"

	"github.com/sideband-go/sideband/internal/applog"
	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/seal"
	"github.com/sideband-go/sideband/internal/session"
	"github.com/sideband-go/sideband/sse"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/static"
	"github.com/sideband-go/sideband/views"
)

// Config sets up a [Kit]. Its zero value works.
type Config struct {
	// Secrets seal the pages' tickets and sign the sessions' cookies: the first seals,
	// all open. Each is at least 32 bytes of randomness. To replace one, put the new one
	// first and remove the old one a day later. Default: one random secret, so that pages
	// reload after a restart.
	Secrets [][]byte
	// Version of the pages. Those opened under another one reload themselves when their
	// view is mounted again. Default "": pages of an older program go on in the new one.
	Version string
	// Identity says who is logged in, as the application's middleware has found out; ""
	// for nobody. A page belongs to whom it was served for: it reloads itself when that
	// changes, and browsers don't keep a copy of somebody's (no-store). [Kit.Disconnect] ends the pages
	// of an identity. Default: nobody.
	Identity func(*http.Request) string
	// Sessions is the application's own session manager, with its cookie, lifetimes and
	// store; the kit's middleware loads and saves its sessions (don't use LoadAndSave),
	// and puts a store around its store that sees sessions end. It must have been made
	// with scs.New and not be changed afterwards. Default: sessions in memory, whose cookies
	// are signed: those without values outlive a restart, those that have had some end with it.
	Sessions *scs.SessionManager
	// Layout is the document around each page. Default: views.DefaultLayout.
	Layout func(views.Document) templ.Component
	// TitlePrefix and TitleSuffix stand around the title of each page that has one.
	TitlePrefix, TitleSuffix string
	// Logger takes what goes wrong. Default: slog.Default().
	Logger *slog.Logger
	// Development logs what costs more than it needs or can't work: HTML that the browser's
	// parser rearranges, fields without an id, and styles, scripts and addresses that the page's
	// own policy blocks, once each; events without a ticket.
	Development bool

	// EventDeadline is how long one callback may run. Default 10 s.
	EventDeadline time.Duration
	// MaxBody bounds the body of an event, in bytes. Default 1 MiB.
	MaxBody int64
	// BodyTimeout is how long the body of a request below Middleware may take to arrive,
	// whoever reads it and whatever is answered. A handler of the application's that takes
	// longer uploads extends it with http.ResponseController.SetReadDeadline; a shorter
	// ReadTimeout of the http.Server stays in force. Default 30 s.
	BodyTimeout time.Duration
	// MaxFields bounds the fields of an event, and the parameters of its address. Default 1,000.
	MaxFields int
	// MaxQueue is how many callbacks may wait for one view; beyond it events are
	// answered 429 and senders get fault.ErrFull. Default 256.
	MaxQueue int
	// MaxTimers is how many delayed and repeated messages one view may have pending.
	// Default 1,000.
	MaxTimers int
	// MaxAsync is how many functions one view may have running beside its callbacks, for
	// state.Async and views.Start. Beyond it a result's error is fault.ErrFull. Default 32.
	MaxAsync int
	// MaxMounts is how many views may be mounting at a time. Other requests take turns, by
	// route and by client (user, session or address), and wait for up to 10 s; then they are answered 503.
	// A single route holds three quarters of them at most. Default 64.
	MaxMounts int
	// SessionMounts is how many views one session may mount in a minute; beyond it its
	// requests are answered 429. Default 120.
	SessionMounts int
	// TicketLife is how long after it was opened a page may be mounted again by a process
	// that does not have its view; later it reloads. Default 24 h.
	TicketLife time.Duration
	// StreamMaxAge is when a stream ends and the page connects anew, give or take 20 %:
	// through the application's middleware, and with a morph of the whole view. Default 10 min.
	StreamMaxAge time.Duration
	// ShutdownSpread is the longest time over which Shutdown sends the streams away, 5 ms
	// for each. Default 3 s.
	ShutdownSpread time.Duration
	// Limits bound the store of views.
	Limits state.Limits
	// Stream sets the limits of the streams.
	Stream sse.Config
	// SessionLifetime is how long a session of the kit's own lasts. Default 24 h.
	SessionLifetime time.Duration
	// MaxSessions is how many sessions of the kit's own may have or have had values; beyond
	// it those that were saved longest ago end. Default 200,000.
	MaxSessions int
	// ContentSecurityPolicy is sent with each page; see [Policy]. Default: DefaultPolicy.
	// "-" sends none.
	ContentSecurityPolicy string
}

const minSecret = 32

// Kit serves views. Make one per application with [New]. All methods may be called
// from any goroutine.
type Kit struct {
	config      Config
	log         *slog.Logger
	views       *live.Host
	tickets     *seal.Sealer
	flashes     *seal.Sealer // cookies
	leaves      *seal.Sealer // addresses
	sessions    *session.Manager
	origins     *http.CrossOriginProtection
	streams     *sse.Server
	mounts      mounts
	count       counters
	disconnects atomic.Uint64 // calls of Disconnect
	warned      sync.Map      // what was logged once
	blocked     atomic.Int32  // how often that was about the policy
	based       bool          // a layout's <base> would act

	mu       sync.Mutex
	sweeping bool
}

// New makes a kit. It panics if a secret is shorter than 32 bytes.
func New(c Config) *Kit {
	for i, s := range c.Secrets {
		if len(s) < minSecret {
			panic(fmt.Sprintf("handlers: Secrets[%d] has %d bytes: use at least %d random ones", i, len(s), minSecret))
		}
	}
	if len(c.Secrets) == 0 {
		s := make([]byte, minSecret)
		_, _ = rand.Read(s) // it never fails
		c.Secrets = [][]byte{s}
	}
	if c.Layout == nil {
		c.Layout = views.DefaultLayout
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	orDefault(&c.EventDeadline, 10*time.Second)
	orDefault(&c.MaxBody, 1<<20)
	orDefault(&c.BodyTimeout, 30*time.Second)
	orDefault(&c.MaxFields, 1000)
	orDefault(&c.MaxQueue, 256)
	orDefault(&c.MaxTimers, 1000)
	orDefault(&c.MaxAsync, 32)
	orDefault(&c.MaxMounts, 64)
	orDefault(&c.SessionMounts, 120)
	orDefault(&c.TicketLife, 24*time.Hour)
	orDefault(&c.StreamMaxAge, 10*time.Minute)
	orDefault(&c.ShutdownSpread, 3*time.Second)
	orDefault(&c.SessionLifetime, 24*time.Hour)
	orDefault(&c.MaxSessions, 200_000)
	if c.ContentSecurityPolicy == "" {
		c.ContentSecurityPolicy = DefaultPolicy
	}
	k := &Kit{
		config: c, log: applog.Guard(c.Logger),
		tickets: seal.New(c.Secrets, "sideband ticket", ticketVersion),
		flashes: seal.New(c.Secrets, "sideband flash", carriedVersion),
		leaves:  seal.New(c.Secrets, "sideband leave", carriedVersion),
		origins: http.NewCrossOriginProtection(),
		streams: sse.New(c.Stream),
		mounts:  newMounts(c.MaxMounts, c.SessionMounts),
	}
	k.based = takesBase(c.ContentSecurityPolicy)
	k.views = live.NewHost(live.Config{
		Guard: &fault.Guard{Explain: explain, Report: func(err error) {
			k.log.Error("sideband: message", fault.WithStack([]any{"err", err}, err)...)
		}},
		Log: k.log, TitlePrefix: c.TitlePrefix, TitleSuffix: c.TitleSuffix,
		EventDeadline: c.EventDeadline, ConnectionAge: c.StreamMaxAge,
		Queue: c.MaxQueue, Timers: c.MaxTimers, Tasks: c.MaxAsync, Views: c.Limits,
		Count: live.Counters{
			QueueFull: &k.count.queueFull, TimersFull: &k.count.timersFull, TasksFull: &k.count.asyncFull,
			Deadlines: &k.count.deadlines, ConnectionsFull: &k.count.streamsFull,
		},
		Evicted: endMessage, Replaced: elsewhereMessage, Reload: reloadMessage,
		Warn: k.warn,
		Leave: func(v *live.View, d *live.Departure) []byte {
			o := v.Owner()
			return goTo(k.departure(v.Address(), d, o.Session, o.Query))
		},
		Excuse: func(id string) { k.mounts.exempts.Grant(id, time.Now()) },
	})
	k.sessions = session.New(session.Config{
		Manager: c.Sessions, Secrets: c.Secrets, Lifetime: c.SessionLifetime, MaxSessions: c.MaxSessions, OnEnd: k.endSession,
	})
	return k
}

func orDefault[T int | int64 | time.Duration](v *T, d T) {
	if *v <= 0 {
		*v = d
	}
}

// AssetsPath is where a router mounts [Kit.Assets].
func (k *Kit) AssetsPath() string { return "/_sideband" }

// Assets serves htmx, its sse extension, the kit's stylesheet and two notices, under names that
// change with their content.
func (k *Kit) Assets() http.Handler { return http.StripPrefix(k.AssetsPath(), static.Handler()) }

// Sessions is the session manager of the kit's middleware, for the application's own
// use below that middleware. Destroying or renewing a session ends its pages when the
// response of the request begins: nothing more is pushed to them, events under way are
// dropped, and half a second later they load themselves anew. Kits whose middlewares nest share the outer one's session.
//
// Callbacks that a request has caused reach its session with their socket; see [ErrNoSession].
func (k *Kit) Sessions() *scs.SessionManager { return k.sessions.SCS() }

// sweepEvery is how often views are looked at that may have expired.
const sweepEvery = 5 * time.Second

// sweep takes expired views out, and what is known of sessions that mount nothing, as
// long as there are any.
func (k *Kit) sweep() {
	k.views.Store().Expire(time.Now())
	c, left := k.views.Store().Count(), k.mounts.sweep(time.Now())
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sweeping = !k.views.IsClosed() && c.Pending+c.Connected+c.Parked+left > 0
	if k.sweeping {
		time.AfterFunc(sweepEvery, k.sweep)
	}
}

func (k *Kit) keepSweeping() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.sweeping && !k.views.IsClosed() {
		k.sweeping = true
		time.AfterFunc(sweepEvery, k.sweep)
	}
}

// once runs f the first time it is called with a key.
func (k *Kit) once(key any, f func()) {
	if _, seen := k.warned.LoadOrStore(key, true); !seen {
		f()
	}
}

// ErrNoSession is the error of a callback or template that asks the session manager for the
// session where there is none. The session is that of a request, so it can be reached in
// what a request has caused: in Mount, Connect and events, and in Mount and Update of
// components that are placed by the rendering which follows. Messages, timers, results of
// work, and what they have rendered belong to no request, and templates to none ever. What
// they need of the session a callback keeps under a key.
var ErrNoSession = errors.New("handlers: no request has caused this, so there is no session: read it in Mount or an event, and keep what you need under a key")

// explain tells what a panic means that scs has caused.
func explain(panicked any) error {
	if session.IsMissing(panicked) {
		return ErrNoSession
	}
	return nil
}
