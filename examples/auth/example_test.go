package auth_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"log/slog"
	"net/http/httptest"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/examples/auth"
	"github.com/sideband-go/sideband/handlers"
)

// Mails prints mails. A program sends them.
type Mails struct{}

// Send is part of auth.Mailer.
func (Mails) Send(_ context.Context, m auth.Mail) error {
	_, err := fmt.Println(m.To, m.Subject)
	return err
}

// A page below Require is for members. Strangers are sent to the log-in, and come back after it.
func Example() {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // each connection to ":memory:" is another database
	accounts, err := auth.Open(context.Background(), db)
	if err != nil {
		log.Fatal(err)
	}
	kit := handlers.New(handlers.Config{Identity: auth.Identity, Logger: slog.New(slog.DiscardHandler)})
	a := auth.New(auth.Config{Kit: kit, Accounts: accounts, Mailer: Mails{}, URL: "https://example.org"})
	defer a.Close(context.Background())

	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Group(func(r chi.Router) {
		r.Use(a.Load)
		a.Routes(r)
		r.With(kit.Hooks(auth.Require)).Handle("/account", handlers.View(kit, home{}))
	})

	w := httptest.NewRecorder()
	r.ServeHTTP(w, httptest.NewRequest("GET", "/account", nil))
	fmt.Println(w.Code, w.Header().Get("Location"))
	// Output: 303 /account/log-in?next=%2Faccount
}
