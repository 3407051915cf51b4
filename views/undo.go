package views

import (
	"github.com/sideband-go/sideband/internal/scope"
)

// undo is what callbacks have changed since Begin.
type undo struct {
	scopes  []scopeBefore
	title   string
	results []Message // of work, that are to be taken again
	undone  []func()
	mounted []*component
}

type scopeBefore struct {
	scope  *scope.Scope
	before scope.Snapshot
}

// Begin begins a turn, which Undo takes back.
func (in *Instance) Begin() {
	in.undo, in.ran = undo{title: in.title}, 0
	in.turn++
}

// note remembers what a component knew when the turn began.
func (in *Instance) note(c *component) {
	if c.noted != in.turn {
		c.noted = in.turn
		in.undo.scopes = append(in.undo.scopes, scopeBefore{c.scope, c.scope.Snapshot()})
	}
}

// Undo takes back what callbacks have set since Begin, and drops messages that they have
// sent to their own view. Results of work are taken again.
func (in *Instance) Undo() {
	for _, b := range in.undo.scopes {
		b.scope.Restore(b.before)
	}
	in.title = in.undo.title
	in.inbox = append([]Message(nil), in.undo.results...)
	for _, c := range in.undo.mounted {
		c.fail() // what Mount has set is taken back, too
	}
	undone := in.undo.undone
	in.Begin()
	for _, f := range undone {
		in.guard(f)
	}
}
