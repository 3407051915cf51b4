package query

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Key names a query's result. Make keys as package variables with [NewKey]. As with a key of package state, reads look
// outward from the component to the page, and writes stay in the callback's own. It is safe for concurrent use; each
// view has a result of its own.
type Key[T any] struct {
	result *state.Key[Result[T]]
	slot   *state.Key[*slot[T]]

	mu   sync.Mutex // of all that looks at queries of the key
	hubs map[hubID]*hub[T]
}

// NewKey returns a new key. Its name is as for state.NewKey.
func NewKey[T any](name string) *Key[T] {
	return &Key[T]{
		result: state.NewKey[Result[T]](name).WithEqual(same[T]),
		slot:   state.NewKey[*slot[T]](name + " (query)").WithEqual(func(a, b *slot[T]) bool { return a == b }),
	}
}

// Name returns the name given to NewKey.
func (k *Key[T]) Name() string { return k.result.Name() }

// Get returns what is shown: that of the nearest page or component that keeps the key, or the zero Result. It panics if
// ctx belongs to no view.
func (k *Key[T]) Get(ctx context.Context) Result[T] { return k.result.Get(ctx) }

// Keep loads the query's rows, and keeps them up to date until the page or component of the callback ends, or Keep is
// called again for the key there. The rows that are shown stay until others are there.
//
// In a page that is not connected, as in Mount, Keep waits for the rows, unless q says otherwise. In one that is
// connected they come later, and the result is Loading. If the callback fails, the query that was kept before stays.
// An error of the load is in the result, not the callback's; the load is tried again, after 1 s to 30 s.
//
// A view keeps up to 32 queries. One more has the error [ErrTooMany] in its result. Keep panics if q lacks what it
// needs.
func (k *Key[T]) Keep(s *views.Socket, q Live[T]) {
	q.check(k.Name())
	sl, err := k.slotOf(s)
	if err != nil {
		k.result.Set(s, Result[T]{Page: Page{Number: 1, Size: q.Page.Size, Total: -1}, Err: err})
		return
	}
	v := &viewer[T]{slot: sl, live: &q}
	at := placeOf(q.Page, q.Cursor != nil)
	if q.Initial != nil {
		f := fetch[T]{q: &q, size: q.Page.Size}
		v.given = f.page(at, q.Initial[:min(len(q.Initial), q.Page.Size+1)])
		v.given.total = -1
		q.describe(v.given)
	}
	v.look(s, at, false)
}

// slotOf returns the slot of the callback's page or component.
func (k *Key[T]) slotOf(s *views.Socket) (*slot[T], error) {
	if sl, ok := k.own(s); ok {
		return sl, nil
	}
	if err := enter(s.Ref().ViewID()); err != nil {
		return nil, err
	}
	sl := &slot[T]{key: k, ref: s.Ref(), isOpen: s.Connected()}
	s.OnEnd(sl.end)
	s.OnRollback(sl.end) // nobody finds it any more
	s.OnConnection(sl.connection)
	k.slot.Set(s, sl)
	k.result.Set(s, Result[T]{})
	return sl, nil
}

// own returns the slot of the callback's own page or component.
func (k *Key[T]) own(s *views.Socket) (*slot[T], bool) {
	sl := k.slot.Get(s)
	return sl, sl != nil && sl.ref == s.Ref()
}

// Refetch loads the page again that is shown, and shows exactly that: with Live.ByID, new rows too, and none that are
// deleted. It panics if the callback's page or component does not keep the key.
func (k *Key[T]) Refetch(s *views.Socket) {
	r := k.result.Get(s)
	k.turn(s, "Refetch", func(keyset bool) place {
		if keyset && r.Page.After != "" {
			return place{number: r.Page.Number, after: r.Page.After}
		}
		return place{number: max(r.Page.Number, 1)}
	}, true)
}

// Turn shows another page of the query. It panics if the callback's page or component does not keep the key.
func (k *Key[T]) Turn(s *views.Socket, to Target) {
	r := k.result.Get(s)
	k.turn(s, "Turn", func(keyset bool) place { return r.Page.turned(to, keyset) }, false)
}

func (k *Key[T]) turn(s *views.Socket, what string, to func(keyset bool) place, again bool) {
	sl, ok := k.own(s)
	if !ok {
		panic(fmt.Sprintf("query: %s of %q, which this page or component does not keep: Keep it in Mount", what, k.Name()))
	}
	before := sl.newest()
	if before == nil {
		return // the view has ended
	}
	q := *before.live
	q.Initial, q.Lazy = nil, false
	(&viewer[T]{slot: sl, live: &q, hub: before.hub}).look(s, to(q.Cursor != nil), again)
}

// look has a viewer look at a place from now on, in the place of the one before.
func (v *viewer[T]) look(s *views.Socket, at place, again bool) {
	k, sl := v.slot.key, v.slot
	receive := func(_ any, s *views.Socket, _ struct{}) error { return v.receive(s) }
	v.send = views.SendFuncFrom(s, receive, receive)
	v.onFail = v.failed
	v.mayFail = v.live.After != nil || v.live.Stream != nil
	ready := make(chan struct{})
	v.ready, v.isHeld, v.isWatched = ready, true, s.Connected()
	before := sl.begin(v)
	stop := s.OnEnd(func() { sl.giveUp(v) }) // if the callback fails
	s.OnCommit(func() {
		stop()
		sl.become(v)
	})
	s.OnRollback(func() { sl.goBack(v, before) })

	k.result.Update(s, func(r Result[T]) Result[T] {
		r.Loading = v.given == nil
		if r.Page.Size == 0 {
			r.Page = Page{Number: at.number, Size: v.live.Page.Size, Total: -1}
		}
		return r
	})
	mustWait := !v.isWatched && !v.live.Lazy && v.given == nil
	watched := v.isWatched
	v.join(s, at, mustWait, again)
	if v.given != nil {
		v.apply(s, &update[T]{page: v.given, at: v.given.at})
	}
	switch {
	case mustWait:
		select {
		case <-ready:
		case <-s.Done(): // the callback's time is over
		}
	case watched && v.given == nil && v.live.Wait > 0:
		timer := time.NewTimer(v.live.Wait)
		defer timer.Stop()
		select {
		case <-ready:
		case <-timer.C:
		case <-s.Done():
		}
	}
	v.apply(s, v.take())
}

// receive shows what a load has led to that no callback has waited for. If that fails, the page says so.
func (v *viewer[T]) receive(s *views.Socket) error {
	u := v.take()
	if u == nil {
		return nil
	}
	again := u.isNotShown()
	if v.mayFail && !again {
		stop := s.OnEnd(v.onFail)
		s.OnCommit(func() { stop() })
	}
	v.apply(s, u)
	if v.live.After == nil || again {
		return nil
	}
	return v.live.After(s, v.slot.key.result.Get(s))
}

// errNotShown is the error of rows with which the page could not be rendered.
var errNotShown = errors.New("query: the page can't be rendered with the rows")

// isNotShown reports whether the rows could not be shown. It looks into no error of the application's, whose methods may panic.
func (u *update[T]) isNotShown() bool {
	return u.err == errNotShown //nolint:errorlint // nothing wraps it
}

// apply shows what a load has led to; nil changes nothing.
func (v *viewer[T]) apply(s *views.Socket, u *update[T]) {
	if u == nil {
		return
	}
	k := v.slot.key
	before := k.result.Get(s)
	now := before
	if u.page != nil {
		now = v.merge(before, u)
		if st := v.live.Stream; st != nil {
			show(s, st, before, now)
			now.Items = nil
			if v.live.ByID == nil {
				now.rows = nil
			}
		}
		v.noteShown(s, now.ids)
	}
	now.Loading, now.Err = false, u.err
	k.result.Set(s, now)
	if at := (place{number: now.Page.Number, after: now.Page.After}); u.page != nil && u.at != at {
		s.OnCommit(func() { v.move(at, u.changes) })
	}
	if !u.isNotShown() {
		s.OnRollback(v.onFail)
	}
}

// noteShown notes which rows are shown once the callback has succeeded, for ByID.
func (v *viewer[T]) noteShown(s *views.Socket, ids []string) {
	if v.live.ByID == nil {
		return
	}
	var before []string
	s.OnCommit(func() { before = v.show(ids) })
	s.OnRollback(func() { v.show(before) })
}

// merge returns the result with a page that was loaded. With ByID, the rows that the viewer has loaded before stay.
func (v *viewer[T]) merge(before Result[T], u *update[T]) Result[T] {
	p, q := u.page, v.live
	now := Result[T]{
		Items: p.items, rows: p.items, ids: p.ids, sums: p.sums, Ready: true, of: v,
		Page: Page{
			Number: p.at.number, Size: q.Page.Size, After: p.at.after, More: p.more, Total: p.total,
			first: p.first, last: p.last, keyset: q.Cursor != nil,
		},
	}
	if q.ByID == nil || before.of != any(v) || len(before.ids) == 0 {
		return now
	}
	now.Page.Number, now.Page.After = before.Page.Number, before.Page.After
	now.Page.first, now.Page.last = before.Page.first, before.Page.last
	fresh := map[string]int{}
	for i, id := range p.ids {
		fresh[id] = i
	}
	if p.at == (place{number: before.Page.Number, after: before.Page.After}) {
		now.New = len(fresh)
	}
	now.ids, now.sums, now.gone = before.ids, slices.Clone(before.sums), make([]bool, len(before.ids))
	now.rows = slices.Clone(before.rows)
	for i, id := range before.ids {
		value, found := u.byID.found[id]
		switch j, ok := fresh[id]; {
		case ok:
			now.rows[i], now.sums[i] = p.items[j], p.sums[j]
			now.New = max(now.New-1, 0)
		case found:
			now.rows[i], now.sums[i] = value.item, value.sum
		default:
			now.gone[i] = u.byID.asked[id] || before.isGone(i)
		}
	}
	now.Items = now.rows
	return now
}
