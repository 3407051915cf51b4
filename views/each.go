package views

import (
	"context"
	"io"
	"reflect"
	"unsafe"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/render"
)

// Each renders items. An item that is equal to one of the last rendering, and
// whose reads of keys would answer the same, is not rendered again, provided that
// the item type holds no pointers and item captures nothing: it is a top-level
// function or a method expression, not a closure or a bound method. Nor must it read
// package variables that change.
//
// Give each item one element with an id made from its key: that is how the browser
// tells items apart. Equal items are found by their value alone; key says what the list
// is keyed by, as EachBy needs it.
func Each[T any, K comparable](items []T, key func(T) K, item func(T) templ.Component) templ.Component {
	h, ok := render.HasherOf(reflect.TypeFor[T]())
	if !ok {
		return eachOf(items, item, nil)
	}
	return eachOf(items, item, func(t *T) uint64 { return h.Sum(unsafe.Pointer(t)) })
}

// EachBy is Each for items that hold pointers: an item counts as equal to one with
// the same key and the same version, for which its time of change will do.
func EachBy[T any, K, V comparable](items []T, key func(T) K, version func(T) V, item func(T) templ.Component) templ.Component {
	type identity struct {
		key     K
		version V
	}
	h, ok := render.HasherOf(reflect.TypeFor[identity]())
	if !ok {
		return eachOf(items, item, func(t *T) uint64 {
			return render.HashOf(identity{key(*t), version(*t)})
		})
	}
	return eachOf(items, item, func(t *T) uint64 {
		id := identity{key(*t), version(*t)}
		return h.Sum(unsafe.Pointer(&id))
	})
}

func eachOf[T any](items []T, item func(T) templ.Component, hash func(*T) uint64) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		var list *render.List
		if hash != nil {
			list = render.BeginList(ctx, w, item, len(items))
		}
		if list == nil {
			for _, it := range items {
				if err := item(it).Render(ctx, w); err != nil {
					return err
				}
			}
			return nil
		}
		for i := range items {
			list.Add(hash(&items[i]))
		}
		for i, it := range items {
			if list.Reuse(i) {
				continue
			}
			if err := list.Item(ctx, w, item(it)); err != nil {
				return err
			}
		}
		list.End()
		return nil
	})
}
