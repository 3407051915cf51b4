package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
)

// graceTime is how long requests under way have when the demo is told to end.
const graceTime = 10 * time.Second

// serve serves the site until ctx is done, and then ends in good order.
func serve(ctx context.Context, c config, stdout, stderr io.Writer) error {
	logs := slog.NewTextHandler(stderr, nil)
	kc := handlers.Config{Logger: slog.New(logs), Development: c.dev}
	if c.secret != "" {
		kc.Secrets = [][]byte{[]byte(c.secret)}
	}
	kit := handlers.New(site.Config(kc))
	server := &http.Server{
		Handler:           site.Routes(kit),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		// No WriteTimeout: it would cut streams, which bound each write themselves.
		ErrorLog: slog.NewLogLogger(logs, slog.LevelWarn),
	}

	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.addr)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(stdout, "The demo is at %s\n", address(listener.Addr())); err != nil {
		return errors.Join(err, listener.Close())
	}

	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceTime)
	defer cancel()
	// First the kit, which ends the streams that the server would wait for.
	err = errors.Join(kit.Shutdown(end), server.Shutdown(end))
	if e := <-served; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}

// address is the URL of the demo for a browser on this machine.
func address(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	if ok && tcp.IP.IsUnspecified() {
		return fmt.Sprintf("http://localhost:%d", tcp.Port)
	}
	return "http://" + a.String()
}
