package snippets

import (
	"context"

	"github.com/sideband-go/sideband/handlers"
)

type Page struct{ Orders Orders }

type Orders struct{}

func (Orders) Save(context.Context, Order) error { return nil }

type Order struct {
	ID int `form:"id"`
}

var kit = handlers.New(handlers.Config{})
