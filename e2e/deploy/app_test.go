package deploy_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// count is the page of all apps: a number, and a field that the server knows nothing of.
type count struct{ app *app }

var number = state.NewKey[int]("number")

func (c count) Mount(s *views.Socket, _ views.NoParams) error {
	c.app.mounts.Add(1)
	s.SetTitle("Count")
	state.Assign(s, number.To(0))
	return nil
}

// Add counts.
func (count) Add(s *views.Socket, times int) error {
	number.Update(s, func(n int) int { return n + times })
	return nil
}

// Hold counts, and takes its time: it begins and ends when the app's gate says so.
func (c count) Hold(s *views.Socket, _ views.NoParams) error {
	<-c.app.gate
	number.Update(s, func(n int) int { return n + 1 })
	<-c.app.gate
	return nil
}

func (count) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, _ = fmt.Fprintf(w, `<h1 id="count">Count: %d</h1><input id="draft" name="draft"><button `, number.Get(ctx))
		err := templruntime.RenderAttributes(ctx, w, w, "button", views.OnClick(ctx, count.Add, 1))
		_, _ = io.WriteString(w, ">Add</button>")
		return err
	})
}

// routing puts the middleware of an app around its page.
type routing func(kit *handlers.Kit, page http.Handler) http.Handler

// onChi is how the documentation does it: the page at /count of a chi router, the kit's
// middleware outermost, then others.
func onChi(others ...func(http.Handler) http.Handler) routing {
	return func(kit *handlers.Kit, page http.Handler) http.Handler {
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.Use(others...)
		r.Mount(kit.AssetsPath(), kit.Assets())
		r.Handle("/count", page)
		r.Get("/favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
		return r
	}
}

// app is a process of an application, as far as a browser can tell.
type app struct {
	t      *testing.T
	kit    *handlers.Kit
	log    record
	mounts atomic.Int64
	gate   chan struct{} // of events that hold
	addr   string
	server *http.Server
	served chan error
	over   atomic.Bool
}

// secret is what processes of one application have in common.
var secret = []byte("0123456789abcdef0123456789abcdef")

// start runs an app until the test ends, at an address, or any if that is empty.
func start(t *testing.T, addr string, c handlers.Config, routes routing, set ...func(*http.Server)) *app {
	t.Helper()
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	var listener net.Listener
	until(t, "the address is free", func() (ok bool) {
		var err error
		listener, err = (&net.ListenConfig{}).Listen(t.Context(), "tcp", addr)
		if errors.Is(err, syscall.EADDRINUSE) { // a connection of any program may have got the port of the process before
			return false
		}
		check(t, err)
		return true
	})
	return serve(t, listener, c, routes, set...)
}

func serve(t *testing.T, listener net.Listener, c handlers.Config, routes routing, set ...func(*http.Server)) *app {
	t.Helper()
	a := &app{t: t, addr: listener.Addr().String(), gate: make(chan struct{}), served: make(chan error, 1)}
	logs := slog.NewTextHandler(&a.log, nil)
	c.Logger = slog.New(logs)
	if c.Security.Secrets == nil {
		c.Security.Secrets = [][]byte{secret}
	}
	a.kit = handlers.New(c)
	a.server = &http.Server{
		Handler:           routes(a.kit, handlers.View(a.kit, count{a})),
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(logs, slog.LevelWarn),
		Protocols:         &http.Protocols{},
	}
	a.server.Protocols.SetHTTP1(true)
	a.server.Protocols.SetUnencryptedHTTP2(true)
	for _, f := range set {
		f(a.server)
	}
	go func() { a.served <- a.server.Serve(listener) }()
	t.Cleanup(func() {
		a.stop()
		if t.Failed() {
			t.Logf("the app logged:\n%s", &a.log)
		}
	})
	return a
}

func (a *app) url() string { return "http://" + a.addr }

// closes closes the listener, the first step of a good end; it returns the rest of it.
func (a *app) closes() (rest func()) {
	if a.over.Swap(true) {
		return func() {}
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	closed := make(chan error, 1)
	go func() { closed <- a.server.Shutdown(ctx) }()
	if err := <-a.served; !errors.Is(err, http.ErrServerClosed) {
		a.t.Error(err)
	}
	return func() {
		defer cancel()
		if err := errors.Join(a.kit.Shutdown(ctx), <-closed); err != nil {
			a.t.Error(err)
		}
	}
}

// stop ends the app in good order.
func (a *app) stop() { a.closes()() }

// kill ends the app as if its process were gone: no page hears of it.
func (a *app) kill() {
	if a.over.Swap(true) {
		return
	}
	a.server.Close()
	if err := <-a.served; !errors.Is(err, http.ErrServerClosed) {
		a.t.Error(err)
	}
	if err := a.kit.Shutdown(context.Background()); err != nil { // what it says reaches nobody
		a.t.Error(err)
	}
}
