package query

import "context"

// Left returns how many shared queries a key has, and how many queries count for a view.
func Left[T any](k *Key[T]) (hubs, slots int) {
	k.mu.Lock()
	hubs = len(k.hubs)
	k.mu.Unlock()
	queries.Lock()
	defer queries.Unlock()
	for _, n := range queries.of {
		slots += n
	}
	return hubs, slots
}

// Walk turns over the pages of a query without a view.
type Walk[T any] struct {
	q  Live[T]
	at Result[T]
}

func NewWalk[T any](q Live[T]) *Walk[T] {
	q.check("walk")
	return &Walk[T]{q: q}
}

func (w *Walk[T]) Open(ctx context.Context, n int) (Result[T], error) {
	return w.load(ctx, place{number: n})
}

func (w *Walk[T]) Turn(ctx context.Context, to Target) (Result[T], error) {
	return w.load(ctx, w.at.Page.turned(to, w.q.Cursor != nil))
}

func (w *Walk[T]) load(ctx context.Context, at place) (Result[T], error) {
	p, err := w.q.fetch(ctx, at)
	if err == nil {
		w.at = (&viewer[T]{live: &w.q}).merge(Result[T]{}, &update[T]{page: p})
	}
	return w.at, err
}
