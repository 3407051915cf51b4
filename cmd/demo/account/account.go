// Package account is a page for who has signed in: ordinary middleware stands before
// it, and so before each of its events and its stream.
package account

import (
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// What the page knows.
var (
	Who   = state.NewKey[string]("who")
	Draft = state.NewKey[string]("draft")
)

// Page is the account's page.
type Page struct{}

// Mount takes over who the middleware has let through.
func (Page) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Account")
	state.Assign(s, Who.To(Name(s)), Draft.To(""))
	return nil
}

// Write keeps the draft.
func (Page) Write(s *views.Socket, text string) error {
	Draft.Set(s, text)
	return nil
}

// Clear throws the draft away, and says so.
func (Page) Clear(s *views.Socket, _ views.NoParams) error {
	if Draft.Get(s) == "" {
		s.Flash(views.FlashWarning, "There is no draft to throw away.")
		return nil
	}
	Draft.Set(s, "")
	s.ClearFlash(views.FlashWarning)
	s.Flash(views.FlashInfo, "The draft is gone.")
	return nil
}
