// Package render turns dirty keys into operations. It owns the components of a view, as a tree with
// their keys; regions, lists and streams; what a rendering may leave out because it is unchanged;
// and what the page shows. It runs callbacks of components through its [Host] only.
//
// Unless it says so, one goroutine at a time may use a [Tree].
package render

import (
	"hash/maphash"
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
	// BeginRender is called before a rendering, and EndRender after it with its error, unless another
	// goroutine runs the view by then.
	BeginRender()
	EndRender(r Rendered, err error)
}

// Rendered says what a rendering was.
type Rendered struct {
	Bytes   int  // of the operations or the page
	Regions int  // that were rendered; the whole view is one
	Whole   bool // it was a rendering of the whole view
}

// Options configure a tree.
type Options struct {
	Guard *fault.Guard
	Host  Host
	// TitlePrefix and TitleSuffix stand around a title that is not empty.
	TitlePrefix, TitleSuffix string
	// Texts are what the kit itself says in the page.
	Texts *protocol.Texts
	// ViewID is the id of the view, of 16 bytes.
	ViewID string
	// Static says that the page is rendered once.
	Static bool
}

// Tree holds the components of a view and its last rendering.
type Tree struct {
	Options
	guard      *fault.Guard
	name       string     // of the page
	root       *Component // the page
	address    string     // prefix of the addresses of events
	nonce      string     // "" unless the page takes commands
	title      string
	shownTitle string
	showsFlash bool
	unscripted Unscripted

	mu         sync.Mutex
	components map[uint64]*Component // without the page, by the hashes of their addresses
	ended      bool
	all        []*Component // the page first; only the worker reads it, and changes it under mu

	touched      []*Component // that may be out of date
	added        []*Component // since the last rendering
	mounted      []*Component // since Begin
	closing      []*Component // have left the page, and have a Close to run
	retains      bool         // as RetainItems was told
	readsOutside bool         // a template reads keys of a component that does not enclose it
	flagged      []*region    // whose marks the last assess has set
	regions      int          // that the rendering under way has rendered
	hasForms     bool         // a rendering has met a form to be recovered
	wantsForms   bool         // renderings note them

	recovered map[string][]scope.Saved // of components that were not rendered yet, by address

	// The last rendering.
	shown   patch.Tree
	unsent  bool   // no page shows it or anything before
	round   uint32 // of renderings
	page    *region
	streams map[scope.StreamRef]*streamed
	pass    atomic.Pointer[pass] // the rendering under way
}

// New returns a tree whose page is value. Nothing is mounted or rendered yet.
func New(k *Kind, name string, value any, o Options) *Tree {
	t := &Tree{Options: o, guard: o.Guard, name: name}
	t.root = &Component{tree: t, kind: k, value: value, mounted: true}
	t.root.scope = scope.New(t.root, nil)
	t.all = []*Component{t.root}
	return t
}

// Root returns the page.
func (t *Tree) Root() *Component { return t.root }

// All returns the components, the page first. The slice must not be kept.
func (t *Tree) All() []*Component { return t.all }

// PostTo sets the prefix of the addresses of events, before the first rendering. Without it, they
// consist of a query.
func (t *Tree) PostTo(address string) { t.address = address }

// SetNonce sets the value of hx-nonce that the elements of the page carry, before the first rendering.
func (t *Tree) SetNonce(nonce string) { t.nonce = nonce }

// Nonce returns the value of hx-nonce that the elements of the page carry; "" for none.
func (t *Tree) Nonce() string { return t.nonce }

// Address returns the prefix of the addresses of events.
func (t *Tree) Address() string { return t.address }

// Title returns the page's title, without prefix and suffix.
func (t *Tree) Title() string { return t.title }

// SetTitle sets the page's title.
func (t *Tree) SetTitle(title string) { t.title = title }

// NoteFlash notes that the page has a place for flash messages.
func (t *Tree) NoteFlash() { t.showsFlash = true }

// ShowsFlash reports whether a rendering had a place for flash messages.
func (t *Tree) ShowsFlash() bool { return t.showsFlash }

// Unscripted is what a rendering has for browsers without JavaScript. It never gets less.
type Unscripted struct {
	Fields  bool // for the page's ticket
	Buttons bool // that belong to the form of the shell
}

// NoteTicketField notes that a form has a field for the page's ticket.
func (t *Tree) NoteTicketField() { t.unscripted.Fields = true }

// NoteButton notes that a button belongs to the form of the shell.
func (t *Tree) NoteButton() { t.unscripted.Buttons = true }

// Unscripted returns what the renderings so far had for browsers without JavaScript.
func (t *Tree) Unscripted() Unscripted { return t.unscripted }

// IsRendered reports whether the view was rendered, so that its components exist.
func (t *Tree) IsRendered() bool { return t.page != nil }

// IsUnsent reports whether no page shows the last rendering, or an earlier one: it was only made so
// that components exist.
func (t *Tree) IsUnsent() bool { return t.unsent }

// Served notes that a page shows the last rendering.
func (t *Tree) Served() { t.unsent = false }

// IsRendering reports whether a rendering is under way. Safe for concurrent use.
func (t *Tree) IsRendering() bool { return t.pass.Load() != nil }

// IsDirty reports whether something may be out of date.
func (t *Tree) IsDirty() bool {
	for _, c := range t.touched {
		if c.changed || c.remount || c.scope.Dirty() {
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

// Lookup returns the component at an address; nil if there is none. Safe for concurrent use.
func (t *Tree) Lookup(address string) *Component {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.components[maphash.String(addressSeed, address)]
	if c == nil || c.Address() != address {
		return nil
	}
	return c
}

// lookup is Lookup by the parts of the address.
func (t *Tree) lookup(kind, id string) *Component {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.find(kind, id)
}

// find is lookup for callers that hold mu.
func (t *Tree) find(kind, id string) *Component {
	if c := t.components[addressHash(kind, id)]; c != nil && c.kind.Name == kind && c.id == id {
		return c
	}
	return nil
}

// Begin begins a turn, which Rollback rolls back.
func (t *Tree) Begin() { t.mounted = nil }

// Rollback has the components that were mounted since Begin remounted, which rolls back what their
// Mount has set.
func (t *Tree) Rollback() {
	for _, c := range t.mounted {
		c.Fail()
	}
	t.mounted = nil
}

// TakeClosing takes the components that have left the page and have a Close to run.
func (t *Tree) TakeClosing() []*Component {
	list := t.closing
	t.closing = nil
	return list
}

// HasClosing reports whether TakeClosing has some.
func (t *Tree) HasClosing() bool { return len(t.closing) > 0 }

// End ends the components and runs what waits for their end. The first call returns those with a
// Close to run, innermost first. Safe for concurrent use.
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
		ends = append(ends, c.takeEnds()...)
		if c.kind.Close != nil {
			closing = append(closing, c)
		}
	}
	t.mu.Unlock()
	t.RunEnds(ends)
	return closing
}

// RunEnds runs functions that wait for an end.
func (t *Tree) RunEnds(ends []*Ending) {
	for _, e := range ends {
		t.guard.Run(t.name, e.Run)
	}
}

// add adds a component to the view. It reports false if the view has ended.
func (t *Tree) add(c *Component) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return false
	}
	if t.components == nil {
		t.components = map[uint64]*Component{}
	}
	t.components[addressHash(c.kind.Name, c.id)] = c
	c.index = int32(len(t.all))
	t.all = append(t.all, c)
	t.added = append(t.added, c)
	return true
}

// move gives a component another parent.
func (t *Tree) move(c, parent *Component) {
	t.mu.Lock()
	c.parent = parent
	t.mu.Unlock()
	c.scope.SetParent(parent.scope)
	c.moved = true
	c.change()
}

// remove ends components that the page does not show any more.
func (t *Tree) remove(gone []*Component) {
	var ends []*Ending
	t.mu.Lock()
	for _, c := range gone {
		if c.ended {
			continue
		}
		c.ended = true
		ends = append(ends, c.takeEnds()...)
		delete(t.components, addressHash(c.kind.Name, c.id))
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
