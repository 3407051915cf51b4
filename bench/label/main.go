// Command label serves a page of a thousand rows in which an event changes one label. The
// demo's table, whose rows look like this page's, has no such button.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os/signal"
	"syscall"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "where to listen")
	flag.Parse()
	if err := run(*addr); err != nil {
		log.Fatal(err)
	}
}

func run(addr string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	kit := handlers.New(handlers.Config{})
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
