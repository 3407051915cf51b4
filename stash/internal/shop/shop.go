// Package shop is a page with durable state, for tests.
package shop

import (
	"maps"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// The keys of the page. Seen is not durable, and Ticks is changed by a message alone.
var (
	Step     = state.NewKey[int]("step").Durable()
	Basket   = state.NewKey[map[string]int]("basket").Durable()
	Note     = state.NewKey[string]("note").Durable()
	Ticks    = state.NewKey[int]("ticks").Durable()
	Seen     = state.NewKey[int]("seen")
	Recovery = state.NewKey[string]("recovery")
	Size     = state.NewKey[int]("size").Durable() // of the component
)

// Page is a checkout.
type Page struct{}

// Mount begins with what was recovered.
func (Page) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Shop")
	Step.SetDefault(s, func() int { return 1 })
	Basket.SetDefault(s, func() map[string]int { return nil })
	if Note.Get(s) == "poison" {
		panic("poisoned")
	}
	r, err := s.Recovered()
	text := r.String()
	if err != nil {
		text += ", with a reason"
	}
	Recovery.Set(s, text)
	return nil
}

// Next is an event.
func (Page) Next(s *views.Socket, _ views.NoParams) error {
	Step.Update(s, func(n int) int { return n + 1 })
	return nil
}

// Back is an event.
func (Page) Back(s *views.Socket, _ views.NoParams) error {
	Step.Update(s, func(n int) int { return n - 1 })
	return nil
}

// Add is an event.
func (Page) Add(s *views.Socket, name string) error {
	Basket.Update(s, func(b map[string]int) map[string]int {
		b = maps.Clone(b)
		if b == nil {
			b = map[string]int{}
		}
		b[name]++
		return b
	})
	return nil
}

// Look is an event that changes nothing durable.
func (Page) Look(s *views.Socket, _ views.NoParams) error {
	Seen.Set(s, Seen.Get(s)+1)
	return nil
}

// Write is an event.
func (Page) Write(s *views.Socket, note string) error {
	Note.Set(s, note)
	return nil
}

// Save is an event for those who decide when.
func (Page) Save(s *views.Socket, _ views.NoParams) error {
	s.SaveDurable()
	return nil
}

// Forget is an event.
func (Page) Forget(s *views.Socket, _ views.NoParams) error {
	s.ForgetDurable()
	return nil
}

// Tick takes messages.
func (Page) Tick(s *views.Socket, n int) error {
	Ticks.Set(s, n)
	return nil
}

// Picker is a component with durable state.
type Picker struct{}

// Mount has a default.
func (Picker) Mount(s *views.Socket) error {
	Size.SetDefault(s, func() int { return 10 })
	return nil
}

// Grow is an event.
func (Picker) Grow(s *views.Socket, _ views.NoParams) error {
	Size.Update(s, func(n int) int { return n + 1 })
	return nil
}

// Order is an event that sends the page a message.
func (Picker) Order(s *views.Socket, _ views.NoParams) error {
	return views.Send(s.At(""), Page.Tick, 100)
}

// Site is the page's site.
func Site(k *handlers.Kit) http.Handler {
	r := chi.NewRouter()
	r.Use(k.Middleware)
	r.Mount(k.AssetsPath(), k.Assets())
	r.Handle("/", handlers.View(k, Page{}))
	return r
}
