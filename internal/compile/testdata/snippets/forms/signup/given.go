package snippets

import (
	"context"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/handlers"
)

type Users struct{}

func (*Users) Taken(context.Context, string) (bool, error) { return false, nil }
func (*Users) Create(context.Context, Signup) error        { return nil }

var countries = []forms.Option{{Value: "DE", Label: "Germany"}}

func regions(string) []forms.Option { return nil }

func init() { handlers.View(handlers.New(handlers.Config{}), Page{}) }
