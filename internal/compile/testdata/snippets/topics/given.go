package snippets

import (
	"context"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/state"
)

type Query struct {
	Room string `path:"room"`
}

type Message struct{ ID, Text string }

func (m Message) Key() string { return m.ID }

func (Page) Render() templ.Component { return templ.NopComponent }

func latest(string) []Message { return nil }

var (
	Room     = state.NewKey[string]("room")
	Here     = state.NewKey[[]string]("here")
	Messages = state.NewStream("messages", Message.Key)
	kit      = handlers.New(handlers.Config{})
	router   = chi.NewRouter()
	prices   pubsub.Topic[Message]
	cache    products
)

type products struct{}

func (products) Forget(Message) {}
func (products) Clear()         {}

var (
	_ context.Context
	_ time.Duration
)
