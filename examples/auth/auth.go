package auth

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/ratelimit"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Where the pages are. Those with a token in their query are the links of mails.
const (
	LogInPath     = "/account/log-in"
	SentPath      = "/account/sent"
	ForgottenPath = "/account/forgotten"
	AgainPath     = "/account/again"
	SettingsPath  = "/account/settings"
	SessionsPath  = "/account/sessions"

	ConfirmPath     = "/account/confirm"
	LinkPath        = "/account/link"
	NewPasswordPath = "/account/new-password"
	NewAddressPath  = "/account/new-address"

	// These are posted to, by plain forms.
	LogOutPath           = "/account/log-out"
	LogOutEverywherePath = "/account/log-out-everywhere"
	EndSessionPath       = "/account/sessions/{id}/log-out"
	setPasswordPath      = "/account/settings/password"
	resetPasswordPath    = "/account/new-password/set"
)

// Config sets up an [Auth]. Kit, Accounts, Mailer and URL are needed.
type Config struct {
	Kit      *handlers.Kit // its Config.Identity is [Identity]
	Accounts *Accounts
	Mailer   Mailer
	// URL is where the site is, such as "https://example.org", for the links of mails. It is not taken from requests,
	// whose Host anybody can choose.
	URL string
	// Home is the account's page, where somebody goes who has logged in. Default "/account".
	Home string
	// Sent is where somebody goes who gets a mail. Default: a page that says so.
	Sent string
	// Logger takes what goes wrong with mails and in plain handlers. Default: slog.Default().
	Logger *slog.Logger
	// Limits bound what strangers may do.
	Limits Limits
}

// Limits bound what strangers may do, by the network that they come from and by the address of an account. What is
// beyond them is answered 429. Zero values are the defaults.
type Limits struct {
	NetworkLogIns int // passwords that may be tried in a minute from one network. Default 30
	AccountLogIns int // for one address from one network in 15 minutes. Default 10
	NetworkMails  int // mails that may be asked for in an hour from one network. Default 30
	AccountMails  int // for one address from one network. Default 5
	AddressMails  int // for one address from all networks together. Default 30
	// Hashes is how many passwords are hashed at a time. Default: half of the processors, at least one. A password
	// waits up to 5 s for its turn.
	Hashes int
}

// Auth is sign-in for one site. Make it with [New]. Its methods may be called from any goroutine.
type Auth struct {
	kit        *handlers.Kit
	accounts   *Accounts
	mailer     Mailer
	log        *slog.Logger
	url        string
	home, sent string
	passwords  *hashers
	post       *post
	now        func() time.Time
	changing   sync.Map // accounts by id whose password is being changed

	networkLogIns, accountLogIns, networkMails, accountMails, addressMails *ratelimit.Limit
}

// hashPatience is how long a password waits to be hashed. It is less than callbacks may take.
const hashPatience = 5 * time.Second

// New returns sign-in for a site.
func New(c Config) *Auth {
	l := c.Limits
	return &Auth{
		kit: c.Kit, accounts: c.Accounts, mailer: c.Mailer, url: strings.TrimSuffix(c.URL, "/"),
		log:  cmp.Or(c.Logger, slog.Default()),
		home: cmp.Or(c.Home, "/account"), sent: cmp.Or(c.Sent, SentPath),
		passwords: newHashers(cmp.Or(l.Hashes, max(1, runtime.GOMAXPROCS(0)/2)), hashPatience),
		post:      newPost(),
		now:       time.Now,

		networkLogIns: ratelimit.New(cmp.Or(l.NetworkLogIns, 30), time.Minute, ratelimit.ByNetwork),
		accountLogIns: ratelimit.New(cmp.Or(l.AccountLogIns, 10), 15*time.Minute, byNetworkAndAddress),
		networkMails:  ratelimit.New(cmp.Or(l.NetworkMails, 30), time.Hour, ratelimit.ByNetwork),
		accountMails:  ratelimit.New(cmp.Or(l.AccountMails, 5), time.Hour, byNetworkAndAddress),
		addressMails:  ratelimit.New(cmp.Or(l.AddressMails, 30), time.Hour, byAddress),
	}
}

// Close waits for the mails that are being sent until ctx ends, and gives up the others. Call it after Kit.Shutdown.
func (a *Auth) Close(ctx context.Context) error { return a.post.close(ctx) }

// Routes adds the pages and handlers to a router, below [Auth.Load] and the kit's middleware.
func (a *Auth) Routes(r chi.Router) {
	k := a.kit
	r.Handle(LogInPath, handlers.View(k, enter{a}))
	r.Handle(SentPath, handlers.View(k, sent{}))
	r.Handle(ForgottenPath, handlers.View(k, forgotten{a}))
	r.Handle(ConfirmPath, handlers.View(k, confirm{a}))
	r.Handle(LinkPath, handlers.View(k, link{a}))
	r.Handle(NewPasswordPath, handlers.View(k, newPassword{a}))
	r.Handle(NewAddressPath, handlers.View(k, newAddress{a}, Require))
	r.Handle(AgainPath, handlers.View(k, again{a}, Require))
	r.Handle(SessionsPath, handlers.View(k, sessionList{a}, Require))
	r.Handle(SettingsPath, handlers.View(k, settings{a}, Require, a.Sudo()))

	r.Group(func(r chi.Router) {
		r.Use(toTheEnd)
		r.Post(LogOutPath, a.logOut)
		r.Post(LogOutEverywherePath, a.member(a.logOutEverywhere))
		r.Post(EndSessionPath, a.member(a.endSession))
		r.Post(setPasswordPath, a.member(a.setPassword))
		r.Post(resetPasswordPath, a.resetPassword)
	})
}

// withoutBrowser returns a context that goes on when the browser leaves, but not for ever.
func withoutBrowser(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
}

// toTheEnd has what was asked for done, also if the browser leaves before the answer.
func toTheEnd(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := withoutBrowser(r.Context())
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// attempt is the address that somebody has typed: by it their attempts are counted, whether there is such an account or
// not.
var attempt = state.NewKey[string]("attempt")

func byAddress(s *views.Socket) string { return attempt.Get(s) }

// byNetworkAndAddress keeps somebody who tries another's address from locking that one out everywhere.
func byNetworkAndAddress(s *views.Socket) string {
	return ratelimit.ByNetwork(s) + " " + attempt.Get(s)
}

// mayLogIn counts the try of a password.
func (a *Auth) mayLogIn(s *views.Socket, email string) error {
	attempt.Set(s, email)
	if err := a.networkLogIns.Take(s); err != nil {
		return err
	}
	return a.accountLogIns.Take(s)
}

// mayMail counts a mail.
func (a *Auth) mayMail(s *views.Socket, email string) error {
	attempt.Set(s, email)
	if err := a.networkMails.Take(s); err != nil {
		return err
	}
	if err := a.accountMails.Take(s); err != nil {
		return err
	}
	return a.addressMails.Take(s) // last: what one network is refused does not count against the others
}

// failed answers a plain request that could not be served.
func (a *Auth) failed(w http.ResponseWriter, r *http.Request, err error) {
	a.log.Error("auth: request failed", "path", r.URL.Path, "err", err)
	http.Error(w, "That is not possible right now. Please try again in a moment.", http.StatusServiceUnavailable)
}
