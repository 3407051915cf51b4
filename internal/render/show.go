package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/state"
)

// ShowComponent renders a component with an id, and the content between its braces.
func ShowComponent(ctx context.Context, w io.Writer, k *Kind, id string, v any) error {
	children := templ.GetChildren(ctx)
	parent := ComponentOf(ctx)
	p := parent.tree.pass.Load()
	if p == nil {
		panic("views: Component outside of a rendering")
	}
	if p.inStream() && !p.flush(w) {
		return fault.Quote(id, fmt.Errorf("views: %T is rendered into another writer in an item of the stream %q: it could not be rendered again", v, p.item.stream.ref.Name()))
	}
	c, err := p.component(parent, k, id, v, children)
	if err != nil {
		return err
	}
	if p.depth >= maxDepth {
		return fmt.Errorf("%w: %s", errDeep, c.Name())
	}
	return p.show(c, ctx, w)
}

var errTwice = errors.New("views: a component is rendered twice")

// component finds or makes the component that is being rendered, and sets its props.
func (p *pass) component(parent *Component, k *Kind, id string, v any, children templ.Component) (*Component, error) {
	t := parent.tree
	t.readsOutside = t.readsOutside || !p.region.isIn(parent)
	c := t.lookup(k.Name, id)
	if c == nil {
		c = &Component{tree: t, kind: k, id: id, parent: parent}
		c.scope = scope.New(c, parent.scope)
		t.recover(c)
		if !t.add(c) {
			return nil, fmt.Errorf("%s: %w", c.Name(), fault.ErrGone)
		}
	}
	switch {
	case c.kind != k:
		return nil, fault.Quote(id, fmt.Errorf("%w: %v and %v have the same name and id", errTwice, k.Type, c.kind.Type))
	case c.round == p.round:
		return nil, fault.Quote(id, fmt.Errorf("%w: %s: give each its own id", errTwice, c.Name()))
	case c.mounted && !p.covers(c):
		return nil, patch.ErrNeedAll // it has moved here: only a rendering of the whole page tells from where
	}
	if c.parent != parent || c.scope.Parent() != parent.scope {
		t.move(c, parent)
	}
	c.setProps(v, children, parent)
	return c, nil
}

// covers reports whether the part of the page that is being rendered contained the component.
func (p *pass) covers(c *Component) bool { return c.region == nil || p.within(c.region) }

// setProps sets what the parent renders the component with.
func (c *Component) setProps(v any, children templ.Component, parent *Component) {
	plain := c.kind.slots == nil
	if children != templ.Component(nil) && !isNop(children) {
		c.toRare().children, plain = bound{children, parent}, false
	} else if r := c.rare.Load(); r != nil {
		r.children = nil
	}
	if plain && c.plain && c.kind.equal != nil && c.hasProps(v) {
		return
	}
	c.plain = plain
	if c.mounted && c.before == nil {
		c.before = c.value
	}
	c.value = v
	c.change()
	if c.kind.slots != nil {
		own := reflect.New(c.kind.Type).Elem()
		own.Set(reflect.ValueOf(v))
		c.kind.slots(own, parent)
		c.value = own.Interface()
	}
}

// hasProps reports whether v equals the props. If their Equal panics they count as different.
func (c *Component) hasProps(v any) (same bool) {
	err := c.tree.guard.Call(func() error {
		same = c.kind.equal(c.value, v)
		return nil
	})
	if err != nil {
		c.tree.guard.Report(fmt.Errorf("%s: Equal of its props: %w", c.Name(), err))
	}
	return same && err == nil
}

func isNop(c templ.Component) bool {
	f, ok := c.(templ.ComponentFunc)
	return ok && reflect.ValueOf(f).Pointer() == nop
}

var nop = reflect.ValueOf(templ.NopComponent).Pointer()

// note notes that a component is part of the rendering.
func (p *pass) note(c *Component) {
	c.round = p.round
	p.shown = append(p.shown, c)
}

// show renders a component, unless it is unchanged.
func (p *pass) show(c *Component, ctx context.Context, w io.Writer) error {
	ours := p.flush(w)
	old := c.region
	if old != nil && old.component != c { // it has no region of its own
		old = nil
	}
	if ours && p.skip && !p.inStream() && !p.atItem() && !c.changed && !c.remount && c.Fault() == nil && old != nil && old.place != nil && !old.loose && !old.containsStale {
		p.keep(old)
		return nil
	}
	ctx = &renderContext{ctx, c}
	render := func(body templ.Component) error {
		p.note(c)
		if !ours {
			return p.showPlain(c, body, ctx, w)
		}
		err := p.render(&region{component: c, body: body, ctx: ctx, before: old}, w)
		p.flush(w)
		return err
	}
	p.depth++
	defer func() { p.depth-- }()
	return p.attempt(c, w, render)
}

// maxDepth is how deep components may be nested: one that renders itself ends there.
const maxDepth = 100

// errDeep fails the outermost component: components that render themselves twice would otherwise be
// tried 2^maxDepth times.
var errDeep = fmt.Errorf("views: more than %d nested components", maxDepth)

// attempt renders a component. If that fails, it remounts and renders it once more; if that fails,
// too, it renders a placeholder. Components inside are not retried during a retry, so that nested
// components that fail are not rendered once more for each enclosing one.
func (p *pass) attempt(c *Component, w io.Writer, render func(body templ.Component) error) error {
	before := p.checkpoint()
	again := p.retrying
	defer func() { p.skip, p.reread, p.retrying = before.skip, before.reread, again }()
	var err error
	for range 2 {
		if !c.mounted || c.before != nil || c.remount || c.Fault() != nil || c.moved {
			p.skip, p.reread = false, true
		}
		if err = c.prepare(); err == nil {
			err = c.tree.guard.Call(func() error { return render(content{c}) })
		}
		if err == nil {
			return nil
		}
		deep := errors.Is(err, errDeep)
		if c.tree.isOver(err) || deep && p.depth > 1 {
			return err // another worker may run the view by now
		}
		p.flush(w) // so that rewind drops all that the template has written
		p.rewind(before)
		c.tree.guard.Report(fmt.Errorf("%s: %w", c.Name(), err))
		c.reset()
		if errors.Is(err, fault.ErrDeadline) || again || deep {
			break
		}
		p.retrying = true
	}
	return p.fail(c, err, render)
}

// fail renders the placeholder of a component.
func (p *pass) fail(c *Component, err error, render func(body templ.Component) error) error {
	c.toRare().fault = err
	id := c.id
	if p.atItem() {
		id = p.itemID
	}
	return render(c.placeholder(id, err))
}

// isOver reports whether an error of a component ends the whole rendering.
func (t *Tree) isOver(err error) bool {
	return errors.Is(err, fault.ErrAbandoned) || errors.Is(err, patch.ErrNeedAll) || errors.Is(err, errTwice) || errors.Is(err, fault.ErrRemount) ||
		errors.Is(err, fault.ErrGone) && t.HasEnded()
}

// content is the content of a component. As an interface it needs no memory, unlike a closure.
type content struct{ c *Component }

// Render is part of templ.Component.
func (t content) Render(ctx context.Context, w io.Writer) error {
	if children := t.c.rarely().children; children != nil {
		ctx = templ.WithChildren(ctx, children)
	}
	return t.c.kind.Render(t.c.value).Render(ctx, w)
}

// showPlain renders a component into a writer that is not the page's buffer: it gets no region.
func (p *pass) showPlain(c *Component, body templ.Component, ctx context.Context, w io.Writer) error {
	in := p.region.toParts()
	in.plain = append(in.plain, c)
	if p.item != nil {
		p.item.neverSkip = true
	}
	var b bytes.Buffer
	if err := body.Render(ctx, &b); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// prepare runs the Mount and Update that are due before a component is rendered.
func (c *Component) prepare() error {
	if c.late.Swap(false) {
		return fault.ErrDeadline
	}
	if c.remount {
		c.reset()
	}
	if c.Fault() != nil {
		c.mounted, c.toRare().fault = false, nil
	}
	value := c.value // read here: once a callback is abandoned, another goroutine renders the component
	if !c.mounted {
		if mount := c.kind.Mount; mount != nil {
			if err := c.call("Mount", func(w state.Writer) error { return mount(value, w) }); err != nil {
				return err
			}
		}
		c.tree.mounted = append(c.tree.mounted, c)
		c.mounted, c.before = true, reflect.Zero(c.kind.Type).Interface()
	}
	if before, update := c.before, c.kind.Update; before != nil && update != nil {
		if err := c.call("Update", func(w state.Writer) error { return update(value, w, before) }); err != nil {
			return err
		}
	}
	c.before = nil
	return nil
}

// call runs a callback of the component in the middle of a rendering. If it is abandoned, another
// worker runs the view by now, and this goroutine leaves it by a panic.
func (c *Component) call(name string, f func(w state.Writer) error) error {
	err := c.tree.Host.Call(c, c.Name()+"."+name, f)
	if errors.Is(err, fault.ErrAbandoned) {
		panic(fault.Unwind{})
	}
	return err
}

// placeholder returns what is shown instead of a component that has failed.
func (c *Component) placeholder(id string, err error) templ.Component {
	text := c.tree.Texts.PartFailed
	if s, ok := errors.AsType[*fault.Status](err); ok {
		text = s.Text
	}
	return brokenComponent(id, text)
}
