// Command pages serves pages that the demo does not have, or not in that size:
//
//	/labels   a thousand rows, in which an event changes one label; they look like those of the demo's table
//	/parts    a thousand components, each with an event of its own
//	/feed     two streams to append to, of which one keeps the last items alone
//	/slow     a page whose Mount takes half a second, and /quick one whose Mount takes none
//	/chat/…   a room with its last messages and who is there
//	/shop     a list of pages with twenty rows, of which the address says what is shown
//	/kept     two counters, of which one is durable
//	/points   a page that gets fifty points in a second, as events; /texts shows them as a text
//	/stock    twenty-five rows by a query that all its pages share, and /told the same by messages
//	/files    a page that takes files
//	/limited  an event that takes from a rate limit a thousand times, and one that does not
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
	"github.com/sideband-go/sideband/stash"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "where to listen")
	secret := flag.String("secret", "", "what seals the pages' tickets, at least 32 bytes (default: random)")
	stashes := flag.String("stashes", "", "the folder for durable state (default: it is kept in memory)")
	observed := flag.String("telemetry", "none", "none, off (without providers), on (with an exporter in memory) or sdk (the same without package telemetry)")
	flag.Parse()
	if err := run(*addr, *secret, *stashes, *observed); err != nil {
		log.Fatal(err)
	}
}

func run(addr, secret, stashes, observed string) error {
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
	folder, err := os.MkdirTemp("", "sideband-bench-files-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }() // the system clears its folder for such things anyway
	c.Limits.SessionUploadBytes = 1 << 50
	c.Stash.Store = &stash.Memory{}
	if stashes != "" {
		if c.Stash.Store, err = stash.OpenFiles(stashes); err != nil {
			return err
		}
	}
	kit := handlers.New(c)
	around, unobserve, err := observe(kit, observed)
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", l.Addr())
	s := &http.Server{Handler: around(routes(kit, folder)), ConnContext: handlers.ConnContext}
	ended := context.AfterFunc(ctx, func() { _ = s.Close() }) // an error does not matter any more
	defer ended()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	return errors.Join(kit.Shutdown(ctx), unobserve(ctx))
}

func routes(kit *handlers.Kit, folder string) http.Handler {
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Handle("/labels", handlers.View(kit, labels{}))
	r.Handle("/parts", handlers.View(kit, parts{}))
	r.Handle("/feed", handlers.View(kit, feed{}))
	r.Handle("/slow", handlers.View(kit, slow{500 * time.Millisecond}))
	r.Handle("/quick", handlers.View(kit, slow{}))
	r.Handle("/points", handlers.View(kit, points{}))
	r.Handle("/texts", handlers.View(kit, points{text: true}))
	r.Handle("/shop", handlers.View(kit, shop{}))
	r.Handle("/kept", handlers.View(kit, kept{}))
	shelf := newShelf(new(pubsub.Bus))
	r.Handle("/stock", handlers.View(kit, stock{shelf}))
	r.Handle("/told", handlers.View(kit, told{shelf}))
	r.Handle("/files", handlers.View(kit, newFiles(folder)))
	r.Handle("/limited", handlers.View(kit, newLimited()))
	r.Handle("/signup", handlers.View(kit, signup{}))
	r.Handle("/order", handlers.View(kit, orders{}))
	r.Handle("/chat/{room}", handlers.View(kit, newChat(new(pubsub.Bus))))
	return r
}
