// Package users is a list of users in a database, with forms for new ones and for changes.
package users

import (
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Where the users' pages are.
const (
	Path     = "/users"
	NewPath  = "/users/new"
	EditPath = "/users/{id}/edit"
)

// What the list knows.
var (
	Search = state.NewKey[string]("search")
	Found  = state.NewKey[[]Entry]("found")
	// All is how many users match. The page shows the first of them.
	All = state.NewKey[int]("all")
)

// Query is what is looked for: as the address says, and as the field sends it.
type Query struct {
	Search string `query:"search" form:"search"`
}

// maxSearch bounds what is looked for.
const maxSearch = 100

// Directory is what the pages share: where users are stored, and who is told when one was.
type Directory struct {
	Store *Store
	Saved pubsub.Topic[Saved]
}

// Saved is sent when a user was stored.
type Saved struct{ ID int64 }

// NewDirectory makes what the pages share.
func NewDirectory(store *Store, bus *pubsub.Bus) Directory {
	return Directory{store, pubsub.NewTopic[Saved](bus, "users")}
}

// Page is the list.
type Page struct{ Directory }

// Mount shows what the address asks for. The form asks by the address where there are no scripts.
func (p Page) Mount(s *views.Socket, q Query) error {
	s.SetTitle("Users")
	if err := pubsub.Subscribe(s, p.Saved, Page.saved); err != nil {
		return err
	}
	return p.Look(s, q) // after Subscribe, so that no change is missed in between
}

// saved looks again, since a user was stored from another page.
func (p Page) saved(s *views.Socket, _ Saved) error { return p.Look(s, Query{Search.Get(s)}) }

// Look looks for users while the user types.
func (p Page) Look(s *views.Socket, q Query) error {
	if letters := []rune(q.Search); len(letters) > maxSearch {
		q.Search = string(letters[:maxSearch])
	}
	found, all, err := p.Store.List(s, q.Search)
	if err != nil {
		return err
	}
	state.Assign(s, Search.To(q.Search), Found.To(found), All.To(all))
	return nil
}
