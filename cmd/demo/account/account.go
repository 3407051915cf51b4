// Package account is sign-in, and a page for who has signed in. The pages to sign in on are those of examples/auth; here
// are the account's own page, and one for the mails, which the demo sends to nobody.
package account

import (
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Where the pages are.
const (
	Path     = "/account"
	MailPath = "/account/mail"
)

// Draft is what somebody writes.
var Draft = state.NewKey[string]("draft")

// Page is the account's page. A hook lets nobody in who has not signed in, and has set who it is.
type Page struct{}

// Mount begins with an empty draft.
func (Page) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Account")
	Draft.Set(s, "")
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
