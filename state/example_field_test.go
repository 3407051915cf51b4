package state_test

import (
	"context"

	"github.com/sideband-go/sideband/state"
)

type Account struct {
	Name   string
	Visits int
}

var (
	User     = state.NewKey[Account]("user")
	UserName = state.Field(User, func(a Account) string { return a.Name })
)

func LogIn(s state.Writer) { User.Set(s, Account{Name: "Ada"}) }

func Visit(s state.Writer) {
	User.Update(s, func(a Account) Account { a.Visits++; return a })
}

func Rename(s state.Writer) {
	User.Update(s, func(a Account) Account { a.Name = "Ada Lovelace"; return a })
}

func Greeting(ctx context.Context) string { return "Hello, " + UserName.Get(ctx) }

// A region that reads one field is not rendered again when another field changes.
func ExampleField() {
	page := open(LogIn, Greeting)
	page.call(Visit)
	page.call(Rename)
	// Output:
	// Hello, Ada
	// Hello, Ada Lovelace
}
