package live

import (
	"context"
	"crypto/rand"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/flash"
	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/state"
)

// View is one living view. Methods are safe for concurrent use.
type View struct {
	// Identity. It does not change once the view is mounted.
	host      *Host
	def       *Definition
	id        string // 16 random bytes
	epoch     string // "" as first mounted, else tells its messages from earlier ones
	address   string // prefix of the addresses of its events and connection
	owner     Owner
	mounts    *remounting // nil if it was mounted with its page
	given     *hooks      // what it was mounted with
	redirects int         // in a row that have led to its page

	// Worker state.
	tree      *render.Tree
	savepoint savepoint
	inbox     []Call // messages to its own view
	closing   []Call // of components that have left the page
	ran       int    // messages of the inbox that ran in the turn
	departure *Departure
	moved     *Move      // nil: the page knows its address
	traversal *traversal // by which the page is where it is; nil if not by one
	patches   int        // HandleParams in a row that have patched the address
	cookies   []string   // for the answer of the event under way
	reply     []byte     // the same
	pushed    []pushed   // events for the page
	delivery  delivery
	dropped   error // what is wrong with the first page's HTML
	hooks     *hooks
	rendered  Rendered  // in the turn, until AfterRender is told
	activity  *Activity // under way, as the observer knows it; nil if there is none
	durable   *durable  // nil: nobody keeps its durable keys

	// Shared state, without the mutex.
	callback        atomic.Pointer[Callback] // under way
	turn            atomic.Pointer[turn]     // under way; nil if nobody waits for it
	before          atomic.Pointer[View]     // whose page makes room for this one's; nil once it has, or if there is none
	connected       atomic.Bool
	listeners       listeners
	takers          takers
	mounted         atomic.Bool
	place           atomic.Pointer[Place]  // where the page is
	followed        atomic.Pointer[string] // the id of the view whose place this one has taken
	asked           atomic.Pointer[asking] // the page's last visit
	warnedOfAddress atomic.Bool            // a link that leads nowhere was logged
	notice          atomic.Bool            // the page shows the notice of a failure
	failure         atomic.Pointer[string] // the notice of the page that is served next
	proof           atomic.Value           // a Proof
	bytes           atomic.Int64           // its size when its page was rendered
	probe           atomic.Pointer[Probe]

	ended atomic.Bool // set with the mutex held

	mu         sync.Mutex // guards what follows
	mailbox    mailbox
	connection connection
	timers     timers
	tasks      *tasks // nil if none was ever started
	last       []byte // the message to connections that come after the end
	entry      *state.Entry
}

// Owner is the owner of a view.
type Owner struct {
	Identity string
	Session  [16]byte
}

// New returns a view that is not mounted yet, with a new id; nil if the host is closed. Wait waits
// until the view has ended.
func (h *Host) New(def *Definition) *View {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // it never fails
	return h.newView(def, string(id))
}

func (h *Host) newView(def *Definition, id string) *View {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil
	}
	h.workers.Add(1)
	v := &View{host: h, def: def, id: id}
	v.tree = render.New(def.Kind, def.Name(), def.Value, render.Options{
		Guard: h.Guard, Host: v, TitlePrefix: h.TitlePrefix, TitleSuffix: h.TitleSuffix, Static: def.Static,
		Texts: &h.Texts, ViewID: id,
	})
	v.savepoint.number = 1
	return v
}

// ID returns the view's id. It stays the same when the view is remounted.
func (v *View) ID() string { return v.id }

// Kit returns a value that is the same for all views of one kit, and no others.
func (v *View) Kit() any { return v.host }

// Definition returns what the view was made from.
func (v *View) Definition() *Definition { return v.def }

// Address returns the prefix of the addresses of its events and its connection.
func (v *View) Address() string { return v.address }

// Owner returns the view's owner, once it is in the store.
func (v *View) Owner() Owner { return v.owner }

// SetNonce sets the value of hx-nonce that the elements of its page carry, before it is mounted; "" for none.
func (v *View) SetNonce(nonce string) { v.tree.SetNonce(nonce) }

// Nonce returns the value of hx-nonce that the elements of its page carry; "" for none.
func (v *View) Nonce() string { return v.tree.Nonce() }

func (v *View) stamp() string { return protocol.Stamp(v.tree.Nonce()) }

// Ref returns a reference to the page.
func (v *View) Ref() Ref { return Ref{view: v} }

// IsRemounted reports whether the view was mounted again for a page that was opened before.
func (v *View) IsRemounted() bool { return v.mounts != nil }

// Connected reports whether the browser's connection is open.
func (v *View) Connected() bool { return v.connected.Load() }

// Watched reports whether a browser is connected to the view, which goes on.
func (v *View) Watched() bool { return v.connected.Load() && !v.ended.Load() }

// Title returns the page's title with prefix and suffix, once the page is rendered.
func (v *View) Title() string { return v.tree.FullTitle() }

// ShowsFlash reports whether the rendered page has a place for flash messages.
func (v *View) ShowsFlash() bool { return v.tree.ShowsFlash() }

// Unscripted returns what the page has for browsers without JavaScript, once it is rendered.
func (v *View) Unscripted() render.Unscripted { return v.tree.Unscripted() }

// NoteNotice notes that the page shows the notice of a failure. The next event that succeeds clears
// it.
func (v *View) NoteNotice() { v.notice.Store(true) }

// Proof is what the requests of a page prove themselves with.
type Proof interface {
	// Size estimates its memory, in bytes.
	Size() int64
}

// Proof returns what SetProof was given last; nil before the first time.
func (v *View) Proof() Proof {
	p, _ := v.proof.Load().(Proof)
	return p
}

// SetProof remembers what the page's requests prove themselves with, for the package that admits
// them. All proofs are of one type.
func (v *View) SetProof(p Proof) { v.proof.Store(p) }

// HasEnded reports whether the view has ended.
func (v *View) HasEnded() bool { return v.ended.Load() }

// Mount runs the page's Mount and, if the view is new, renders the page: Outcome.Ops is its
// content. at is where the page is, address the prefix of the addresses of its events; carried are the flash messages of
// the page before.
func (v *View) Mount(ctx context.Context, at *Place, address string, in params.Input, carried []flash.Message) Outcome {
	v.address = address
	v.place.Store(at)
	v.delivery.place = at
	v.tree.PostTo(address)
	return v.wait(job{ctx: ctx, call: Call{Name: v.def.Name() + ".Mount", kind: ActivityMount, Run: func(cb *Callback) error {
		if len(carried) > 0 {
			FlashKey.Set(cb, flash.BoardOf(carried))
		}
		v.setRoute(cb, at)
		return v.mount(cb, in)
	}}})
}

// mount runs the page's Mount, with the hooks around it.
func (v *View) mount(cb *Callback, in params.Input) error {
	return cb.Pass(KindMount, "Mount", func() error { return v.def.Mount(cb, in) })
}

// own sets the view's owner, for the store.
func (v *View) own(o Owner) {
	v.owner = o
	v.mu.Lock()
	defer v.mu.Unlock()
	v.entry = &state.Entry{ID: v.id, Session: string(o.Session[:]), Scope: v.tree.Root().Scope(), Value: v}
}

// Keep adds a mounted view to the store. It returns the store's errors, and fault.ErrGone if the
// view has ended meanwhile: then its page remounts it.
func (v *View) Keep(o Owner) error {
	v.own(o)
	v.entry.Bytes = v.bytes.Load()
	if err := v.host.store.Add(v.entry, time.Now()); err != nil {
		return err
	}
	if v.HasEnded() {
		v.host.store.Remove(v.entry)
		return fault.ErrGone
	}
	return nil
}

// Dismiss ends the view and removes it from the store. Its page reloads itself after a pause.
func (v *View) Dismiss(pause time.Duration) {
	v.endWith(v.host.Messages.Reload, pause)
	v.host.store.Remove(v.entry)
}

// evicted ends the view when the store has removed it. Only a connected page gets the Evicted
// message; any other one remounts the view when it needs it.
func (v *View) evicted() {
	if v.openConn() != nil {
		v.End(v.host.Messages.TooManyOpen)
	} else {
		v.End(nil)
	}
}

// End ends the view: it takes no more jobs, abandons a callback under way, closes the connection with
// a last message, without what is queued there, and runs Close.
func (v *View) End(last []byte) { v.endWith(last, 0) }

// endWith is End with a pause before the last message.
func (v *View) endWith(last []byte, pause time.Duration) {
	v.mu.Lock()
	if v.ended.Load() {
		v.mu.Unlock()
		return
	}
	v.ended.Store(true)
	v.before.Store(nil)
	v.last = last
	dropped := v.mailbox.dropCalls()
	v.timers.stop()
	tasks := v.tasks
	conns := v.connection.end()
	v.mu.Unlock()
	tasks.end()
	if cb := v.callback.Load(); cb != nil {
		cb.cut(context.Canceled)
	}
	if closing := v.tree.End(); closing != nil && v.mounted.Load() {
		v.mu.Lock()
		for _, c := range closingCalls(closing) {
			v.enqueue(job{run: func(v *View, gen uint64) { v.close(gen, c) }})
		}
		v.mu.Unlock()
	}
	v.host.workers.Done()
	if len(conns) > 0 {
		v.left()
		if last == nil {
			last = v.parting()
		}
	}
	for _, j := range dropped {
		if j.done != nil {
			j.done.answer(Outcome{Err: fault.ErrGone, Unstarted: true})
		}
	}
	for _, conn := range conns {
		if pause > 0 {
			conn.Discard()
			time.AfterFunc(pause, func() { conn.FinishNow(last) })
		} else {
			conn.FinishNow(last)
		}
	}
}

// close runs the Close of a component.
func (v *View) close(gen uint64, c Call) {
	if err := v.runTimed(job{call: c}); err != nil && v.isCurrent(gen) {
		v.logFailure(err)
	}
}

// EndWhenIdle ends the view as if it had expired, and waits until its mailbox is empty.
func (v *View) EndWhenIdle(ctx context.Context) {
	v.host.store.Remove(v.entry)
	v.End(nil)
	done := make(chan struct{})
	v.mu.Lock()
	v.enqueue(job{run: func(*View, uint64) { close(done) }})
	v.mu.Unlock()
	select {
	case <-done:
	case <-ctx.Done():
	}
}
