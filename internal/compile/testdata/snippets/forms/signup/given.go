package snippets

import (
	"context"
	"errors"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/handlers"
)

var ErrTaken = errors.New("taken")

type Users struct{}

func (*Users) Taken(context.Context, string) (bool, error) { return false, nil }
func (*Users) Create(context.Context, Signup) error        { return nil }

func regions(string) []forms.Option { return nil }

func init() { handlers.View(handlers.New(handlers.Config{}), Page{}) }
