package livetest

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/render"
)

// streams are those that the view shows; nil is no view.
func (p *Page) streams(view *live.Probed) []render.ShownStream {
	if view == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), p.site.Patience)
	defer cancel()
	return view.Streams(ctx)
}

// compareStreams says what is wrong with the elements of streams, "" for nothing. byID has
// the page's elements.
func compareStreams(streams []render.ShownStream, byID map[string]*html.Node) string {
	for _, s := range streams {
		var container *html.Node
		for _, id := range s.IDs {
			if n := byID[id]; n != nil {
				container = n.Parent
				break
			}
		}
		var there []string
		if container != nil {
			for _, n := range elements(container) {
				there = append(there, attr(n, "id"))
			}
		}
		if !slices.Equal(there, s.IDs) {
			i := 0
			for i < len(there) && i < len(s.IDs) && there[i] == s.IDs[i] {
				i++
			}
			rest := func(ids []string) []string { return ids[i:min(len(ids), i+nearest)] }
			return fmt.Sprintf("the stream %q has %d items and the page %d; from item %d on the stream has %q and the page %q",
				s.Name, len(s.IDs), len(there), i, rest(s.IDs), rest(there))
		}
	}
	return ""
}
