// Package reports is a page for the tests of what goes on beside views.
package reports

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// The keys.
var (
	Report = state.NewAsync[string]("report")
	Total  = state.NewAsync[int]("total")
	Said   = state.NewKey[string]("said")
	Parted = state.NewKey[bool]("parted")
	Extra  = state.NewKey[any]("extra") // for what a test looks for
)

// Acts are what a test has a page do, by the names of its buttons.
type Acts map[string]func(s *views.Socket) error

func (a Acts) names() []string { return slices.Sorted(maps.Keys(a)) }

// Page is the page.
type Page struct {
	Mounts func(s *views.Socket) error // if set, it ends each Mount
	Acts   Acts
	Inner  Acts // of the part
}

// Mount sets the keys.
func (p Page) Mount(s *views.Socket, _ views.NoParams) error {
	state.Assign(s, Said.To(""), Parted.To(false))
	if p.Mounts != nil {
		return p.Mounts(s)
	}
	return nil
}

// Act does what the test says.
func (p Page) Act(s *views.Socket, name string) error { return p.Acts[name](s) }

// Show shows the part, or not.
func (Page) Show(s *views.Socket, on bool) error {
	Parted.Set(s, on)
	return nil
}

func (p Page) act(s *views.Socket, name string) error { return p.Act(s, name) }

func (Page) said(s *views.Socket, r state.Result[string]) error {
	Said.Set(s, fmt.Sprintf("%v %q %v", r.Ready, r.Value, r.Err))
	return nil
}

// Send has a view do something.
func Send(to views.Target, name string) error { return views.Send(to, Page.act, name) }

// Start starts work that ends with a message to the page.
func Start(s *views.Socket, work func(ctx context.Context) (string, error)) (cancel func()) {
	return views.Start(s, work, Page.said)
}

// Part is a component that has a report of its own.
type Part struct{ Acts Acts }

// Mount says that there is none yet.
func (Part) Mount(s *views.Socket) error {
	Report.Set(s, "none yet")
	return nil
}

// Act does what the test says.
func (p Part) Act(s *views.Socket, name string) error { return p.Acts[name](s) }

func unfit(text string) string {
	if text == "unfit" {
		panic("a report that can't be shown")
	}
	return text
}
