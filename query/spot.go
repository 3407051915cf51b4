package query

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/views"
)

// spot is one page of a query that viewers look at: when it is loaded, and what was loaded last. The key's mutex guards
// it.
type spot[T any] struct {
	hub     *hub[T]
	at      place
	viewers map[*viewer[T]]struct{}
	topics  []pubsub.AnyTopic // that follow its rows

	running *flight[T]      // nil if none
	timer   *time.Timer     // of the next load; nil if none is planned
	last    time.Time       // when the newest load began
	isDirty bool            // something has changed since then
	isMoved bool            // the topics that follow its rows are not those from before
	moves   int             // loads in a row for that reason alone, after which it was so again; counts the first load, too
	isAsked bool            // a viewer waits for its first rows
	isGiven bool            // a viewer has brought rows, and nobody has subscribed yet
	fails   int             // loads that have failed in a row
	cause   context.Context // of a load that begins now; nil if it is not known
	newest  *update[T]      // for viewers that come soon, see AtMost; nil if it is not kept
}

// flight is a load under way.
type flight[T any] struct {
	spot    *spot[T]
	live    *Live[T] // of a viewer
	ctx     context.Context
	cancel  context.CancelFunc
	changes uint64 // of the hub when it began
	forAll  bool   // something has changed: all viewers get it, not just those that have asked
	isMoved bool   // it has begun because other topics follow the rows, and for no other reason
	ids     map[string]bool
	given   *loaded[T]      // rows that take the place of a load; nil if there are none
	cause   context.Context // of the load; nil if it is not known
}

// update is what a load has led to.
type update[T any] struct {
	page    *loaded[T]
	byID    values[T] // of rows that are shown and not in the page
	err     error
	changes uint64 // of the hub when the load began
	at      place  // of the spot
}

// errMoves says that the rows may be older than what follows them.
var errMoves = fmt.Errorf("%w topics: Follow has named new ones after %d loads in a row, though nothing else has changed", ErrTooMany, maxMoves)

// nothing is in the place of a function that there is none of.
func nothing() {}

// schedule plans the next load. It returns what the caller has to call once it has given up the key's mutex.
func (sp *spot[T]) schedule(now time.Time) (then func()) {
	if sp.timer != nil {
		sp.timer.Stop()
		sp.timer = nil
	}
	if sp.running != nil || len(sp.viewers) == 0 { // the end of the load schedules
		return nothing
	}
	due, ok := sp.due(now)
	if !ok {
		return nothing
	}
	if wait := due.Sub(now); wait > 0 {
		sp.timer = time.AfterFunc(wait, sp.fire)
		return nothing
	}
	return sp.begin(now)
}

// fire is called by the timer.
func (sp *spot[T]) fire() {
	k := sp.hub.key
	k.mu.Lock()
	then := sp.schedule(time.Now())
	k.mu.Unlock()
	then()
}

// due returns when the next load is due, if one is.
func (sp *spot[T]) due(now time.Time) (at time.Time, ok bool) {
	if sp.isAsked || sp.isGiven {
		return now, true
	}
	watched := false
	for v := range sp.viewers {
		if watched = v.isWatched; watched {
			break
		}
	}
	if !watched {
		return at, false
	}
	q := sp.hub.settings
	earlier := func(t time.Time) {
		if !ok || t.Before(at) {
			at, ok = t, true
		}
	}
	if sp.isDirty {
		earlier(sp.last.Add(q.AtMost))
	}
	if sp.isMoved {
		earlier(sp.last.Add(max(q.AtMost, pauseAfter(sp.moves-1))))
	}
	if q.Every > 0 {
		earlier(sp.last.Add(max(q.Every, q.AtMost)))
	}
	if sp.fails > 0 {
		retry := pauseAfter(sp.fails)
		retry = time.Duration((0.8 + 0.4*rand.Float64()) * float64(retry))
		at, ok = sp.last.Add(max(retry, q.AtMost)), true // a database that is down is not asked at each message
	}
	return at, ok
}

// pauseAfter is the pause after n loads in a row that were in vain.
func pauseAfter(n int) time.Duration {
	if n <= 0 {
		return 0
	}
	return min(firstRetry<<min(n-1, 10), lastRetry)
}

// begin begins a load.
func (sp *spot[T]) begin(now time.Time) (then func()) {
	candidates := sp.watchers()
	f := &flight[T]{spot: sp, live: candidates[0].live, cause: sp.cause, changes: sp.hub.changes, forAll: sp.isDirty || sp.isMoved || !sp.isAsked, isMoved: sp.isMoved && !sp.isDirty && !sp.isAsked, ids: map[string]bool{}}
	f.ctx, f.cancel = context.WithTimeout(context.Background(), sp.hub.settings.Timeout)
	for v := range sp.viewers {
		for _, id := range v.shown {
			f.ids[id] = true
		}
		if sp.isGiven && !sp.isDirty && !sp.isMoved && !sp.isAsked && v.given != nil {
			f.given = v.given
		}
	}
	sp.running, sp.last, sp.isDirty, sp.isMoved, sp.isAsked, sp.isGiven = f, now, false, false, false, false
	return func() { f.launch(candidates) }
}

// launch runs a load as a background task of one of the views that want it.
func (f *flight[T]) launch(candidates []*viewer[T]) {
	err := views.ErrGone
	for _, v := range candidates {
		private := f.spot.hub.id == hubID{}
		err = v.slot.ref.Load(f.cause, v.slot.key.Name(), func(ctx context.Context) (int, error) {
			if private {
				defer context.AfterFunc(ctx, f.cancel)()
			}
			f.cause = nil
			return f.run(ctx)
		})
		if err == nil {
			return
		}
		if private {
			break
		}
	}
	f.finish(context.Background(), &update[T]{err: fmt.Errorf("query: no background task: %w", err)})
}

// panicked is the error of a load that has panicked.
type panicked struct{ text string }

func (p *panicked) Error() string { return p.text }

// errExited is the error of a load that has called runtime.Goexit.
var errExited = errors.New("query: the load has ended its goroutine")

// withValues is a context with the values of another one.
type withValues struct {
	context.Context
	values context.Context
}

// Value is part of context.Context.
func (c withValues) Value(key any) any {
	if v := c.Context.Value(key); v != nil {
		return v
	}
	return c.values.Value(key)
}

// run loads, and takes the result to the viewers. ctx has the span of the load, but may end before it: others may want
// the rows, too. run returns how many rows there are, or why there are none, for telemetry. A panic is the result's error, and goes on, so that it is logged. A
// load that goes on when its time is over is not waited for: the query goes on without it.
func (f *flight[T]) run(ctx context.Context) (rows int, err error) {
	u := &update[T]{err: errExited}
	late := time.AfterFunc(f.spot.hub.settings.Timeout+grace, func() { f.finish(context.Background(), &update[T]{err: context.DeadlineExceeded}) })
	defer func() {
		r := recover()
		late.Stop()
		if r != nil {
			u.err = &panicked{fmt.Sprintf("query: the load has panicked: %v", r)}
		}
		f.finish(ctx, u)
		if r != nil {
			panic(r)
		}
	}()
	*u = f.load(withValues{f.ctx, ctx})
	switch {
	case u.err != nil && errors.Is(f.ctx.Err(), context.Canceled): // nobody wants it any more
		return 0, views.ErrGone
	case u.page == nil:
		return 0, u.err
	}
	return len(u.page.items), u.err
}

func (f *flight[T]) load(ctx context.Context) (u update[T]) {
	h := f.spot.hub
	_, failed := h.subscribe(ctx, f.spot) // before the load, so that no message is missed in between
	if f.given != nil {
		if f.live.Follow != nil {
			failed = errors.Join(failed, f.follow(ctx, f.given))
		}
		return update[T]{err: failed}
	}
	u.page, u.err = f.live.fetch(ctx, f.spot.at)
	if u.err == nil && f.live.ByID != nil {
		u.byID, u.err = f.live.byIDs(ctx, f.missing(u.page))
	}
	if u.err == nil && f.live.Follow != nil {
		failed = errors.Join(failed, f.follow(ctx, u.page))
	}
	if u.err == nil {
		u.err = failed // the rows are good, but nobody will say when they are not
	}
	return u
}

// missing lists the ids of rows that are shown and that a page does not have.
func (f *flight[T]) missing(p *loaded[T]) (ids []string) {
	for _, id := range p.ids {
		delete(f.ids, id)
	}
	for id := range f.ids {
		ids = append(ids, id)
	}
	return ids
}

// follow subscribes to the topics for the rows of a page.
func (f *flight[T]) follow(ctx context.Context, p *loaded[T]) error {
	topics := f.live.Follow(p.items)
	var err error
	if len(topics) > maxTopics {
		err = fmt.Errorf("%w: %d topics follow the result, %d at most", ErrTooMany, len(topics), maxTopics)
		topics = topics[:maxTopics]
	}
	h := f.spot.hub
	h.key.mu.Lock()
	isLate := f.spot.running != f // another one says what follows
	if !isLate {
		f.spot.topics = topics
	}
	h.key.mu.Unlock()
	if isLate {
		return err
	}
	added, failed := h.subscribe(ctx, f.spot)
	h.key.mu.Lock()
	defer h.key.mu.Unlock()
	if f.spot.running == f {
		f.spot.moved(added || f.spot.isMoved, f.isMoved) // another spot may have subscribed to its topics
	}
	return errors.Join(err, failed)
}

// moved notes whether a load was followed by new topics: then the rows may have changed between the load and the
// subscription. again says that it was a load for that reason alone.
func (sp *spot[T]) moved(isNew, again bool) {
	switch {
	case !isNew:
		sp.moves = 0
	case again:
		sp.moves++
	default:
		sp.moves = 1
	}
	sp.isMoved = isNew
}

// finish takes the result of a load to the viewers, and plans the next one. ctx is the load's, or the empty one.
func (f *flight[T]) finish(ctx context.Context, u *update[T]) {
	defer f.cancel()
	sp, k := f.spot, f.spot.hub.key
	u.changes, u.at = f.changes, sp.at
	k.mu.Lock()
	if sp.running != f { // nobody wants it any more
		k.mu.Unlock()
		return
	}
	sp.running = nil
	forAll := f.forAll || sp.fails > 0 && u.err == nil // all show the failure before
	if u.err != nil {
		sp.fails++
	} else {
		sp.fails = 0
		if sp.moves >= maxMoves {
			u.err = errMoves
		}
	}
	if sp.newest = nil; u.page != nil && sp.hub.settings.AtMost > 0 && sp.hub.settings.Shared != "" && f.live.Stream == nil {
		sp.newest = u
	}
	var deliver []*viewer[T]
	if f.given == nil || u.err != nil {
		sp.isAsked = false
		for v := range sp.viewers {
			if (forAll || v.isWaiting) && v.note(u) {
				deliver = append(deliver, v)
			}
		}
	}
	then := sp.schedule(time.Now())
	k.mu.Unlock()
	for _, v := range deliver {
		v.deliver(ctx)
	}
	then()
}
