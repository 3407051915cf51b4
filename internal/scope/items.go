package scope

import (
	"context"
	"slices"
)

// StreamRef refers to a stream in the scope that holds it. It is comparable.
type StreamRef struct {
	scope *Scope
	key   *Key
}

// StreamItems is what a stream held when a rendering read it. It does not change any more.
type StreamItems[T any] struct {
	Ref  StreamRef
	list *slotList[T]
}

// Items reads the stream for a rendering.
func (st *Stream[T]) Items(ctx context.Context) StreamItems[T] {
	src := SourceOf(ctx)
	ref := StreamRef{src.scope, &st.key}
	for s := src.scope; s != nil; s = s.parent.Load() {
		if _, ok := s.now.Load().get(&st.key); ok {
			ref.scope = s
			break
		}
	}
	return StreamItems[T]{ref, st.read(ctx)}
}

// Broken reports whether items were dropped before they were rendered; see [MaxPending].
func (it *StreamItems[T]) Broken() bool { return it.list != nil && it.list.broken }

// IDs returns the ids of all slots. The result must not be changed.
func (it *StreamItems[T]) IDs() []string { return it.list.all() }

// DOMID returns the id of the element of slot i.
func (it *StreamItems[T]) DOMID(i int) string { return it.Ref.DOMIDOf(it.list.ids[i]) }

// Item returns the item to be rendered for slot i, nil if it was sent and dropped.
func (it *StreamItems[T]) Item(i int) *T { return it.list.item(i) }

// pendingList is a *slotList[T] of any T.
type pendingList interface {
	withoutItems() pendingList
	withoutSlots(lost func(i int) bool) pendingList
}

// Name returns the stream's name.
func (r StreamRef) Name() string { return r.key.Name }

// DOMIDOf returns the id of the element of the item with the id.
func (r StreamRef) DOMIDOf(id string) string { return domID(r.key.Name, id) }

// Sent drops the stream's items, which the page shows from now on. It makes nothing dirty.
// As with a commit, only one goroutine at a time may use the scope.
func (r StreamRef) Sent() { r.change(false, pendingList.withoutItems) }

// Drop removes the slots for which lost returns true, unless their items are still pending:
// the page does not have them any more. What has read the stream becomes dirty.
func (r StreamRef) Drop(lost func(i int) bool) {
	r.change(true, func(l pendingList) pendingList { return l.withoutSlots(lost) })
}

func (r StreamRef) change(dirty bool, f func(pendingList) pendingList) {
	now := r.scope.now.Load()
	i := slices.IndexFunc(now.list, func(e entry) bool { return e.key == r.key })
	if i < 0 {
		return
	}
	old := now.list[i].value.(pendingList)
	changed := f(old)
	if changed == old {
		return
	}
	list := slices.Clone(now.list)
	list[i].value = changed
	v := &values{list}
	switch {
	case dirty:
		list[i].number = r.scope.newNumber()
		r.scope.set(v)
	case r.scope.shown == now:
		r.scope.shown = v
		r.scope.now.Store(v)
	default:
		r.scope.set(v)
	}
}
