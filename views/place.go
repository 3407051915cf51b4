package views

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/patch"
)

// Live places a component in the page. Its identity is its type and id: as long as it is
// placed somewhere, its keys live on, wherever that is. It ends with the first rendering
// that does not place it. Placing the same one twice is an error of the rendering.
//
// It is rendered again by itself when a key that it read has changed, and not with what
// is around it if its props equal those before: props that hold references or slots
// always count as new. What stands in the props as content, or between the braces of
// the placement, reads and sends as who wrote it; in a component that is placed by a
// pointer, that is so for what stands between the braces only.
//
// Give its outermost element the id [ID] returns, or none. A component that panics, or
// whose Mount or Update fails, is mounted afresh; if that fails too, a line of text
// stands in its place until it is placed again. The rest of the page goes on.
func Live(id string, c LiveComponent) templ.Component {
	if c == nil {
		panic(fmt.Sprintf("views: Live(%q) needs a component", id))
	}
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		children := templ.GetChildren(ctx)
		ctx = templ.ClearChildren(ctx)
		placer := componentOf(ctx)
		p := placer.in.pass.Load()
		if p == nil {
			panic("views: Live outside of a rendering")
		}
		if p.item != nil && p.item.stream != nil {
			return fmt.Errorf("views: %T %.40q stands in an item of the stream %q, which is rendered once: it can't hold components", c, id, p.item.stream.ref.Name())
		}
		part, err := p.component(placer, id, c, children)
		if err != nil {
			return err
		}
		if p.depth >= maxDepth {
			return fmt.Errorf("%w: %s", errDeep, part.name)
		}
		return p.show(part, ctx, w)
	})
}

var errTwice = errors.New("views: a component is placed twice")

// component finds the component that is being placed, or makes it, and takes over its props.
func (p *pass) component(placer *component, id string, v LiveComponent, children templ.Component) (*component, error) {
	k := kindOf(reflect.TypeOf(v))
	in := placer.in
	in.far = in.far || !p.region.isIn(placer)
	c := in.lookup(address(k.name, id))
	if c == nil {
		c = &component{in: in, kind: k, id: id, name: fmt.Sprintf("%v %.40q", k.typ, id), outer: placer, around: placer.scope}
		c.newScope()
		if !in.add(c) {
			return nil, fmt.Errorf("%s: %w", c.name, ErrGone)
		}
	}
	switch {
	case c.kind != k:
		return nil, fmt.Errorf("%w: %v and %v have the same name and the id %.40q", errTwice, k.typ, c.kind.typ, id)
	case c.round == p.round:
		return nil, fmt.Errorf("%w: %s: give each its own id", errTwice, c.name)
	case c.mounted && !p.covers(c):
		return nil, patch.ErrNeedAll // it stands elsewhere, so it has moved: all of the page tells
	}
	if c.outer != placer || c.around != placer.scope {
		in.move(c, placer)
	}
	c.take(v, children, placer)
	return c, nil
}

// covers reports whether the part of the page that is being rendered is one in which
// the component stood.
func (p *pass) covers(c *component) bool { return c.region == nil || p.within(c.region) }

// take takes over what the component is placed with.
func (c *component) take(v LiveComponent, children templ.Component, placer *component) {
	plain := c.kind.slots == nil
	if children != templ.Component(nil) && !isNop(children) {
		c.children, plain = bound{children, placer}, false
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
		own := reflect.New(c.kind.typ).Elem()
		own.Set(reflect.ValueOf(v))
		c.kind.slots(own, placer)
		c.value = own.Interface()
	}
}

// isPlacedWith reports whether the props equal those before. If their Equal panics they
// count as new.
func (c *component) isPlacedWith(v LiveComponent) (same bool) {
	err := c.in.host.protect(func() error {
		same = c.kind.equal(c.props, any(v))
		return nil
	})
	if err != nil {
		c.in.host.Report(fmt.Errorf("%s: Equal of its props: %w", c.name, err))
	}
	return same && err == nil
}

func isNop(c templ.Component) bool {
	f, ok := c.(templ.ComponentFunc)
	return ok && reflect.ValueOf(f).Pointer() == nop
}

var nop = reflect.ValueOf(templ.NopComponent).Pointer()

// place notes that a component stands in what is being rendered.
func (p *pass) place(c *component) {
	c.round = p.round
	p.shown = append(p.shown, c)
}

// show renders a component, unless it is as before.
func (p *pass) show(c *component, ctx context.Context, w io.Writer) error {
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
func (p *pass) attempt(c *component, w io.Writer, render func(body templ.Component) error) error {
	before := p.here()
	again := p.again
	defer func() { p.skip, p.again = before.skip, again }()
	var err error
	for range 2 {
		if !c.mounted || c.before != nil || c.renew || c.failed || c.moved {
			p.skip = false // what is read inside may have changed
		}
		if err = c.prepare(); err == nil {
			err = c.in.host.protect(func() error { return render(templ.ComponentFunc(c.render)) })
		}
		if err == nil {
			return nil
		}
		deep := errors.Is(err, errDeep)
		if c.in.isOver(err) || deep && p.depth > 1 {
			return err // another goroutine may run the view by now
		}
		p.flush(w) // what the template has written so far goes
		p.back(before)
		c.in.host.Report(fmt.Errorf("%s: %w", c.name, err))
		c.reset()
		if errors.Is(err, ErrDeadline) || again || deep {
			break
		}
		p.again = true
	}
	c.failed, c.fault = true, err
	return render(c.placeholder(err))
}

// isOver reports whether an error of a component is one of the whole rendering.
func (in *Instance) isOver(err error) bool {
	return errors.Is(err, ErrAbandoned) || errors.Is(err, patch.ErrNeedAll) || errors.Is(err, errTwice) || errors.Is(err, ErrRestart) ||
		errors.Is(err, ErrGone) && in.hasEnded()
}

// render is the component's content.
func (c *component) render(ctx context.Context, w io.Writer) error {
	if c.children != nil {
		ctx = templ.WithChildren(ctx, c.children)
	}
	return c.value.(LiveComponent).Render().Render(ctx, w)
}

// showPlain renders a component into a writer that is not the page's, where it can't be
// told apart from what is around it.
func (p *pass) showPlain(c *component, body templ.Component, ctx context.Context, w io.Writer) error {
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
func (c *component) prepare() error {
	if c.late.Swap(false) {
		return ErrDeadline
	}
	if c.renew {
		c.reset()
	}
	if c.failed {
		c.mounted, c.failed, c.fault = false, false, nil
	}
	if !c.mounted {
		if m, ok := c.value.(mounter); ok {
			if err := c.call("Mount", m.Mount); err != nil {
				return err
			}
		}
		c.in.undo.mounted = append(c.in.undo.mounted, c)
		c.mounted, c.before = true, reflect.Zero(c.kind.typ).Interface()
	}
	if before := c.before; before != nil && c.kind.update.IsValid() {
		err := c.call("Update", func(s *Socket) error {
			out := c.kind.update.Call([]reflect.Value{reflect.ValueOf(c.value), reflect.ValueOf(s), reflect.ValueOf(before)})
			err, _ := out[0].Interface().(error)
			return err
		})
		if err != nil {
			return err
		}
	}
	c.before = nil
	return nil
}

// call runs a callback of the component in the middle of a rendering. If it is given up,
// another goroutine runs the view by now, and this one must not touch it any more.
func (c *component) call(name string, f func(s *Socket) error) error {
	err := c.in.runner.Call(Message{Name: c.name + "." + name, Run: f, part: c})
	if errors.Is(err, ErrAbandoned) {
		panic(unwind{})
	}
	return err
}

// placeholder stands for a component that can't be shown.
func (c *component) placeholder(err error) templ.Component {
	text := "This part of the page could not be shown."
	if s, ok := errors.AsType[*statusError](err); ok {
		text = s.text
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
