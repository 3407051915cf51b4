// Package checkout is a purchase in three steps, whose state survives a restart of the server and a reload: its keys
// are durable.
package checkout

import (
	"fmt"
	"maps"
	"strings"
	"unicode"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// What is kept. A word at the key is all that it takes.
var (
	Step     = state.NewKey[int]("step").Durable()
	Basket   = state.NewKey[map[string]int]("basket").Durable() // amounts, by the goods' names
	Delivery = state.NewKey[Address]("delivery").Durable()
)

// What is not.
var (
	// Paid is what was paid last, in cents.
	Paid = state.NewKey[int]("paid")
	// Problem says why there is no next step yet.
	Problem = state.NewKey[string]("problem")
)

// Total is what the basket costs, in cents.
var Total = state.Field(Basket, func(amounts map[string]int) (sum int) {
	for _, g := range goods {
		sum += amounts[g.Name] * g.Price
	}
	return sum
})

// Good is something to buy.
type Good struct {
	Name  string
	Price int // in cents
}

var goods = []Good{{"Tea", 450}, {"Coffee", 690}, {"Teapot", 2900}}

const (
	steps      = 3
	maxAmount  = 99
	maxLetters = 100 // of a line of the address
)

// Address is where it goes. Its form posts it.
type Address struct {
	Name   string `form:"name"`
	Street string `form:"street"`
	City   string `form:"city"`
}

// Amount is how many of something there are to be. A form posts it.
type Amount struct {
	Good   string `form:"good"`
	Amount int    `form:"amount"`
}

// Page is the checkout.
type Page struct{}

// Mount leaves alone what is there from before.
func (Page) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Checkout")
	Step.SetDefault(s, func() int { return 1 })
	Basket.SetDefault(s, func() map[string]int { return nil })
	Delivery.SetDefault(s, func() Address { return Address{} })
	state.Assign(s, Paid.To(0), Problem.To(""))
	return nil
}

// AddToBasket adds one.
func (p Page) AddToBasket(s *views.Socket, good string) error {
	return p.SetAmount(s, Amount{good, Basket.Get(s)[good] + 1})
}

// SetAmount sets how many there are to be; 0 takes the good out of the basket.
func (Page) SetAmount(s *views.Socket, a Amount) error {
	if !isSold(a.Good) {
		return views.ErrNotFound
	}
	Basket.Update(s, func(amounts map[string]int) map[string]int {
		now := map[string]int{}
		maps.Copy(now, amounts)
		if now[a.Good] = min(max(a.Amount, 0), maxAmount); now[a.Good] == 0 {
			delete(now, a.Good)
		}
		return now
	})
	state.Assign(s, Paid.To(0), Problem.To(""))
	return nil
}

// Write takes the address as far as it is written.
func (Page) Write(s *views.Socket, a Address) error {
	Delivery.Set(s, a.clean())
	return nil
}

// Send takes the address, and goes on if it is complete.
func (p Page) Send(s *views.Socket, a Address) error {
	if err := p.Write(s, a); err != nil {
		return err
	}
	return p.Next(s, 2)
}

// Next goes on from a step, if that is shown and complete.
func (Page) Next(s *views.Socket, step int) error {
	switch {
	case Step.Get(s) != step: // a second click
	case step == 1 && Total.Get(s) == 0:
		Problem.Set(s, "The basket is empty.")
	case step == 2 && !Delivery.Get(s).isComplete():
		Problem.Set(s, "Please fill in the whole address.")
	default:
		state.Assign(s, Step.To(min(step+1, steps)), Problem.To(""))
	}
	return nil
}

// Back goes back from a step, if that is shown.
func (Page) Back(s *views.Socket, step int) error {
	if Step.Get(s) == step {
		state.Assign(s, Step.To(max(step-1, 1)), Problem.To(""))
	}
	return nil
}

// Pay ends the purchase. The address is kept for the next one.
func (Page) Pay(s *views.Socket, _ views.NoParams) error {
	if Step.Get(s) != steps || Total.Get(s) == 0 { // a second click
		return nil
	}
	state.Assign(s, Paid.To(Total.Get(s)), Step.To(1), Basket.To(nil))
	return nil
}

func isSold(name string) bool {
	for _, g := range goods {
		if g.Name == name {
			return true
		}
	}
	return false
}

func (a Address) isComplete() bool { return a.Name != "" && a.Street != "" && a.City != "" }

// clean returns the address in lines that can be printed.
func (a Address) clean() Address {
	for _, line := range []*string{&a.Name, &a.Street, &a.City} {
		text := []rune(strings.TrimSpace(strings.Map(visible, strings.ToValidUTF8(*line, ""))))
		*line = string(text[:min(len(text), maxLetters)])
	}
	return a
}

func visible(r rune) rune {
	if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
		return ' '
	}
	return r
}

// euros writes an amount of money.
func euros(cents int) string { return fmt.Sprintf("%d.%02d €", cents/100, cents%100) }
