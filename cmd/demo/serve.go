package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/telemetry"
)

// graceTime is how long requests under way have when the demo is asked to end.
const graceTime = 10 * time.Second

// serve serves the site until ctx is done, and then ends in good order.
func serve(ctx context.Context, c config, stdout, stderr io.Writer) (err error) {
	logs := telemetry.LogHandler(slog.NewTextHandler(stderr, nil))
	kc := handlers.Config{Logger: slog.New(logs), Development: c.dev}
	survive, err := c.seal(&kc)
	if err != nil {
		kc.Logger.Warn("open pages will reload after a restart", "err", err)
	}
	data, closeData, err := c.open(ctx, kc.Logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeData()) }()
	if err := c.openStashes(&kc); err != nil {
		kc.Logger.Warn("pages keep their durable state themselves", "err", err)
	}
	kit := handlers.New(site.Config(kc))
	with := kc
	with.Commands = true
	commands := handlers.New(site.Config(with))
	told, stop, err := c.observe(ctx, kit, commands, logs, stderr)
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceTime)
		defer cancel()
		err = errors.Join(err, stop(end))
	}()
	if err != nil {
		return err
	}
	if data != nil {
		data.Commands = commands
	}
	server := newServer(site.Routes(kit, data), logs)

	listener, err := c.listen(ctx)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(stdout, "The demo is at %s\n%s%s", c.address(listener.Addr()), survive, told); err != nil {
		return errors.Join(err, listener.Close())
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return errors.Join(err, kit.Shutdown(ctx), commands.Shutdown(ctx))
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceTime)
	defer cancel()
	return shutdown(end, server, served, kit, commands)
}

// shutdown ends the server and the kits in good order. What Serve returns comes from served.
func shutdown(ctx context.Context, server *http.Server, served <-chan error, kits ...*handlers.Kit) error {
	// The server's begins by closing the listener, so that the streams that the kit sends
	// away come back to the next process; then it waits for them.
	closed := make(chan error, 1)
	go func() { closed <- server.Shutdown(ctx) }()
	err := <-served
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	for _, k := range kits {
		err = errors.Join(err, k.Shutdown(ctx))
	}
	err = errors.Join(err, <-closed)
	if err != nil {
		_ = server.Close() // of what did not end by itself
	}
	return err
}

// newServer has what a server with streams needs.
func newServer(h http.Handler, logs slog.Handler) *http.Server {
	s := &http.Server{
		Handler:           h,
		ConnContext:       handlers.ConnContext,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		// No ReadTimeout and WriteTimeout: the kit bounds what it reads and writes itself.
		ErrorLog:  slog.NewLogLogger(logs, slog.LevelWarn),
		Protocols: &http.Protocols{},
	}
	s.Protocols.SetHTTP1(true)
	s.Protocols.SetHTTP2(true)
	s.Protocols.SetUnencryptedHTTP2(true) // for proxies that speak it
	return s
}

// listen opens the demo's port, with TLS if there is a certificate.
func (c config) listen(ctx context.Context) (net.Listener, error) {
	var settings *tls.Config
	if c.cert != "" {
		pair, err := tls.LoadX509KeyPair(c.cert, c.key)
		if err != nil {
			return nil, err
		}
		settings = &tls.Config{
			Certificates: []tls.Certificate{pair},
			NextProtos:   []string{"h2", "http/1.1"},
			MinVersion:   tls.VersionTLS12,
		}
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.addr)
	if err != nil || settings == nil {
		return listener, err
	}
	return tls.NewListener(listener, settings), nil
}

// seal gives the kit its secret. It returns what the demo's user may rely on.
func (c config) seal(kc *handlers.Config) (survive string, err error) {
	if c.secret != "" {
		kc.Security.Secrets = [][]byte{[]byte(c.secret)}
		return "", nil
	}
	file, err := secretFile()
	if err != nil {
		return "", err
	}
	secret, err := keptSecret(file)
	if err != nil {
		return "", err
	}
	kc.Security.Secrets = [][]byte{secret}
	return fmt.Sprintf("Open pages survive a restart, with the secret in %s\n", file), nil
}

// address is the URL of the demo for a browser on this machine.
func (c config) address(a net.Addr) string {
	scheme := "http"
	if c.cert != "" {
		scheme = "https"
	}
	tcp, ok := a.(*net.TCPAddr)
	if ok && tcp.IP.IsUnspecified() {
		return fmt.Sprintf("%s://localhost:%d", scheme, tcp.Port)
	}
	return scheme + "://" + a.String()
}
