package snippets

import (
	"database/sql"
	"net/http"

	"github.com/alexedwards/scs/v2"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/pubsub"
)

var (
	secrets  [][]byte
	db       *sql.DB
	kit      = handlers.New(handlers.Config{})
	sessions = kit.Sessions()
	server   *http.Server
	broker   pubsub.Broker

	// Stands for github.com/alexedwards/scs/postgresstore.
	postgresstore struct{ New func(*sql.DB) scs.Store }
)

func routes(*handlers.Kit) http.Handler { return nil }
