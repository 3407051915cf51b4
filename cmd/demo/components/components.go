// Package components shows pages made of parts: live components with a state of their own,
// messages between them and the page, and slots.
package components

import (
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// What the page knows. What its components know stands in their own files.
var (
	Chosen  = state.NewKey[string]("chosen").Durable() // the page's settings
	Basket  = state.NewKey[Amounts]("basket")
	Widgets = state.NewKey[[]Widget]("widgets")
	LastID  = state.NewKey[int]("last id")
)

// Page puts the components together.
type Page struct{}

// Mount begins with a basket that is empty and a dashboard of two widgets.
func (p Page) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Components")
	Chosen.SetDefault(s, func() string { return colours[0] })
	state.Assign(s, Basket.To(Amounts{}), Widgets.To(nil), LastID.To(0), Focused.To(Focus{}))
	for _, kind := range []string{"Clock", "Note"} {
		if err := p.AddWidget(s, kind); err != nil {
			return err
		}
	}
	return nil
}

// chose is what the selector tells the page. It is not exported, so no browser can send it.
func (Page) chose(s *views.Socket, colour string) error {
	Chosen.Set(s, colour)
	return nil
}

// Save tells the notice what to say: the page knows it by its type and its id.
func (Page) Save(s *views.Socket, _ views.NoParams) error {
	return views.Send(s.At("notice"), Notice.show, "Settings saved")
}

// Put puts one more of these goods into the basket. Its button stands in a slot of the table.
func (Page) Put(s *views.Socket, good int) error {
	if good < 0 || good >= len(goods) {
		return views.ErrNotFound
	}
	b := Basket.Get(s)
	b[good] = min(b[good]+1, maxAmount)
	Basket.Set(s, b)
	return nil
}

// Empty empties the basket. Its button stands in a slot of the card.
func (Page) Empty(s *views.Socket, _ views.NoParams) error {
	Basket.Set(s, Amounts{})
	return nil
}
