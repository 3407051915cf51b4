package handlers_test

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// steps is what hooks and callbacks have noted.
type steps struct {
	mu   sync.Mutex
	list []string
}

func (n *steps) add(format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.list = append(n.list, fmt.Sprintf(format, args...))
}

func (n *steps) take() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := n.list
	n.list = nil
	return list
}

// hook notes what it runs around, and stops what fails says.
func (n *steps) hook(name string, fails func(kind views.CallbackKind) error) views.Hook {
	return views.Hook{Wrap: func(s *views.Socket, c views.Callback, next func() error) error {
		n.add("%s %s %s %s", name, c.Kind, c.Name, s.Address())
		if fails != nil {
			if err := fails(c.Kind); err != nil {
				return err
			}
		}
		return next()
	}}
}

var stacked = state.NewKey[int]("stacked")

// stack is a page that hooks run around.
type stack struct{ steps *steps }

type stackQuery struct {
	ID   string `path:"id"`
	Page int    `query:"page" default:"1"`
}

func (p stack) Mount(s *views.Socket, _ stackQuery) error {
	p.steps.add("mount")
	stacked.Set(s, 0)
	return nil
}

func (p stack) HandleParams(s *views.Socket, q stackQuery) error {
	p.steps.add("params %s %d", q.ID, q.Page)
	stacked.Set(s, q.Page)
	return nil
}

func (p stack) Connect(*views.Socket) error { p.steps.add("connect"); return nil }

func (p stack) Add(s *views.Socket, n int) error {
	p.steps.add("add")
	stacked.Update(s, func(m int) int { return m + n })
	return nil
}

func (p stack) Turn(s *views.Socket, page int) error { return s.Patch(fmt.Sprintf("?page=%d", page)) }

// Follow attaches a hook or, the next time, detaches it.
func (p stack) Follow(s *views.Socket, on bool) error {
	if !on {
		s.Detach("follow")
		return nil
	}
	return s.Attach("follow", p.steps.hook("attached", nil))
}

func (p stack) told(*views.Socket, string) error { p.steps.add("told"); return nil }

func (p stack) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, `<h1 id="stacked">%d</h1>`, stacked.Get(ctx))
		return err
	})
}
