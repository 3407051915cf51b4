// Command postgres shows a list of orders that follows a PostgreSQL database by LISTEN and NOTIFY.
//
//	go run . -database postgres://user@localhost/shop
//	psql shop -c "INSERT INTO orders (what) VALUES ('a kettle')"
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/pubsub"
)

func main() {
	database := flag.String("database", "", "where PostgreSQL is, such as postgres://user@localhost/shop")
	address := flag.String("addr", "127.0.0.1:8080", "where to listen")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *database, *address); err != nil {
		fmt.Fprintln(os.Stderr, "postgres:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, database, address string) error {
	app, err := start(ctx, database)
	if err != nil {
		return err
	}
	server := &http.Server{Addr: address, Handler: app.routes(), ReadHeaderTimeout: 10 * time.Second, ConnContext: handlers.ConnContext}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	fmt.Printf("http://%s/\n", address)
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	late, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return errors.Join(err, app.close(late), server.Shutdown(late))
}

// app is the program but for its listener.
type app struct {
	kit    *handlers.Kit
	bus    *pubsub.Bus
	db     *pgxpool.Pool
	page   Page
	cancel context.CancelFunc
	work   sync.WaitGroup
}

// start opens the database and listens to it until close.
func start(ctx context.Context, database string) (*app, error) {
	db, err := pgxpool.New(ctx, database)
	if err != nil {
		return nil, err
	}
	if _, err := db.Exec(ctx, schema); err != nil {
		db.Close()
		return nil, err
	}
	a := &app{kit: handlers.New(handlers.Config{}), bus: &pubsub.Bus{}, db: db}
	a.page = Page{db, pubsub.NewTopic[string](a.bus, "orders")}
	var listening context.Context
	listening, a.cancel = context.WithCancel(context.WithoutCancel(ctx))
	a.work.Go(func() {
		// Each process listens for itself: no broker is needed for this.
		listen(listening, database, "orders", func(id string) { _ = a.page.Changed.Publish(listening, id) })
	})
	return a, nil
}

func (a *app) routes() http.Handler {
	r := chi.NewRouter()
	r.Use(a.kit.Middleware)
	r.Mount(a.kit.AssetsPath(), a.kit.Assets())
	r.Handle("/", handlers.View(a.kit, a.page))
	return r
}

// close ends the pages, the listener and the connections to the database.
func (a *app) close(ctx context.Context) error {
	err := a.kit.Shutdown(ctx)
	a.cancel()
	a.work.Wait()
	a.bus.Close()
	a.db.Close()
	return err
}
