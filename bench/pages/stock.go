package main

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/query"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// shelf is what two pages show: rows of which an event changes one.
type shelf struct {
	mu      sync.Mutex
	rows    []row
	times   int
	changed pubsub.Topic[int]
	now     pubsub.Topic[[]row]
}

func newShelf(bus *pubsub.Bus) *shelf {
	s := &shelf{changed: pubsub.NewTopic[int](bus, "shelf"), now: pubsub.NewTopic[[]row](bus, "rows")}
	for i := range 25 {
		s.rows = append(s.rows, row{i + 1, "pretty red table"})
	}
	return s
}

// change gives the row in the middle a label that it has not had, and returns all of them.
func (s *shelf) change(text string) []row {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.times++
	s.rows = slices.Clone(s.rows)
	s.rows[12].Label = fmt.Sprint(text, " ", 1000+s.times%9000)
	return s.rows
}

func (s *shelf) load(_ context.Context, w query.Window) ([]row, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rows[min(w.Offset, len(s.rows)):min(w.Offset+w.Limit, len(s.rows))], nil
}

// stock keeps the rows by a query that all its pages share.
type stock struct{ *shelf }

var stocked = query.NewKey[row]("stocked")

// Mount loads the rows.
func (p stock) Mount(s *views.Socket, _ views.NoParams) error {
	stocked.Keep(s, query.Live[row]{Load: p.load, Refetch: []pubsub.AnyTopic{p.changed}, Shared: "all"})
	return nil
}

// Say changes a row, and says so.
func (p stock) Say(s *views.Socket, text string) error {
	p.change(text)
	return p.changed.Publish(s, 13)
}

// told gets the rows by messages.
type told struct{ *shelf }

var heard = state.NewKey[[]row]("heard")

// Mount loads the rows.
func (p told) Mount(s *views.Socket, _ views.NoParams) error {
	if err := pubsub.Subscribe(s, p.now, told.take); err != nil {
		return err
	}
	list, err := p.load(s, query.Window{Limit: 25})
	heard.Set(s, list)
	return err
}

// Say changes a row, and sends all of them.
func (p told) Say(s *views.Socket, text string) error {
	return p.now.Publish(s, p.change(text))
}

func (told) take(s *views.Socket, list []row) error {
	heard.Set(s, list)
	return nil
}
