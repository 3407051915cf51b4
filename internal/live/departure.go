package live

import (
	"github.com/sideband-go/sideband/internal/flash"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/state"
)

// Departure is a redirect of the page, with the flash messages for the next one.
type Departure struct {
	To   protocol.Address
	Swap string // the hx-swap with which the other page is shown in this one's document, if it fits; "" loads it
	// Connecting says that it was asked for as the page connected.
	Connecting bool
	flash      []flash.Change
}

// Flash returns the messages of the next page, given those that are on their way already.
func (d *Departure) Flash(carried []flash.Message) []flash.Message {
	return flash.Carry(carried, d.flash)
}

// FlashKey holds the flash messages that a page shows.
var FlashKey = state.NewKey[flash.Board]("sideband flash").WithEqual(flash.Board.Equal)

// leave notes the redirect of a callback that has succeeded, if it has one, and applies its changes
// of flash messages: to the page itself, or to the next one.
func (v *View) leave(to *redirect, changes []flash.Change) {
	if to != nil {
		t := v.turn.Load()
		d := &Departure{To: to.to, Swap: to.swap, Connecting: t != nil && t.connects}
		if v.departure != nil { // which this one replaces
			d.flash = v.departure.flash
		}
		v.departure = d
	}
	switch {
	case len(changes) == 0:
	case v.departure != nil:
		v.departure.flash = append(v.departure.flash, changes...)
	default: // the page shows the messages of its components
		v.inbox = append(v.inbox, Call{Name: "Flash", Run: func(cb *Callback) error {
			FlashKey.Set(cb, FlashKey.Get(cb).Apply(changes))
			return nil
		}})
	}
}

// takeDeparture returns the pending redirect, once; nil without one.
func (v *View) takeDeparture() *Departure {
	d := v.departure
	v.departure = nil
	return d
}
