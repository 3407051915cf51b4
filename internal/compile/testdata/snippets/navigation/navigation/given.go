package snippets

import (
	"context"
	"strconv"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var (
	_ = strconv.Itoa
	_ state.Writer
	_ *views.Socket
)

type Products struct{}

func (*Products) Find(context.Context, Query) ([]string, error) { return nil, nil }

func init() { handlers.View(handlers.New(handlers.Config{}), Page{}) }
