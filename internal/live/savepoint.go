package live

import (
	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/internal/scope"
)

// savepoint records what callbacks have changed since the page was last rendered, so that it can be
// rolled back if the rendering fails.
type savepoint struct {
	number    uint64 // of savepoints
	scopes    []scopeBefore
	title     string
	hooks     *hooks
	place     *Place
	moved     *Move
	pushed    []pushed
	results   []Call // of background tasks, to be taken again
	rollbacks []func()
}

type scopeBefore struct {
	scope  *scope.Scope
	before scope.Snapshot
}

// maxScopes is up to how many scopes' memory is kept for the next savepoint.
const maxScopes = 4

// begin sets a savepoint.
func (v *View) begin() {
	scopes := v.savepoint.scopes
	if cap(scopes) > maxScopes {
		scopes = nil
	}
	clear(scopes)
	v.savepoint = savepoint{number: v.savepoint.number + 1, scopes: scopes[:0], title: v.tree.Title(), hooks: v.hooks, place: v.Place(), moved: v.moved, pushed: v.pushed}
	v.ran, v.cookies, v.reply = 0, nil, nil
	v.tree.Begin()
}

// note records the keys of a component as they were at the savepoint.
func (s *savepoint) note(c *render.Component) {
	if c.Savepoint != s.number {
		c.Savepoint = s.number
		s.scopes = append(s.scopes, scopeBefore{c.Scope(), c.Scope().Snapshot()})
	}
}

// rollback rolls back to the savepoint, and drops messages that callbacks have sent to their own
// view since. Results of background tasks are taken again.
func (v *View) rollback() {
	s := v.savepoint
	for _, b := range s.scopes {
		b.scope.Restore(b.before)
	}
	v.tree.SetTitle(s.title)
	v.hooks = s.hooks
	v.place.Store(s.place)
	if v.moved != nil { // which the page has not been told
		v.moved = s.moved
	}
	v.pushed = s.pushed
	v.inbox = append([]Call(nil), s.results...)
	v.tree.Rollback()
	v.begin()
	for _, f := range s.rollbacks {
		v.host.Guard.Run(v.def.Name(), f)
	}
}
