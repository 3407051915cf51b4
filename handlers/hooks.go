package handlers

import (
	"context"
	"net/http"
	"slices"

	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/views"
)

// Hooks returns middleware that has hooks run around the callbacks of all pages below it:
//
//	r.Use(kit.Hooks(Require))
//
// Those of an outer group come first, then those of inner ones, then those of the route ([View]), then those that the
// page has attached. The hooks of a page are those of the request that mounts it; a remount asks again. A patch to an
// address with other hooks loads it.
func (k *Kit) Hooks(hooks ...views.Hook) func(http.Handler) http.Handler {
	group := live.Face.Hooks(hooks)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(&hooked{r.Context(), k, group}))
		})
	}
}

// hooked is the context of a request below a group's middleware.
type hooked struct {
	context.Context
	kit   *Kit
	group []*live.Hook
}

// hookedKey is the key of the innermost *hooked of a kit.
type hookedKey struct{ kit *Kit }

// Value is part of context.Context.
func (c *hooked) Value(key any) any {
	if key == (hookedKey{c.kit}) {
		return c
	}
	return c.Context.Value(key)
}

// hooks returns the hooks of the page that the request asks for, or that asks.
func (rt Route) hooks(r *http.Request) []*live.Hook {
	list := rt.def.Hooks
	c, _ := r.Context().Value(hookedKey{rt.kit}).(*hooked)
	for c != nil {
		list = slices.Concat(c.group, list)
		c, _ = c.Context.Value(hookedKey{rt.kit}).(*hooked)
	}
	return list
}
