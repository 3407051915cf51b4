package snippets

import "github.com/sideband-go/sideband/views"

type Page struct{}

func (Page) Find(*views.Socket, string) error           { return nil }
func (Page) New(*views.Socket, views.NoParams) error    { return nil }
func (Page) Move(*views.Socket, int) error              { return nil }
func (Page) Active(*views.Socket, views.NoParams) error { return nil }
