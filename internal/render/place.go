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

// Place renders a component with an id, content between the braces of its placement included.
func Place(ctx context.Context, w io.Writer, k *Kind, id string, v any) error {
	children := templ.GetChildren(ctx)
	ctx = templ.ClearChildren(ctx)
	parent := ComponentOf(ctx)
	p := parent.tree.pass.Load()
	if p == nil {
		panic("views: Component outside of a rendering")
	}
	if p.item != nil && p.item.stream != nil {
		return fmt.Errorf("views: %T %.40q stands in an item of the stream %q, which is rendered once: it can't hold components", v, id, p.item.stream.ref.Name())
	}
	c, err := p.component(parent, k, id, v, children)
	if err != nil {
		return err
	}
	if p.depth >= maxDepth {
		return fmt.Errorf("%w: %s", errDeep, c.name)
	}
	return p.show(c, ctx, w)
}

var errTwice = errors.New("views: a component is placed twice")

// component finds the component that is being rendered, or makes it, and takes over its props.
func (p *pass) component(parent *Component, k *Kind, id string, v any, children templ.Component) (*Component, error) {
	t := parent.tree
	t.far = t.far || !p.region.isIn(parent)
	c := t.Lookup(AddressOf(k.Name, id))
	if c == nil {
		c = &Component{tree: t, kind: k, id: id, name: fmt.Sprintf("%v %.40q", k.Type, id), parent: parent, around: parent.scope}
		c.newScope()
		if !t.add(c) {
			return nil, fmt.Errorf("%s: %w", c.name, fault.ErrGone)
		}
	}
	switch {
	case c.kind != k:
		return nil, fmt.Errorf("%w: %v and %v have the same name and the id %.40q", errTwice, k.Type, c.kind.Type, id)
	case c.round == p.round:
		return nil, fmt.Errorf("%w: %s: give each its own id", errTwice, c.name)
	case c.mounted && !p.covers(c):
		return nil, patch.ErrNeedAll // it stands elsewhere, so it has moved: all of the page tells
	}
	if c.parent != parent || c.around != parent.scope {
		t.move(c, parent)
	}
	c.take(v, children, parent)
	return c, nil
}

// covers reports whether the part of the page that is being rendered is one in which
// the component stood.
func (p *pass) covers(c *Component) bool { return c.region == nil || p.within(c.region) }

// take takes over what the component is placed with.
func (c *Component) take(v any, children templ.Component, parent *Component) {
	plain := c.kind.slots == nil
	if children != templ.Component(nil) && !isNop(children) {
		c.children, plain = bound{children, parent}, false
	} else {
		c.children = nil
	}
	if plain && c.props != nil && c.kind.equal != nil && c.isPlacedWith(v) {
		return
	}
	c.props = nil
	if plain {
		c.props = v
	}
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

// isPlacedWith reports whether the props equal those before. If their Equal panics they
// count as new.
func (c *Component) isPlacedWith(v any) (same bool) {
	err := c.tree.guard.Call(func() error {
		same = c.kind.equal(c.props, v)
		return nil
	})
	if err != nil {
		c.tree.guard.Report(fmt.Errorf("%s: Equal of its props: %w", c.name, err))
	}
	return same && err == nil
}

func isNop(c templ.Component) bool {
	f, ok := c.(templ.ComponentFunc)
	return ok && reflect.ValueOf(f).Pointer() == nop
}

var nop = reflect.ValueOf(templ.NopComponent).Pointer()

// place notes that a component stands in what is being rendered.
func (p *pass) place(c *Component) {
	c.round = p.round
	p.shown = append(p.shown, c)
}

// show renders a component, unless it is as before.
func (p *pass) show(c *Component, ctx context.Context, w io.Writer) error {
	ours := p.flush(w)
	old := c.region
	if old != nil && old.part != c { // it could not be rendered by itself
		old = nil
	}
	if ours && p.skip && !c.changed && !c.renew && !c.failed && old != nil && old.place != nil && !old.loose && !old.holding {
		p.keep(old)
		return nil
	}
	ctx = &renderContext{ctx, c}
	render := func(body templ.Component) error {
		p.place(c)
		if !ours {
			return p.showPlain(c, body, ctx, w)
		}
		err := p.render(&region{name: c.name, part: c, body: body, ctx: ctx, before: old}, w)
		p.flush(w)
		return err
	}
	p.depth++
	defer func() { p.depth-- }()
	return p.attempt(c, w, render)
}

// maxDepth is how many components may stand in one another: one that places itself ends
// there.
const maxDepth = 100

// errDeep is one of the outermost component: of components that place themselves twice there
// would be 2^maxDepth.
var errDeep = fmt.Errorf("views: more than %d components in one another", maxDepth)

// attempt renders a component. If that fails it is mounted afresh and rendered again; if
// that fails, too, a placeholder stands for it. What is inside is not tried again then: of
// many in one another that fail, each is rendered a few times, and not for each around it.
func (p *pass) attempt(c *Component, w io.Writer, render func(body templ.Component) error) error {
	before := p.here()
	again := p.again
	defer func() { p.skip, p.again = before.skip, again }()
	var err error
	for range 2 {
		if !c.mounted || c.before != nil || c.renew || c.failed || c.moved {
			p.skip = false // what is read inside may have changed
		}
		if err = c.prepare(); err == nil {
			err = c.tree.guard.Call(func() error { return render(templ.ComponentFunc(c.render)) })
		}
		if err == nil {
			return nil
		}
		deep := errors.Is(err, errDeep)
		if c.tree.isOver(err) || deep && p.depth > 1 {
			return err // another goroutine may run the view by now
		}
		p.flush(w) // what the template has written so far goes
		p.back(before)
		c.tree.guard.Report(fmt.Errorf("%s: %w", c.name, err))
		c.reset()
		if errors.Is(err, fault.ErrDeadline) || again || deep {
			break
		}
		p.again = true
	}
	c.failed, c.fault = true, err
	return render(c.placeholder(err))
}

// isOver reports whether an error of a component is one of the whole rendering.
func (t *Tree) isOver(err error) bool {
	return errors.Is(err, fault.ErrAbandoned) || errors.Is(err, patch.ErrNeedAll) || errors.Is(err, errTwice) || errors.Is(err, fault.ErrRemount) ||
		errors.Is(err, fault.ErrGone) && t.HasEnded()
}

// render is the component's content.
func (c *Component) render(ctx context.Context, w io.Writer) error {
	if c.children != nil {
		ctx = templ.WithChildren(ctx, c.children)
	}
	return c.kind.Render(c.value).Render(ctx, w)
}

// showPlain renders a component into a writer that is not the page's, where it can't be
// told apart from what is around it.
func (p *pass) showPlain(c *Component, body templ.Component, ctx context.Context, w io.Writer) error {
	p.region.plain = append(p.region.plain, c)
	if p.item != nil {
		p.item.fixed = true
	}
	var b bytes.Buffer
	if err := body.Render(ctx, &b); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// prepare runs what has to run before a component is rendered.
func (c *Component) prepare() error {
	if c.late.Swap(false) {
		return fault.ErrDeadline
	}
	if c.renew {
		c.reset()
	}
	if c.failed {
		c.mounted, c.failed, c.fault = false, false, nil
	}
	if !c.mounted {
		if mount := c.kind.Mount; mount != nil {
			if err := c.call("Mount", func(w state.Writer) error { return mount(c.value, w) }); err != nil {
				return err
			}
		}
		c.tree.mounted = append(c.tree.mounted, c)
		c.mounted, c.before = true, reflect.Zero(c.kind.Type).Interface()
	}
	if before, update := c.before, c.kind.Update; before != nil && update != nil {
		if err := c.call("Update", func(w state.Writer) error { return update(c.value, w, before) }); err != nil {
			return err
		}
	}
	c.before = nil
	return nil
}

// call runs a callback of the component in the middle of a rendering. If it is given up,
// another goroutine runs the view by now, and this one must not touch it any more.
func (c *Component) call(name string, f func(w state.Writer) error) error {
	err := c.tree.Host.Call(c, c.name+"."+name, f)
	if errors.Is(err, fault.ErrAbandoned) {
		panic(fault.Unwind{})
	}
	return err
}

// placeholder stands for a component that can't be shown.
func (c *Component) placeholder(err error) templ.Component {
	text := c.tree.Texts.PartFailed
	if s, ok := errors.AsType[*fault.Status](err); ok {
		text = s.Text
	}
	return brokenPart(c.id, text)
}

// checkpoint is where a rendering was, to go back to.
type checkpoint struct {
	buf, marks, found, carried, shown, streams int
	region                                     *region
	inner, eaches, plain                       int
	item                                       *building
	skip                                       bool
	regions                                    int
	reads                                      []scope.Read
}

func (p *pass) here() checkpoint {
	c := checkpoint{
		buf: len(p.buf.b), marks: len(p.marks), found: len(p.found), carried: len(p.carried), shown: len(p.shown), streams: len(p.streams),
		region: p.region, inner: len(p.region.inner), eaches: len(p.region.eaches), plain: len(p.region.plain),
		item: p.item, skip: p.skip, reads: p.tracker.Mark(),
	}
	if p.item != nil {
		c.regions = len(p.item.regions)
	}
	p.tracker.Since(c.reads)
	return c
}

func (p *pass) back(c checkpoint) {
	for _, s := range p.shown[c.shown:] {
		s.round = 0
	}
	for _, i := range p.carried[c.carried:] {
		i.region.visit(func(r *region) {
			for _, e := range r.eaches {
				if e.stream != nil {
					e.stream.round = 0
				}
			}
		})
	}
	p.streams = p.streams[:c.streams]
	p.buf.b, p.marks, p.found, p.carried, p.shown = p.buf.b[:c.buf], p.marks[:c.marks], p.found[:c.found], p.carried[:c.carried], p.shown[:c.shown]
	r := c.region
	r.inner, r.eaches, r.plain = r.inner[:c.inner], r.eaches[:c.eaches], r.plain[:c.plain]
	if p.region, p.item, p.skip = r, c.item, c.skip; p.item != nil {
		p.item.regions = p.item.regions[:c.regions]
	}
	p.tracker.Since(c.reads)
}
