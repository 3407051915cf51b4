// Command label serves a page of a thousand rows in which an event changes one label. The
// demo's table, whose rows look like this page's, has no such button.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "where to listen")
	secret := flag.String("secret", "", "what seals the page's tickets, at least 32 bytes (default: random)")
	flag.Parse()
	if err := run(*addr, *secret); err != nil {
		log.Fatal(err)
	}
}

func run(addr, secret string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	c := handlers.Config{Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	if secret != "" {
		c.Secrets = [][]byte{[]byte(secret)}
	}
	kit := handlers.New(c)
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Handle("/", handlers.View(kit, page{}))
	fmt.Printf("http://%s\n", l.Addr())
	s := &http.Server{Handler: r}
	ended := context.AfterFunc(ctx, func() { _ = s.Close() }) // nothing is left to be told
	defer ended()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return kit.Shutdown(context.WithoutCancel(ctx))
}
