package state

import (
	"context"
	"slices"
)

// StreamRef names a stream in the scope that holds it. It is comparable. It and
// [StreamItems] are for package views: page authors need neither.
type StreamRef struct {
	scope *Scope
	key   *key
}

// StreamItems is what a stream held when a rendering read it. It does not change any more.
type StreamItems[T any] struct {
	Ref    StreamRef
	stream *Stream[T]
	held   *slotList[T]
}

// Items reads the stream for a rendering.
func (st *Stream[T]) Items(ctx context.Context) StreamItems[T] {
	src := sourceOf(ctx)
	ref := StreamRef{src.scope, &st.k}
	for s := src.scope; s != nil; s = s.outer.Load() {
		if _, ok := s.now.Load().get(&st.k); ok {
			ref.scope = s
			break
		}
	}
	return StreamItems[T]{ref, st, st.held(ctx)}
}

// Broken reports whether items were forgotten before anyone rendered them; see [MaxPending].
func (it *StreamItems[T]) Broken() bool { return it.held != nil && it.held.broken }

// Len is the number of slots.
func (it *StreamItems[T]) Len() int { return len(it.held.all()) }

// ID is the item's id in slot i.
func (it *StreamItems[T]) ID(i int) string { return it.held.ids[i] }

// IDs lists the ids of all slots. It is not to be changed.
func (it *StreamItems[T]) IDs() []string { return it.held.all() }

// DOMID is the id of the element of slot i.
func (it *StreamItems[T]) DOMID(i int) string { return it.stream.DOMIDOf(it.held.ids[i]) }

// Item is what is to be rendered for slot i, nil if it was sent and is forgotten.
func (it *StreamItems[T]) Item(i int) *T { return it.held.item(i) }

// waitingList is a *slotList[T] of any T.
type waitingList interface {
	forgotten() waitingList
	without(lost func(i int) bool) waitingList
}

// Name is the stream's name.
func (r StreamRef) Name() string { return r.key.name }

// DOMIDOf is that of the stream.
func (r StreamRef) DOMIDOf(id string) string { return domID(r.key.name, id) }

// Owner names the page or component whose stream it is, for messages.
func (r StreamRef) Owner() string { return r.scope.owner }

// Sent forgets the stream's items, which the page shows from now on. Nothing becomes
// dirty by it. Like a commit it may not run beside another use of the scope.
func (r StreamRef) Sent() { r.change(false, waitingList.forgotten) }

// Drop takes out the slots for which lost says so, unless their items still wait to be
// sent: the page does not have them any more. What has read the stream becomes dirty.
func (r StreamRef) Drop(lost func(i int) bool) {
	r.change(true, func(l waitingList) waitingList { return l.without(lost) })
}

func (r StreamRef) change(dirty bool, f func(waitingList) waitingList) {
	now := r.scope.now.Load()
	i := slices.IndexFunc(now.list, func(e entry) bool { return e.key == r.key })
	if i < 0 {
		return
	}
	old := now.list[i].value.(waitingList)
	changed := f(old)
	if changed == old {
		return
	}
	list := slices.Clone(now.list)
	list[i].value = changed
	v := &values{list}
	switch {
	case dirty:
		list[i].version++
		r.scope.set(v)
	case r.scope.shown == now:
		r.scope.shown = v
		r.scope.now.Store(v)
	default:
		r.scope.set(v)
	}
}
