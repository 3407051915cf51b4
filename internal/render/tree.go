// Package render owns what is between dirty keys and operations: the components of a view, as a
// tree with their keys; regions, lists and streams; what a rendering left out because it is as
// before; and what the page shows. It calls the application's code in callbacks through its
// [Host] alone.
//
// Unless it says so, one goroutine at a time may use a [Tree].
package render

import (
	"sync"
	"sync/atomic"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/state"
)

// Host runs the callbacks of a tree's components.
type Host interface {
	// Call runs a callback of a component in the middle of a rendering, as a transaction. It
	// returns fault.ErrAbandoned, wrapped, if another goroutine runs the view from now on.
	Call(c *Component, name string, f func(w state.Writer) error) error
}

// Options are what a tree is made with.
type Options struct {
	Guard *fault.Guard
	Host  Host
	// TitlePrefix and TitleSuffix stand around a title that is not empty.
	TitlePrefix, TitleSuffix string
	// Texts are what the kit itself says in the page.
	Texts *protocol.Texts
	// Static says that the page is rendered once.
	Static bool
}

// Tree is the components of a view and its last rendering.
type Tree struct {
	Options
	guard      *fault.Guard
	root       *Component // the page
	address    string     // which those of events begin with
	title      string
	shownTitle string
	showsFlash bool

	mu    sync.Mutex
	parts map[string]*Component // by address
	ended bool
	all   []*Component // the page first; of who runs the view, but what is added is so under mu

	touched []*Component // that may be out of date
	placed  []*Component // that were added since the last rendering
	mounted []*Component // since Begin
	closing []*Component // that have left the page, and want to know
	far     bool         // something reads keys of a component that it does not stand in
	flagged []*region    // as the last look at what is out of date has left them

	// The last rendering.
	shown   patch.Tree
	page    *region
	streams map[scope.StreamRef]*streamed
	pass    atomic.Pointer[pass] // the rendering under way
	round   uint64               // of renderings
}

// New makes a tree whose page is value. Nothing is mounted or rendered yet.
func New(k *Kind, name string, value any, o Options) *Tree {
	t := &Tree{Options: o, guard: o.Guard}
	t.root = &Component{tree: t, kind: k, name: name, value: value, mounted: true}
	t.root.newScope()
	t.all = []*Component{t.root}
	return t
}

// Root returns the page.
func (t *Tree) Root() *Component { return t.root }

// All returns the components, the page first. The slice must not be kept.
func (t *Tree) All() []*Component { return t.all }

// PostTo says what the addresses of events begin with, before the first rendering. Without it,
// they are queries alone.
func (t *Tree) PostTo(address string) { t.address = address }

// Address returns what the addresses of events begin with.
func (t *Tree) Address() string { return t.address }

// Title returns the page's title, without prefix and suffix.
func (t *Tree) Title() string { return t.title }

// SetTitle sets the page's title.
func (t *Tree) SetTitle(title string) { t.title = title }

// NoteFlash notes that the page has a place for flash messages.
func (t *Tree) NoteFlash() { t.showsFlash = true }

// ShowsFlash reports whether a rendering had a place for flash messages.
func (t *Tree) ShowsFlash() bool { return t.showsFlash }

// IsRendered reports whether the view was rendered: its components are there.
func (t *Tree) IsRendered() bool { return t.page != nil }

// IsRendering reports whether a rendering is under way. Safe for concurrent use.
func (t *Tree) IsRendering() bool { return t.pass.Load() != nil }

// IsDirty reports whether there may be something to show.
func (t *Tree) IsDirty() bool {
	for _, c := range t.touched {
		if c.changed || c.renew || c.scope.Dirty() {
			return true
		}
	}
	return false
}

// HasEnded reports whether the view has ended. Safe for concurrent use.
func (t *Tree) HasEnded() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.ended
}

// Lookup finds a component by its address; nil if it is not there. Safe for concurrent use.
func (t *Tree) Lookup(address string) *Component {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.parts[address]
}

// Begin begins a turn, which Rollback rolls back.
func (t *Tree) Begin() { t.mounted = nil }

// Rollback has the components that were mounted since Begin remounted: what their Mount has set
// is rolled back, too.
func (t *Tree) Rollback() {
	for _, c := range t.mounted {
		c.Fail()
	}
	t.mounted = nil
}

// TakeClosing returns the components that have left the page since, and that want to know.
func (t *Tree) TakeClosing() []*Component {
	list := t.closing
	t.closing = nil
	return list
}

// HasClosing reports whether TakeClosing has some.
func (t *Tree) HasClosing() bool { return len(t.closing) > 0 }

// End ends the components: what waits for their end runs. It returns those that want to know,
// innermost first, the first time it is called. Safe for concurrent use.
func (t *Tree) End() (closing []*Component) {
	t.mu.Lock()
	if t.ended {
		t.mu.Unlock()
		return nil
	}
	t.ended = true
	var ends []*Ending
	for i := len(t.all) - 1; i >= 0; i-- {
		c := t.all[i]
		c.ended = true
		ends = append(ends, c.ends...)
		c.ends = nil
		if c.kind.Close != nil {
			closing = append(closing, c)
		}
	}
	t.mu.Unlock()
	t.RunEnds(ends)
	return closing
}

// RunEnds runs what waits for an end.
func (t *Tree) RunEnds(ends []*Ending) {
	for _, e := range ends {
		t.guard.Run(t.root.name, e.Run)
	}
}

// add makes a component part of the view. It reports false if the view has ended.
func (t *Tree) add(c *Component) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return false
	}
	if t.parts == nil {
		t.parts = map[string]*Component{}
	}
	t.parts[c.Address()] = c
	c.index = len(t.all)
	t.all = append(t.all, c)
	t.placed = append(t.placed, c)
	return true
}

// move makes a component a child of another parent.
func (t *Tree) move(c, parent *Component) {
	t.mu.Lock()
	c.parent = parent
	t.mu.Unlock()
	c.scope.SetParent(parent.scope)
	c.around, c.moved = parent.scope, true
	c.change()
}

// remove ends components that no page shows any more.
func (t *Tree) remove(gone []*Component) {
	var ends []*Ending
	t.mu.Lock()
	for _, c := range gone {
		if c.ended {
			continue
		}
		c.ended = true
		ends = append(ends, c.ends...)
		c.ends = nil
		delete(t.parts, c.Address())
		last := len(t.all) - 1
		t.all[c.index] = t.all[last]
		t.all[c.index].index = c.index
		t.all[last] = nil
		t.all = t.all[:last]
		if c.kind.Close != nil {
			t.closing = append(t.closing, c)
		}
	}
	t.mu.Unlock()
	t.RunEnds(ends)
}
