package render

import (
	"context"

	"github.com/a-h/templ"
)

// withFreshOnce returns a context for rendering a region again, in which templ renders its
// once-blocks again. If such a block stood before the region in the page, the region now has content
// that it did not have, so that the whole view is rendered.
func withFreshOnce(ctx context.Context) context.Context {
	if c, ok := ctx.(*onceContext); ok {
		ctx = c.Context // of the rendering before; contexts must not pile up
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

// templKey is the key of templ's own value in contexts.
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
