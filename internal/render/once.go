package render

import (
	"context"

	"github.com/a-h/templ"
)

// onceMore returns a context for rendering a region again: what templ renders once in
// a page, and rendered in this region, belongs there again. If it stood before the
// region in the page, the region now has what it had not, which makes the whole view
// be rendered.
func onceMore(ctx context.Context) context.Context {
	if c, ok := ctx.(*onceContext); ok {
		ctx = c.Context // of the rendering before; they must not pile up
	}
	own := templ.InitializeContext(context.Background())
	if nonce := templ.GetNonce(ctx); nonce != "" {
		own = templ.WithNonce(own, nonce)
	}
	return &onceContext{ctx, own}
}

type onceContext struct {
	context.Context
	own context.Context
}

func (c *onceContext) Value(key any) any {
	if key == templKey {
		return c.own.Value(key)
	}
	return c.Context.Value(key)
}

// templKey is under what templ keeps its memory of a page in contexts.
var templKey = func() any {
	p := &probe{Context: context.Background()}
	templ.InitializeContext(p)
	return p.key
}()

type probe struct {
	context.Context
	key any
}

func (p *probe) Value(key any) any {
	p.key = key
	return nil
}
