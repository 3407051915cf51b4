package snippets

import (
	"context"
	"database/sql"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/query"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

type Query struct {
	Search string `query:"q"`
	Page   int    `query:"page" default:"1" validate:"min=1"`
	After  string `query:"after"`
	Before string `query:"before"`
}

func (q Query) page(n int) Query { q.Page = n; return q }

type Product struct{ ID, Name string }

func (p Product) Key() string { return p.ID }

type Event struct{ ID string }

type Line struct{ ID string }

func (l Line) Key() string { return l.ID }

type Page struct {
	DB      *sql.DB
	Changed pubsub.Topic[string]
}

func (Page) Mount(*views.Socket, Query) error                     { return nil }
func (Page) count(context.Context, Query) (int, error)            { return 0, nil }
func (Page) all(context.Context, query.Window) ([]Product, error) { return nil, nil }
func (Page) countAll(context.Context) (int, error)                { return 0, nil }
func (Page) byID(context.Context, []string) ([]Product, error)    { return nil, nil }
func (Page) events(context.Context, query.Window) ([]Event, error) {
	return nil, nil
}

type Log struct{}

func (Log) Render() templ.Component                             { return templ.NopComponent }
func (Log) lines(context.Context, query.Window) ([]Line, error) { return nil, nil }

var (
	p      Page
	q      Query
	s      *views.Socket
	Shown  = state.NewKey[Query]("shown")
	Tenant = state.NewKey[string]("tenant")
	Events = query.NewKey[Event]("events")
	Newest = query.NewKey[Line]("newest")
)

func init() {
	handlers.View(handlers.New(handlers.Config{}), Page{})
	handlers.View(handlers.New(handlers.Config{}), Log{})
}
