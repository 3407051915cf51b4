package snippets

import (
	"context"
	"errors"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/views"
)

var (
	Form       = forms.New[Edit]("edit")
	ErrChanged = errors.New("changed")
)

// User is the one whom the database has.
type User struct {
	ID, Version int
	Name        string
}

type Users struct{ one User }

func (u *Users) Find(context.Context, int) (User, error) { return u.one, nil }

func (u *Users) Save(_ context.Context, one User) error {
	if one.Version != u.one.Version {
		return ErrChanged
	}
	one.Version++
	u.one = one
	return nil
}

type Query struct {
	ID int `path:"id"`
}

type Page struct{ Users *Users }

func (Page) Change(*views.Socket, *forms.Form[Edit]) error { return nil }
