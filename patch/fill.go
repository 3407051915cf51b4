package patch

// fewRoots is how many new children are put into an element by themselves.
const fewRoots = 8

// fill gives an element that keeps none of its children all its new ones, by one operation with the element itself: htmx
// takes up what is new root by root, and the element is one root. It reports false, having done nothing, where there are
// few of them, or where the element has other content or none of its HTML is known.
func (d *differ) fill(o, n int32, is []int32, p plan) bool {
	if n < 0 || n == 0 && d.region == nil || len(is) <= fewRoots || (d.old.nodes[o].flags|d.new.nodes[n].flags)&(loose|foreign) != 0 {
		return false
	}
	for _, i := range p.from {
		if i >= 0 {
			return false
		}
	}
	d.sent = append(d.sent, sent{node: n, in: o, anew: true})
	at := d.html.pos[n]
	d.open(d.idOf(n), "outerSync")
	d.dst = morphed{isNew: d.isNew}.append(d.dst, d.html.html[at.start:at.inner])
	d.put(at.inner, at.end, n+1, n+d.new.nodes[n].span, func(h []byte) { d.dst = append(d.dst, h...) })
	d.close()
	return true
}
