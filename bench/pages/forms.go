package main

import (
	"fmt"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/views"
)

// account is what the form of signup holds.
type account struct {
	Name     string `form:"name" validate:"required,max=40"`
	Email    string `form:"email" validate:"required,email"`
	Password string `form:"password" validate:"required,min=12"`
	Age      int    `form:"age,omitempty" validate:"gte=18"`
	Country  string `form:"country" validate:"required"`
	News     bool   `form:"news"`
	Street   string `form:"street" validate:"required"`
	City     string `form:"city" validate:"required"`
}

var accounts = forms.New[account]("account")

var countries = []forms.Option{{Value: "DE", Label: "Germany"}, {Value: "FR", Label: "France"}}

// signup is a page with a form of eight fields, which greets by the name that is typed.
type signup struct{}

// Mount begins with an empty form.
func (signup) Mount(s *views.Socket, _ views.NoParams) error {
	accounts.Set(s, account{Country: "DE"})
	return nil
}

// Change has nothing to add.
func (signup) Change(*views.Socket, *forms.Form[account]) error { return nil }

// Save resets the form.
func (signup) Save(_ *views.Socket, f *forms.Submission[account]) error {
	f.Reset(account{Country: "DE"})
	return nil
}

// order is what the form of orders holds.
type order struct {
	Lines []orderLine `form:"lines" validate:"max=100,dive"`
}

// orderLine is a line of an order.
type orderLine struct {
	Article string `form:"article" validate:"required,max=40"`
	Number  int    `form:"number" validate:"gte=1"`
	Note    string `form:"note" validate:"max=200"`
	Gift    bool   `form:"gift"`
}

var orderForm = forms.New[order]("order")

// orders is a page with a form of 50 lines with four fields each, and the sum of the numbers.
type orders struct{}

// Mount begins with all lines.
func (orders) Mount(s *views.Socket, _ views.NoParams) error {
	data := order{Lines: make([]orderLine, 50)}
	for i := range data.Lines {
		data.Lines[i] = orderLine{Article: fmt.Sprint("article ", i+1), Number: i + 1}
	}
	orderForm.Set(s, data)
	return nil
}

// Change has nothing to add.
func (orders) Change(*views.Socket, *forms.Form[order]) error { return nil }

// Save keeps the order.
func (orders) Save(*views.Socket, *forms.Submission[order]) error { return nil }

func (o order) sum() (n int) {
	for i := range o.Lines {
		n += o.Lines[i].Number
	}
	return n
}
