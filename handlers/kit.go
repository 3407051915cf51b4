package handlers

import (
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/sideband-go/sideband/internal/applog"
	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/limit"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/seal"
	"github.com/sideband-go/sideband/internal/session"
	"github.com/sideband-go/sideband/sse"
	"github.com/sideband-go/sideband/static"
)

// Kit serves views. Make one per application with [New]. All methods may be called
// from any goroutine.
type Kit struct {
	config      Config
	messages    protocol.Messages
	assets      atomic.Pointer[static.FS]
	scripts     atomic.Pointer[[]string] // addresses of the application's
	log         *slog.Logger
	views       *live.Host
	tickets     *seal.Sealer
	flashes     *seal.Sealer // cookies
	leaves      *seal.Sealer // addresses
	sessions    *session.Manager
	origins     *http.CrossOriginProtection
	server      *sse.Server
	relay       *relay // nil without Config.Bus
	mounts      mounts
	circles     *circles
	uploads     uploads
	events      *limit.Limiter[session.ID] // Limits.SessionEvents
	stats       *Stats                     // its counters, see increment
	connections atomic.Int64               // that are open
	disconnects atomic.Uint64              // calls of Disconnect, in other processes too
	stashes     *stashes
	nonces      nonces // nil without Config.Commands
	extending   extending
	warned      sync.Map              // what was logged once
	blocked     atomic.Int32          // how often that was about the policy
	based       bool                  // a layout's <base> would act
	debug       atomic.Pointer[debug] // nil before Debug is called

	mu        sync.Mutex
	sweeping  bool
	observers []*live.Observer // a list is never changed
}

// New makes a kit. It panics if a secret is shorter than 32 bytes.
func New(c Config) *Kit {
	c = c.withDefaults()
	k := &Kit{
		config:   c,
		messages: protocol.NewMessages(c.Texts),
		tickets:  seal.New(c.Security.Secrets, "sideband ticket", ticketVersion).WithClear(viewIDSize),
		flashes:  seal.New(c.Security.Secrets, "sideband flash", carriedVersion),
		leaves:   seal.New(c.Security.Secrets, "sideband leave", carriedVersion),
		origins:  http.NewCrossOriginProtection(),
		server:   sse.New(c.Connection),
		stats:    new(Stats),
		mounts:   newMounts(c.Limits.Mounts, c.Limits.SessionMounts),
		circles:  newCircles(),
		uploads: uploads{
			atOnce: c.Limits.Uploads, ofSession: c.Limits.SessionUploads, bytes: c.Limits.SessionUploadBytes,
			sessions: map[session.ID]*sessionUploads{}, networks: map[string]int{},
		},
		events: limit.NewLimiter[session.ID](c.Limits.SessionEvents, time.Minute),
	}
	k.log = applog.Guard(slog.New(tap{c.Logger.Handler(), k}))
	k.stashes = k.newStashes(c.Stash)
	if c.Commands {
		k.nonces = newNonces(c.Security.Secrets)
	}
	k.assets.Store(static.With(map[string][]byte{
		protocol.LostFile:   protocol.Notice(c.Texts.ConnectionLost),
		protocol.FailedFile: protocol.Notice(c.Texts.NotReached),
	}))
	k.scripts.Store(new([]string))
	k.based = takesBase(c.Security.ContentSecurityPolicy)
	k.views = live.NewHost(live.Config{
		Guard: &fault.Guard{Explain: explain, Report: func(err error) {
			k.log.Error("sideband: message", fault.WithStack([]any{"err", err}, err)...)
		}},
		Log: k.log, TitlePrefix: c.TitlePrefix, TitleSuffix: c.TitleSuffix,
		EventDeadline: c.Timeouts.Event, ConnectionAge: c.Timeouts.ConnectionAge,
		Queue: c.Limits.Queue, Timers: c.Limits.Timers, Tasks: c.Limits.Tasks, Views: c.Limits.Views,
		Count: live.Counters{
			QueueFull: &k.stats.QueueFull, TimersFull: &k.stats.TimersFull, TasksFull: &k.stats.TasksFull,
			Deadlines: &k.stats.Deadlines, ConnectionsFull: &k.stats.ConnectionsFull, EventsLost: &k.stats.EventsLost,
		},
		Texts: c.Texts, Messages: k.messages,
		Warn:   k.warn,
		Leave:  k.leave,
		Excuse: func(id string) { k.mounts.exempts.Grant(id, time.Now()) },
	})
	k.sessions = session.New(session.Config{
		Manager: c.Sessions.Manager, Secrets: c.Security.Secrets, Lifetime: c.Sessions.Lifetime, MaxSessions: c.Sessions.Max, OnEnd: k.endSession,
	})
	k.relay = newRelay(k, c.Bus)
	return k
}

// AssetsPath is where a router mounts [Kit.Assets].
func (k *Kit) AssetsPath() string { return protocol.AssetsPath }

// Assets serves htmx, its sse extension, the kit's stylesheet, two notices, and what [Kit.Script] was given, under names
// that change with their content. Kits that differ in Config.Texts do so in the notices.
func (k *Kit) Assets() http.Handler {
	return http.StripPrefix(k.AssetsPath(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		k.assets.Load().Handler().ServeHTTP(w, r)
	}))
}

// asset returns the address of one of these files.
func (k *Kit) asset(name string) string { return k.AssetsPath() + "/" + k.assets.Load().Path(name) }

// Sessions is the session manager of the kit's middleware, for the application's own
// use below that middleware. Destroying or renewing a session ends its pages when the
// response of the request begins: nothing more is pushed to them, events under way are
// dropped, and half a second later they reload. Kits whose middlewares nest share the outer one's session.
//
// Callbacks that a request has caused reach its session with their socket; see [ErrNoSession].
func (k *Kit) Sessions() *scs.SessionManager { return k.sessions.SCS() }

// sweepEvery is how often views are looked at that may have expired.
const sweepEvery = 5 * time.Second

// sweep takes expired views out, and what is known of sessions that mount nothing, as
// long as there are any.
func (k *Kit) sweep() {
	k.views.Store().Expire(time.Now())
	now := time.Now()
	k.extendStashes(now)
	k.stashes.spoiled.Sweep(now)
	k.stashes.wanted.Sweep(now)
	c, left := k.views.Store().Count(), k.mounts.sweep(now)+k.uploads.sweep(now)+k.events.Sweep(now)
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
