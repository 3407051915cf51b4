package render

import "github.com/sideband-go/sideband/internal/scope"

// checkpoint is a state of a rendering to which it can be rewound.
type checkpoint struct {
	buf, marks, found, carried, shown, streams int
	region                                     *region
	inner, eaches, plain                       int
	item                                       *building
	skip, reread                               bool
	later, forms, itemFrom                     int
	itemID                                     string
	regions                                    int
	reads                                      []scope.Read
}

func (p *pass) checkpoint() checkpoint {
	in := p.region.inside()
	c := checkpoint{
		buf: len(p.buf.b), marks: len(p.marks), found: len(p.found), carried: len(p.carried), shown: len(p.shown), streams: len(p.streams),
		region: p.region, inner: len(in.inner), eaches: len(in.eaches), plain: len(in.plain),
		item: p.item, skip: p.skip, reread: p.reread, later: len(p.later), forms: len(p.forms), itemFrom: p.itemFrom, itemID: p.itemID, reads: p.tracker.Mark(),
	}
	if p.item != nil {
		c.regions = len(p.item.regions)
	}
	p.tracker.Since(c.reads)
	return c
}

// unnote forgets which components and streams have been met since the checkpoint.
func (p *pass) unnote(c checkpoint) {
	for _, s := range p.shown[c.shown:] {
		s.round = 0
	}
	for _, i := range p.carried[c.carried:] {
		i.region.visit(func(r *region) {
			for _, e := range r.inside().eaches {
				if e.stream != nil {
					e.stream.round = 0
				}
			}
		})
	}
}

func (p *pass) rewind(c checkpoint) {
	p.unnote(c)
	p.itemFrom, p.itemID = c.itemFrom, c.itemID
	p.streams, p.later, p.forms = p.streams[:c.streams], p.later[:c.later], p.forms[:c.forms]
	p.buf.b, p.marks, p.found, p.carried, p.shown = p.buf.b[:c.buf], p.marks[:c.marks], p.found[:c.found], p.carried[:c.carried], p.shown[:c.shown]
	r := c.region
	if in := r.parts; in != nil {
		in.inner, in.eaches, in.plain = in.inner[:c.inner], in.eaches[:c.eaches], in.plain[:c.plain]
	}
	if p.region, p.item, p.skip, p.reread = r, c.item, c.skip, c.reread; p.item != nil {
		p.item.regions = p.item.regions[:c.regions]
	}
	p.tracker.Since(c.reads)
}
