package snippets

import (
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/views"
)

type Page struct{}

func (Page) LoadMore(*views.Socket, views.NoParams) error { return nil }

type Message struct{ ID, From, Text string }

func (m Message) Key() string { return m.ID }

func latest() []Message { return nil }

func init() { handlers.View(handlers.New(handlers.Config{}), Page{}) }
