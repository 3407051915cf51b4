package render

import (
	"context"
	"slices"

	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/patch"
)

// streamed is what the page shows of a stream.
type streamed struct {
	each    *each
	ref     scope.StreamRef
	ids     []string // of its items
	tag     string   // the name of the items' elements
	tags    []string // if they differ
	region  *region
	owner   *Component // whose template renders it
	ctx     context.Context
	read    func(ctx context.Context) Items
	place   *patch.Place // where it stood when it was rendered, at the beginning of its element; nil elsewhere
	end     int          // until settled, its end mark
	round   uint32       // the last rendering that it was part of
	waiting bool         // it shows items that the stream still holds
	kept    bool         // it shows items that the stream has dropped
}

func (s *streamed) tagOf(j int) string {
	if s.tags != nil {
		return s.tags[j]
	}
	return s.tag
}

// add notes the element name of the next item.
func (s *streamed) add(tag string) {
	i := len(s.each.from) - 1
	switch {
	case i == 0:
		s.tag = tag
	case s.tags == nil && s.tag != tag:
		s.tags = slices.Repeat([]string{s.tag}, i)
	}
	if s.tags != nil {
		s.tags = append(s.tags, tag)
	}
}

// noteStreams records the streams of a rendering. before are those that the page showed there: the
// ones that are gone are forgotten.
func (t *Tree) noteStreams(p *pass, before []*streamed) {
	for _, s := range before {
		if s.round != t.round && t.streams[s.ref] == s {
			delete(t.streams, s.ref)
		}
	}
	if len(p.streams) > 0 && t.streams == nil {
		t.streams = map[scope.StreamRef]*streamed{}
	}
	for _, s := range p.streams {
		t.streams[s.ref] = s
	}
}

// sent has a stream drop the items that the page shows.
func (s *streamed) sent() {
	if s.waiting {
		s.ref.Sent()
		s.waiting, s.kept = false, true
	}
}

// RetainItems sets whether streams hold what is rendered from now on, so that it can be rendered
// again.
func (t *Tree) RetainItems(on bool) { t.retains = on }

// forget has streams drop the items that were rendered.
func (t *Tree) forget(streams []*streamed) {
	if t.retains {
		return
	}
	for _, s := range streams {
		s.sent()
	}
}

// Sent has the streams drop the items that were rendered, once a page shows them.
func (t *Tree) Sent() {
	t.Served()
	for _, s := range t.streams {
		s.sent()
	}
}

// HasForgotten reports whether the page shows items that the view has dropped: a page that may miss
// some can't be brought up to date.
func (t *Tree) HasForgotten() bool {
	for _, s := range t.streams {
		if s.kept {
			return true
		}
	}
	return false
}

// ShownStream is a stream as the page shows it.
type ShownStream struct {
	Name string
	IDs  []string // of the items' elements, in order
}

// Streams lists the streams that the page shows.
func (t *Tree) Streams() []ShownStream {
	var all []ShownStream
	for ref, s := range t.streams {
		shown := ShownStream{Name: ref.Name()}
		for _, id := range s.ids {
			shown.IDs = append(shown.IDs, ref.DOMIDOf(id))
		}
		all = append(all, shown)
	}
	return all
}
