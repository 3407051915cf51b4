package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/render"
)

// Hook has functions that run around the callbacks of a page and its components, with a callback of
// the page. Each may be nil. It is immutable, and known by its address.
type Hook struct {
	Mount        func(cb *Callback) error
	HandleParams func(cb *Callback) error
	Event        func(cb *Callback, of Called) error
	Message      func(cb *Callback, of Called) error
	AfterRender  func(ctx context.Context, page Ref, r Rendered)
	Wrap         func(cb *Callback, of Called, next func() error) error
}

// Called is the callback that a hook runs around.
type Called struct {
	Kind      CallKind
	Name      string // of the method
	Component *render.Component
}

// CallKind is what a callback is called for.
type CallKind string

// The kinds of callbacks that hooks run around. A parameter that reads what was posted by itself does so in a callback
// of its own, KindReceive, before that of its event's method.
const (
	KindMount   CallKind = "Mount"
	KindParams  CallKind = "HandleParams"
	KindConnect CallKind = "Connect"
	KindReceive CallKind = "Receive"
	KindEvent   CallKind = "Event"
	KindMessage CallKind = "Message"
)

// Rendered is what a turn has rendered.
type Rendered struct {
	Page  bool // it was served, else patched
	Bytes int  // of HTML
}

// hooks are the hooks of a view, in order. A list is immutable. Nil: there are none.
type hooks struct {
	all   []*Hook
	names []string // of those at the end that were attached
}

// maxAttached is how many hooks callbacks may attach to a view.
const maxAttached = 32

// index returns where an attached hook is.
func (l *hooks) index(name string) (all, names int) {
	if l != nil {
		if i := slices.Index(l.names, name); i >= 0 {
			return len(l.all) - len(l.names) + i, i
		}
	}
	return -1, -1
}

// with returns the list with an attached hook more, or another one of that name.
func (l *hooks) with(name string, h *Hook) (*hooks, error) {
	if l == nil {
		return &hooks{[]*Hook{h}, []string{name}}, nil
	}
	if i, _ := l.index(name); i >= 0 {
		all := slices.Clone(l.all)
		all[i] = h
		return &hooks{all, l.names}, nil
	}
	if len(l.names) >= maxAttached {
		return l, fmt.Errorf("views: the page has %d hooks attached: %w", maxAttached, fault.ErrFull)
	}
	return &hooks{append(slices.Clip(l.all), h), append(slices.Clip(l.names), name)}, nil
}

// without returns the list without an attached hook.
func (l *hooks) without(name string) *hooks {
	i, n := l.index(name)
	switch {
	case i < 0:
		return l
	case len(l.all) == 1:
		return nil
	}
	return &hooks{slices.Delete(slices.Clone(l.all), i, i+1), slices.Delete(slices.Clone(l.names), n, n+1)}
}

// SetHooks sets the hooks of a view that is not mounted yet. The view keeps the slice.
func (v *View) SetHooks(list []*Hook) {
	if len(list) > 0 {
		v.given = &hooks{all: list}
		v.hooks = v.given
	}
}

// HasHooks reports whether the view was given these hooks. Safe for concurrent use.
func (v *View) HasHooks(list []*Hook) bool {
	if v.given == nil {
		return len(list) == 0
	}
	return slices.Equal(v.given.all, list)
}

// around is what a callback has to do with hooks. The callback's mutex guards changes, and the callback's own goroutine
// reads without it.
type around struct {
	hooks *hooks    // as the callback begins, and what it attaches and detaches
	page  *Callback // that hooks run with, while a component's callback runs; nil if none has
	outer *Callback // of that one: the component's callback
}

// IsHooked reports whether hooks run around the callback. Without them, [Callback.Pass] need not be called.
func (cb *Callback) IsHooked() bool { return cb.around != nil && cb.around.hooks != nil }

// Pass runs a part of the callback with the hooks around it: first what they check, from the outermost to the innermost,
// then run. What a hook wraps is its own check and all that is within. All of it is one transaction.
func (cb *Callback) Pass(kind CallKind, name string, run func() error) error {
	return cb.pass(Called{kind, name, cb.component}, false, run)
}

// pass is Pass. checked says that the hooks have checked it in a callback before.
func (cb *Callback) pass(of Called, checked bool, run func() error) error {
	if !cb.IsHooked() {
		return run()
	}
	p := &passage{cb: cb.ofPage(), of: of, checked: checked, hooks: cb.around.hooks.all, run: run}
	return p.from(0)
}

// passage is the way of a callback through the hooks.
type passage struct {
	cb      *Callback
	of      Called
	checked bool
	hooks   []*Hook
	run     func() error
}

var errTwice = errors.New("views: a hook has called next twice")

// from runs the hooks from one on, and what they run around.
func (p *passage) from(i int) error {
	for ; i < len(p.hooks); i++ {
		h := p.hooks[i]
		if h.Wrap != nil {
			return h.Wrap(p.cb, p.of, p.next(i))
		}
		if err := p.check(h); err != nil {
			return err
		}
	}
	return p.run()
}

// next returns what a hook wraps.
func (p *passage) next(i int) func() error {
	called := false
	return func() error {
		p.cb.Check()
		if called {
			return errTwice
		}
		called = true
		if err := p.check(p.hooks[i]); err != nil {
			return err
		}
		return p.from(i + 1)
	}
}

// check runs the function of a hook that may stop the callback.
func (p *passage) check(h *Hook) error {
	var err error
	switch kind := p.of.Kind; {
	case p.checked:
	case kind == KindMount && h.Mount != nil:
		err = h.Mount(p.cb)
	case kind == KindParams && h.HandleParams != nil:
		err = h.HandleParams(p.cb)
	case (kind == KindReceive || kind == KindEvent) && h.Event != nil:
		err = h.Event(p.cb, p.of)
	case kind == KindMessage && h.Message != nil:
		err = h.Message(p.cb, p.of)
	}
	if err != nil {
		return fmt.Errorf("hook: %w", err)
	}
	return nil
}

// ofPage returns the callback that hooks run with: that of the page or, around a component's, one of the page that
// succeeds or fails with it. The component's reads what that sets.
func (cb *Callback) ofPage() *Callback {
	if cb.component.IsPage() {
		return cb
	}
	a := cb.around
	if a.page == nil {
		root := cb.view.tree.Root()
		p := &Callback{Context: cb.Context, view: cb.view, component: root, receiver: root.Value(), isEvent: cb.isEvent, around: &around{outer: cb}}
		root.Scope().BeginIn(&p.tx)
		cb.tx.Source().ReadOuter(&p.tx)
		cb.mu.Lock()
		a.page = p
		cb.mu.Unlock()
	}
	return a.page
}

// allEnds takes the endings that were noted so far, those of hooks too.
func (cb *Callback) allEnds() []*render.Ending {
	cb.mu.Lock()
	var page *Callback
	if cb.around != nil {
		page = cb.around.page
	}
	cb.mu.Unlock()
	ends := cb.takeEnds()
	if page != nil {
		ends = append(ends, page.takeEnds()...)
	}
	return ends
}

// changeHooks changes what hooks there are once the callback has succeeded.
func (cb *Callback) changeHooks(change func(*hooks) (*hooks, error)) error {
	cb.Check()
	if a := cb.around; a != nil && a.outer != nil {
		cb = a.outer
	}
	cb.mu.Lock()
	defer cb.mu.Unlock()
	if cb.around == nil {
		cb.around = &around{}
	}
	l, err := change(cb.around.hooks)
	cb.around.hooks = l
	return err
}

// Attach adds a hook to the view, after the others, or in the place of one with that name, once the callback has
// succeeded. It returns fault.ErrFull, wrapped, if too many are attached.
func (cb *Callback) Attach(name string, h *Hook) error {
	return cb.changeHooks(func(l *hooks) (*hooks, error) { return l.with(name, h) })
}

// Detach takes an attached hook away once the callback has succeeded.
func (cb *Callback) Detach(name string) {
	_ = cb.changeHooks(func(l *hooks) (*hooks, error) { return l.without(name), nil }) // it returns no error
}

// commitHooks applies what hooks have set in the callback of the page that they ran with, and which hooks there are from
// now on.
func (v *View) commitHooks(cb *Callback) {
	a := cb.around
	if a == nil || a.outer != nil {
		return
	}
	v.hooks = a.hooks
	if p := a.page; p != nil {
		cb.flash = append(p.flash, cb.flash...) // they go where the callback goes
		p.flash = nil
		v.commit(p, nil)
	}
}

// methodOf returns the last part of a method's full name.
func methodOf(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// noteRendered notes what the turn has rendered, for AfterRender.
func (v *View) noteRendered(page bool, n int) {
	v.rendered.Page = v.rendered.Page || page
	v.rendered.Bytes += n
}

// afterRender runs AfterRender of the hooks, if the turn has rendered something. It reports false if the worker was
// abandoned.
func (v *View) afterRender(gen uint64) bool {
	r := v.rendered
	v.rendered = Rendered{}
	if v.hooks == nil || r == (Rendered{}) {
		return true
	}
	for _, h := range v.hooks.all {
		if h.AfterRender == nil || v.ended.Load() {
			continue
		}
		err := v.runTimed(job{call: Call{Name: v.def.Name() + ".AfterRender", Run: func(cb *Callback) error {
			h.AfterRender(struct{ context.Context }{cb}, v.Ref(), r) // no Writer
			return nil
		}}})
		if !v.isCurrent(gen) {
			return false
		}
		if err != nil {
			v.logFailure(err)
		}
	}
	return true
}
