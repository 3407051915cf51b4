// Command pages serves pages that the demo does not have, or not in that size:
//
//	/labels   a thousand rows, in which an event changes one label; they look like those of the demo's table
//	/parts    a thousand components, each with an event of its own
//	/feed     two streams to append to, of which one keeps the last items alone
//	/slow     a page whose Mount takes half a second, and /quick one whose Mount takes none
//	/chat/…   a room with its last messages and who is there
//	/shop     a list of pages with twenty rows, of which the address says what is shown
//	/signup   a form of eight fields, and /order one of two hundred
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
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/pubsub"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "where to listen")
	secret := flag.String("secret", "", "what seals the pages' tickets, at least 32 bytes (default: random)")
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
		c.Security.Secrets = [][]byte{[]byte(secret)}
	}
	kit := handlers.New(c)
	fmt.Printf("http://%s\n", l.Addr())
	s := &http.Server{Handler: routes(kit), ConnContext: handlers.ConnContext}
	ended := context.AfterFunc(ctx, func() { _ = s.Close() }) // an error does not matter any more
	defer ended()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return kit.Shutdown(context.WithoutCancel(ctx))
}

func routes(kit *handlers.Kit) http.Handler {
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Handle("/labels", handlers.View(kit, labels{}))
	r.Handle("/parts", handlers.View(kit, parts{}))
	r.Handle("/feed", handlers.View(kit, feed{}))
	r.Handle("/slow", handlers.View(kit, slow{500 * time.Millisecond}))
	r.Handle("/quick", handlers.View(kit, slow{}))
	r.Handle("/shop", handlers.View(kit, shop{}))
	r.Handle("/signup", handlers.View(kit, signup{}))
	r.Handle("/order", handlers.View(kit, orders{}))
	r.Handle("/chat/{room}", handlers.View(kit, newChat(new(pubsub.Bus))))
	return r
}
