package handlers

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/alexedwards/scs/v2"

	"github.com/sideband-go/sideband/sse"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/static"
	"github.com/sideband-go/sideband/views"
)

// Config sets up a [Kit]. Its zero value works.
type Config struct {
	// Secrets seal the pages' tickets: the first seals, all open. Each is at least 32
	// bytes of randomness. Default: one random secret, so that pages reload after a restart.
	Secrets [][]byte
	// Layout is the document around each page. Default: views.DefaultLayout.
	Layout func(views.Document) templ.Component
	// TitlePrefix and TitleSuffix stand around the title of each page that has one.
	TitlePrefix, TitleSuffix string
	// Logger takes what goes wrong. Default: slog.Default().
	Logger *slog.Logger
	// Development logs HTML that costs more than it needs, once each.
	Development bool

	// EventDeadline is how long one callback may run. Default 10 s.
	EventDeadline time.Duration
	// MaxBody bounds the body of an event, in bytes. Default 1 MiB.
	MaxBody int64
	// BodyTimeout is how long the body of an event may take to arrive. Default 30 s.
	BodyTimeout time.Duration
	// MaxFields bounds the fields of an event. Default 1,000.
	MaxFields int
	// MaxQueue is how many callbacks may wait for one view; beyond it events are
	// answered 429 and senders get views.ErrFull. Default 256.
	MaxQueue int
	// MaxTimers is how many delayed messages one view may have pending. Default 1,000.
	MaxTimers int
	// Limits bound the store of views.
	Limits state.Limits
	// Stream sets the limits of the streams.
	Stream sse.Config
	// SessionLifetime is how long a browser's session lasts. Default 24 h.
	SessionLifetime time.Duration
	// MaxSessions is how many sessions are kept; beyond it those go that were saved
	// longest ago. Default 200,000.
	MaxSessions int
	// ContentSecurityPolicy is sent with each page. Default: DefaultPolicy. "-" sends none.
	ContentSecurityPolicy string
}

// DefaultPolicy allows what the kit needs and nothing else: scripts, styles, images
// and connections of the page's own origin, no inline script or style, no framing.
const DefaultPolicy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"

const minSecret = 32

// Kit serves views. Make one per application with [New]. All methods may be called
// from any goroutine.
type Kit struct {
	config   Config
	log      *slog.Logger
	host     views.Host
	sealer   *sealer
	sessions *sessions
	origins  *http.CrossOriginProtection
	store    *state.Store
	streams  *sse.Server
	workers  sync.WaitGroup
	runners  runners
	warned   sync.Map // what was logged once

	mu       sync.Mutex
	sweeping bool
	closed   bool
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
	orDefault(&c.SessionLifetime, 24*time.Hour)
	orDefault(&c.MaxSessions, 200_000)
	if c.ContentSecurityPolicy == "" {
		c.ContentSecurityPolicy = DefaultPolicy
	}
	k := &Kit{
		config: c, log: c.Logger,
		sealer:   newSealer(c.Secrets),
		sessions: newSessions(c.SessionLifetime, c.MaxSessions),
		origins:  http.NewCrossOriginProtection(),
		streams:  sse.New(c.Stream),
		runners:  newRunners(),
	}
	k.host = views.Host{TitlePrefix: c.TitlePrefix, TitleSuffix: c.TitleSuffix, Report: func(err error) {
		k.log.Error("sideband: message", "err", err)
	}}
	k.store = state.NewStore(c.Limits, func(e *state.Entry) { e.Value.(*live).end() })
	return k
}

func orDefault[T int | int64 | time.Duration](v *T, d T) {
	if *v <= 0 {
		*v = d
	}
}

// AssetsPath is where a router mounts [Kit.Assets].
func (k *Kit) AssetsPath() string { return "/_sideband" }

// Assets serves htmx, its sse extension and the kit's stylesheet, under names that
// change with their content.
func (k *Kit) Assets() http.Handler { return http.StripPrefix(k.AssetsPath(), static.Handler()) }

// Sessions is the session manager of the kit's middleware, for the application's own
// use below that middleware. Kits whose middlewares nest share the outer one's session.
func (k *Kit) Sessions() *scs.SessionManager { return k.sessions.manager }

// Views counts the views that the kit keeps.
func (k *Kit) Views() state.Count { return k.store.Count() }

// Shutdown ends all views and streams and waits for callbacks under way. Call it
// before http.Server.Shutdown, which waits for open streams.
func (k *Kit) Shutdown(ctx context.Context) error {
	k.mu.Lock()
	k.closed = true
	k.mu.Unlock()
	// First the streams: pages are to come back to the next process, not to reload now.
	err := k.streams.Shutdown(ctx)
	k.store.Close()
	k.runners.end()
	if err != nil {
		return fmt.Errorf("handlers: shutdown: %w", err)
	}
	done := make(chan struct{})
	go func() { k.workers.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("handlers: shutdown: callbacks still run: %w", ctx.Err())
	}
}

// sweepEvery is how often views are looked at that may have expired.
const sweepEvery = 5 * time.Second

// sweep takes expired views out, as long as there are views.
func (k *Kit) sweep() {
	k.store.Expire(time.Now())
	c := k.store.Count()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sweeping = !k.closed && c.Pending+c.Connected+c.Parked > 0
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
