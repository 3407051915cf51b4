package live

import (
	"github.com/sideband-go/sideband/internal/flash"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/state"
)

// Departure is where a callback has sent the page, with what the next page is to show.
type Departure struct {
	To    protocol.Address
	flash []flash.Change
}

// Flash returns what the next page is to show, given what is on its way already.
func (d *Departure) Flash(carried []flash.Message) []flash.Message {
	return flash.Carry(carried, d.flash)
}

// FlashKey has the messages that a page shows.
var FlashKey = state.NewKey[flash.Board]("sideband flash").WithEqual(flash.Board.Equal)

// leave takes over where a callback that has succeeded sends the page, if it does, and its
// changes of the messages: for the page itself, or for the one that comes next.
func (v *View) leave(to *protocol.Address, changes []flash.Change) {
	if to != nil {
		d := &Departure{To: *to}
		if v.departure != nil { // which this one takes the place of
			d.flash = v.departure.flash
		}
		v.departure = d
	}
	switch {
	case len(changes) == 0:
	case v.departure != nil:
		v.departure.flash = append(v.departure.flash, changes...)
	default: // the page shows what a component has to say
		v.inbox = append(v.inbox, Call{Name: "Flash", Run: func(cb *Callback) error {
			FlashKey.Set(cb, FlashKey.Get(cb).Apply(changes))
			return nil
		}})
	}
}

// takeDeparture returns where a callback has sent the page, once; nil if none has.
func (v *View) takeDeparture() *Departure {
	d := v.departure
	v.departure = nil
	return d
}
