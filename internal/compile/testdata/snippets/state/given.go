package snippets

import "github.com/sideband-go/sideband/state"

type Item struct {
	ID, Price int
	Name      string
}

type Shop struct{}

var Selected = state.NewKey[int]("selected")
