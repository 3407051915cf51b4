package handlers

import (
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/sideband-go/sideband/internal/applog"
	"github.com/sideband-go/sideband/sse"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/static"
	"github.com/sideband-go/sideband/views"
)

// Kit serves views. Make one per application with [New]. All methods may be called
// from any goroutine.
type Kit struct {
	config      Config
	log         *slog.Logger
	host        views.Host
	sealer      *sealer
	flashes     box // seals cookies
	leaves      box // seals addresses
	sessions    *sessions
	origins     *http.CrossOriginProtection
	store       *state.Store
	streams     *sse.Server
	workers     sync.WaitGroup
	runners     runners
	functions   functions
	mounts      *mounts
	stats       *Stats        // its counters, see increment
	connections atomic.Int64  // that are open
	ends        atomic.Uint64 // calls of Disconnect
	warned      sync.Map      // what was logged once
	blocked     atomic.Int32  // how often that was about the policy
	based       bool          // a layout's <base> would act

	mu       sync.Mutex
	sweeping bool
	closed   bool
}

// New makes a kit. It panics if a secret is shorter than 32 bytes.
func New(c Config) *Kit {
	c = c.withDefaults()
	k := &Kit{
		config: c, log: applog.Guard(c.Logger),
		sealer:  newSealer(c.Security.Secrets),
		flashes: newBox(c.Security.Secrets, "sideband flash", 1),
		leaves:  newBox(c.Security.Secrets, "sideband leave", 1),
		origins: http.NewCrossOriginProtection(),
		streams: sse.New(c.Connection),
		runners: newRunners(),
		stats:   new(Stats),
		mounts:  newMounts(c.Limits.Mounts, c.Limits.SessionMounts),
	}
	k.host = views.Host{TitlePrefix: c.TitlePrefix, TitleSuffix: c.TitleSuffix, Explain: explain, Report: func(err error) {
		k.log.Error("sideband: message", withStack([]any{"err", err}, err)...)
	}}
	k.based = takesBase(c.Security.ContentSecurityPolicy)
	k.store = state.NewStore(c.Limits.Views, func(e *state.Entry) { evicted(e.Value.(*live)) })
	k.sessions = newSessions(c, k.endSession)
	return k
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
func (k *Kit) Sessions() *scs.SessionManager { return k.sessions.manager }

// sweepEvery is how often views are looked at that may have expired.
const sweepEvery = 5 * time.Second

// sweep takes expired views out, and what is known of sessions that mount nothing, as
// long as there are any.
func (k *Kit) sweep() {
	k.store.Expire(time.Now())
	c, left := k.store.Count(), k.mounts.forget(time.Now())
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sweeping = !k.closed && c.Pending+c.Connected+c.Parked+left > 0
	if k.sweeping {
		time.AfterFunc(sweepEvery, k.sweep)
	}
}

func (k *Kit) keepSweeping() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.sweeping && !k.closed {
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
