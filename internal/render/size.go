package render

import (
	"unsafe"

	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/patch"
)

// Measured sizes of what is not counted one by one, in bytes.
const (
	sizeOfView      = 2048 // an empty view, with its live.View
	sizeOfComponent = 300  // a component with its scope, a key and its context
	sizeOfBody      = 100  // the context and the content of a region
)

// Size estimates the memory of the view, in bytes: its last rendering, its components and the ids of
// its streams' items. It does not count what keys, props and items refer to, which is the
// application's. It visits each region and list, but not their items.
func (t *Tree) Size() int64 {
	n := int64(sizeOfView) + int64(t.shown.Size()) + sizeOfComponent*int64(len(t.all)-1)
	if t.page != nil {
		t.page.visit(func(r *region) { n += r.size() })
	}
	for _, s := range t.streams {
		n += int64(len(s.ids)+len(s.tags)) * int64(unsafe.Sizeof(""))
		for _, id := range s.ids {
			n += int64(len(id))
		}
	}
	return n
}

func (r *region) size() int64 {
	n := int64(unsafe.Sizeof(*r)) + sizeOfBody + int64(len(r.reads))*int64(unsafe.Sizeof(scope.Read{}))
	if r.place != nil {
		n += int64(unsafe.Sizeof(patch.Place{}))
	}
	if r.parts != nil {
		n += int64(unsafe.Sizeof(*r.parts)) + int64(cap(r.parts.inner)+cap(r.parts.eaches)+cap(r.parts.plain))*int64(unsafe.Sizeof(r))
	}
	for _, e := range r.inside().eaches {
		n += int64(unsafe.Sizeof(*e)) + int64(8*cap(e.hash)+2*cap(e.nodes)+4*cap(e.args)+4*cap(e.regionEnds)) +
			int64(cap(e.regions))*int64(unsafe.Sizeof(r)) + int64(cap(e.shape))*int64(unsafe.Sizeof(scope.Read{}))
	}
	return n
}
