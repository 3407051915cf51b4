package handlers

import (
	"cmp"
	"errors"
	"time"

	"github.com/sideband-go/sideband/internal/seal"
	"github.com/sideband-go/sideband/internal/session"
)

// ticket is what a page proves itself with: which view it shows, at which address, for
// whom. It is sealed, so that browsers can neither read nor make one. While the view
// lives it names it; afterwards it says how to mount it again.
type ticket struct {
	view    string // viewIDSize bytes, in the clear
	owner   session.Owner
	issued  time.Time
	version string // Config.Version
	pattern string // of the route
	path    string // as the route has seen it, with its parameters, escaped
	sent    string // as the browser has sent it; "" if that is the same
	query   string // as the browser has sent it
	moves   string // the type of the view, if its page may change its address without a load
	keeps   string // what the page keeps: keepsConnection, keepsState
}

// What a page keeps.
const (
	keepsConnection = "1" // while it is hidden
	keepsState      = "s" // that of its durable keys: it is asked for it before its view is remounted
)

// ticketVersion is that of the fields of a ticket.
const ticketVersion = 6

// viewIDSize is the size of the id of a view.
const viewIDSize = 16

// Fields is part of seal.Payload.
func (t *ticket) Fields(c *seal.Codec) {
	var view [viewIDSize]byte
	copy(view[:], t.view)
	c.Fixed(view[:])
	t.view = string(view[:])
	c.Fixed(t.owner[:])
	c.Time(&t.issued)
	for _, text := range []*string{&t.version, &t.pattern, &t.path, &t.sent, &t.query, &t.moves, &t.keeps} {
		c.Text(text)
	}
}

// sentPath is the path of the page as browsers know it.
func (t *ticket) sentPath() string { return cmp.Or(t.sent, t.path) }

var (
	errTicket     = errors.New("handlers: the ticket is missing or damaged")
	errTicketSize = errors.New("handlers: the address is too long for a ticket")
)

// sealTicket returns the text of a ticket.
func (k *Kit) sealTicket(t ticket) (string, error) {
	text, err := k.tickets.Seal(&t)
	if err != nil {
		return "", errTicketSize
	}
	return text, nil
}

// openTicket returns the ticket that sealTicket has made a text of; an empty one for another text.
func (k *Kit) openTicket(text string) (*ticket, error) {
	t := new(ticket)
	if err := k.tickets.Open(text, t); err != nil {
		return new(ticket), errTicket
	}
	return t, nil
}
