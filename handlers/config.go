package handlers

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/alexedwards/scs/v2"

	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/sse"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Config sets up a [Kit]. Its zero value works.
type Config struct {
	// Version of the pages. Those opened under another one reload themselves when their
	// view is remounted. Default "": pages of an older program go on in the new one.
	Version string
	// Identity returns who is logged in, as the application's middleware has found out; ""
	// for nobody. A page belongs to whom it was served for: it reloads itself when that
	// changes, and browsers don't keep a copy of somebody's (no-store). [Kit.Disconnect]
	// ends the pages of an identity. Default: nobody.
	Identity func(*http.Request) string
	// Bus tells the kits of other processes which pages end: those of sessions that are destroyed or
	// renewed, and those of [Kit.Disconnect]. Its broker must be shared with them. If what they tell may
	// have been lost, all pages of this kit reconnect, through the application's middleware.
	// Shut the kit down before the bus is closed. Default: none, each process ends its own.
	Bus *pubsub.Bus
	// Layout is the document around each page. Default: views.DefaultLayout.
	Layout func(views.Document) templ.Component
	// TitlePrefix and TitleSuffix stand around the title of each page that has one.
	TitlePrefix, TitleSuffix string
	// Texts are what the kit itself says to users. Default: English.
	Texts Texts
	// Logger takes what goes wrong. Default: slog.Default().
	Logger *slog.Logger
	// Development logs what costs more than it needs or can't work: HTML that the browser's
	// parser rearranges, fields without an id, and styles, scripts and addresses that the page's
	// own policy blocks, once each; events without a ticket. Only with it are there values in the log and on the debug
	// page: paths, ids, and texts that do not parse.
	Development bool

	// Commands lets pages have commands of package client and key triggers, which browsers run by themselves:
	// see docs/client.md. Pages then load one more extension of htmx, hx-csp, which takes up the kit's own elements
	// alone: each carries a nonce, which is also added to the page's Content-Security-Policy. Attributes of htmx that
	// the application writes itself need it, too (views.Nonce). Links of views.NavigateLink load the page. Pages that
	// are open while this changes reload themselves. Default: off.
	Commands bool

	// Security sets secrets, the Content-Security-Policy and the life of tickets.
	Security Security
	// Sessions sets the session manager, or the limits of the kit's own.
	Sessions Sessions
	// Timeouts bound how long things take.
	Timeouts Timeouts
	// Limits bound how much there may be of a thing.
	Limits Limits
	// Stash says where the values of durable keys are kept.
	Stash Stash
	// Connection sets the limits of the connections to browsers.
	Connection sse.Config
}

// Texts are what the users of pages read of the kit itself: notices, pages that say what is wrong,
// labels. Fields that are empty have their default, in English; docs/texts.md lists them all.
//
// They are the same for all users of a kit: a language for each request is not supported yet.
type Texts = protocol.Texts

// Security is the part of a [Config] on which the safety of pages rests. Its zero value works.
type Security struct {
	// Secrets seal the pages' tickets and sign the sessions' cookies: the first seals,
	// all open. Each is at least 32 bytes of randomness. To replace one, put the new one
	// first and remove the old one a day later. Default: one random secret, so that pages
	// reload after a restart.
	Secrets [][]byte
	// ContentSecurityPolicy is sent with each page; see [Policy]. Default: DefaultPolicy.
	// "-" sends none.
	ContentSecurityPolicy string
	// TicketLife is how long after it was opened a page may be remounted by a process that
	// does not have its view; later it reloads. Default 24 h.
	TicketLife time.Duration
}

// Sessions is the part of a [Config] that sets up sessions. Its zero value works.
type Sessions struct {
	// Manager is the application's own session manager, with its cookie, lifetimes and
	// store; the kit's middleware loads and saves its sessions (don't use LoadAndSave),
	// and wraps its store to see sessions end. It must have been made with scs.New and not
	// be changed afterwards. Default: sessions in memory, whose cookies are signed: those
	// without values outlive a restart, those that have had some end with it.
	Manager *scs.SessionManager
	// Lifetime is how long a session of the kit's own lasts. Default 24 h.
	Lifetime time.Duration
	// Max is how many sessions of the kit's own may have or have had values; beyond it those
	// that were saved longest ago end. Default 200,000.
	Max int
}

// Timeouts is the part of a [Config] that bounds how long things take. Its zero value works.
type Timeouts struct {
	// Event is how long one callback may run. Default 10 s.
	Event time.Duration
	// Body is how long the body of a request below Middleware may take to arrive, whoever
	// reads it and whatever is answered. A handler of the application's that takes longer
	// uploads extends it with http.ResponseController.SetReadDeadline; a shorter
	// ReadTimeout of the http.Server stays in force. Default 30 s.
	Body time.Duration
	// Upload is how long the files of one event may take to arrive, in all. Besides, they have Body and a second
	// for each KiB. Default 1 h.
	Upload time.Duration
	// ConnectionAge is when a connection ends and the page reconnects, give or take 20 %:
	// through the application's middleware, and with a morph of the whole view. Default 10 min.
	ConnectionAge time.Duration
	// ShutdownSpread is the longest time over which Shutdown ends the connections, 5 ms
	// for each. Default 3 s.
	ShutdownSpread time.Duration
}

// Limits is the part of a [Config] that bounds how much there may be of a thing. Its zero
// value works.
type Limits struct {
	// Body bounds the body of an event, in bytes. Default 1 MiB.
	Body int64
	// Fields bounds the fields of an event, and the parameters of its address. Default 1,000.
	Fields int
	// Queue is how many callbacks may wait for one view; beyond it events are answered 429
	// and senders get views.ErrFull. Default 256.
	Queue int
	// Timers is how many delayed and repeated messages one view may have pending.
	// Default 1,000.
	Timers int
	// Tasks is how many background tasks one view may have running, of state.Async and
	// views.Start. Beyond it a result's error is views.ErrFull. Default 32.
	Tasks int
	// Mounts is how many views may be mounting at a time. Other requests take turns, by
	// route and by client (user, session or address), and wait for up to 10 s; then they
	// are answered 503. A single route holds three quarters of them at most. Default 64.
	Mounts int
	// SessionMounts is how many views one session may mount in a minute; beyond it its
	// requests are answered 429. Default 120.
	SessionMounts int
	// Uploads is how many events with files may be arriving at a time; beyond it they are answered 429. A network, an
	// IPv4 address or the first 64 bits of an IPv6 address, has at most three times as many as places are free:
	// three quarters, alone. Default 256.
	Uploads int
	// SessionUploads is how many of them may be one session's. Default 4.
	SessionUploads int
	// SessionUploadBytes is how many bytes a session's uploads bring in a minute. Those under way then wait for the next one,
	// and another upload is answered 429. Default 2 GiB.
	SessionUploadBytes int64
	// SessionEvents is how many events one session may send in a minute; beyond it they are answered
	// 429 and do not run. Tighter limits, by route, event, identity or address, are package ratelimit's.
	// Default 6,000.
	SessionEvents int
	// Views bounds the store of views.
	Views state.Limits
}

const minSecret = 32

// withDefaults returns c with a value for all that has none. It panics if a secret is too short.
func (c Config) withDefaults() Config {
	for i, s := range c.Security.Secrets {
		if len(s) < minSecret {
			panic(fmt.Sprintf("handlers: Security.Secrets[%d] has %d bytes: use at least %d random ones", i, len(s), minSecret))
		}
	}
	if len(c.Security.Secrets) == 0 {
		s := make([]byte, minSecret)
		_, _ = rand.Read(s) // it never fails
		c.Security.Secrets = [][]byte{s}
	}
	if c.Security.ContentSecurityPolicy == "" {
		c.Security.ContentSecurityPolicy = DefaultPolicy
	}
	if c.Layout == nil {
		c.Layout = views.DefaultLayout
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	c.Texts = c.Texts.WithDefaults()
	orDefault(&c.Security.TicketLife, 24*time.Hour)
	orDefault(&c.Sessions.Lifetime, 24*time.Hour)
	orDefault(&c.Sessions.Max, 200_000)
	orDefault(&c.Timeouts.Event, 10*time.Second)
	orDefault(&c.Timeouts.Body, 30*time.Second)
	orDefault(&c.Timeouts.Upload, time.Hour)
	orDefault(&c.Timeouts.ConnectionAge, 10*time.Minute)
	orDefault(&c.Timeouts.ShutdownSpread, 3*time.Second)
	orDefault(&c.Limits.Body, 1<<20)
	orDefault(&c.Limits.Fields, 1000)
	orDefault(&c.Limits.Queue, 256)
	orDefault(&c.Limits.Timers, 1000)
	orDefault(&c.Limits.Tasks, 32)
	orDefault(&c.Limits.Mounts, 64)
	orDefault(&c.Limits.SessionMounts, 120)
	orDefault(&c.Limits.Uploads, 256)
	orDefault(&c.Limits.SessionUploads, 4)
	orDefault(&c.Limits.SessionUploadBytes, 2<<30)
	orDefault(&c.Limits.SessionEvents, 6000)
	return c
}

func orDefault[T int | int64 | time.Duration](v *T, d T) {
	if *v <= 0 {
		*v = d
	}
}
