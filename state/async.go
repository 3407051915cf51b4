package state

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Async is a key whose value comes from work that runs beside the view. Make it as a
// package variable with [NewAsync]; it is safe for concurrent use.
//
// Work is started in a callback and begins when that has succeeded. It belongs to the
// page or component whose callback started it: its context ends with that. A newer Start
// supersedes an older one: its context is cancelled and its result ignored. A function
// that goes on when its context has ended harms nobody but still counts among those that
// one view may have running.
type Async[T any] struct {
	outcome *Key[outcome[T]]
	work    *Key[work]
	loading *Derived[bool]
}

// Result is the state of an [Async]. Value is the last good one, also while Loading and
// beside an Err. The zero Result is that of work that was never started.
type Result[T any] struct {
	Loading bool
	Ready   bool // there is a Value
	Value   T
	// Err is that of the last work: what its function returned; context.Canceled after
	// Cancel; of package views a *PanicError if it has panicked, ErrFull if too much runs.
	Err error
	// Progress is what the function has reported with Progress, from 0 to 1; 1 when it has
	// succeeded.
	Progress float64
}

// outcome changes when work has begun or ended, and work also in between, so that what
// shows a value is not rendered again as a newer one progresses.
type outcome[T any] struct {
	ready bool
	value T
	err   error
}

type work struct {
	loading  bool
	progress float64
}

// NewAsync returns a new key for work, as [NewKey] does.
func NewAsync[T any](name string) *Async[T] {
	same := equalOf[T]()
	a := &Async[T]{work: NewKey[work](name + " (work)")}
	a.outcome = NewKey[outcome[T]](name).WithEqual(func(a, b outcome[T]) bool {
		return a.ready == b.ready && sameError(a.err, b.err) && (!a.ready || same != nil && same(a.value, b.value))
	})
	a.loading = Field(a.work, func(w work) bool { return w.loading })
	return a
}

func sameError(a, b error) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return reflect.ValueOf(a).Comparable() && reflect.ValueOf(b).Comparable() && any(a) == any(b) // the same one
}

// Name is the name given to NewAsync.
func (a *Async[T]) Name() string { return a.outcome.Name() }

// Get returns how the work stands: that of the nearest scope that has started some. It
// panics if ctx belongs to no view.
func (a *Async[T]) Get(ctx context.Context) Result[T] {
	o, w := a.outcome.Get(ctx), a.work.Get(ctx)
	return Result[T]{Loading: w.loading, Ready: o.ready, Value: o.value, Err: o.err, Progress: w.progress}
}

// Loading is Get's field. What reads no more than this is not rendered again as the work
// progresses.
func (a *Async[T]) Loading(ctx context.Context) bool { return a.loading.Get(ctx) }

// Value returns the last good value and whether there is one. What reads no more than
// this, and Err, is not rendered again as the work progresses.
func (a *Async[T]) Value(ctx context.Context) (v T, ready bool) {
	o := a.outcome.Get(ctx)
	return o.value, o.ready
}

// Err is Get's field; see Value.
func (a *Async[T]) Err(ctx context.Context) error { return a.outcome.Get(ctx).err }

// Start runs f beside the view, when the callback has succeeded. At once the result is
// Loading and has no Err; its Value stays until there is another. f is to return when
// its context ends. It must not use the socket, and reads no keys: give it what it needs.
func (a *Async[T]) Start(w Writer, f func(ctx context.Context) (T, error)) { a.start(w, f, false) }

// StartWhenConnected is Start, but f begins only when the page's stream is open, so that
// neither the first paint nor a page that nobody looks at costs its work. The result is
// Loading at once.
func (a *Async[T]) StartWhenConnected(w Writer, f func(ctx context.Context) (T, error)) {
	a.start(w, f, true)
}

func (a *Async[T]) start(w Writer, f func(ctx context.Context) (T, error), connected bool) {
	a.begin(w)
	w.Tx().Start(Job{
		Keys: []any{a}, Name: a.Name(), WhenConnected: connected,
		Run:      func(ctx context.Context) (any, error) { return f(ctx) },
		Done:     func(w Writer, _ []any, v any, err error) error { a.settle(w, v, err); return nil },
		Progress: func(w Writer, _ []any, done float64) { a.advance(w, done) },
	})
}

// Cancel ends the work that the writer's own scope has started, if some runs: it is not
// Loading any more, and its Err is context.Canceled.
func (a *Async[T]) Cancel(w Writer) {
	w.Tx().Cancel(any(a))
	if now := a.ownWork(w); now.loading {
		now.loading = false
		a.work.Set(w, now)
		o := a.own(w)
		o.err = context.Canceled
		a.outcome.Set(w, o)
	}
}

// Set gives the result a value as if work had ended with it, and cancels what runs.
func (a *Async[T]) Set(w Writer, v T) {
	w.Tx().Cancel(any(a))
	a.settle(w, v, nil)
}

// own is what the writer's own scope has: that of a scope around it is somebody else's work.
func (a *Async[T]) own(w Writer) outcome[T] {
	v, _ := w.Tx().own(&a.outcome.k)
	o, _ := v.(outcome[T])
	return o
}

func (a *Async[T]) ownWork(w Writer) work {
	v, _ := w.Tx().own(&a.work.k)
	now, _ := v.(work)
	return now
}

func (a *Async[T]) begin(w Writer) {
	a.work.Set(w, work{loading: true})
	if _, has := w.Tx().own(&a.outcome.k); !has || a.own(w).err != nil {
		o := a.own(w)
		o.err = nil
		a.outcome.Set(w, o)
	}
}

func (a *Async[T]) settle(w Writer, v any, err error) {
	now, o := a.ownWork(w), a.own(w)
	now.loading = false
	if o.err = err; err == nil {
		now.progress = 1
		o.ready = true
		o.value, _ = v.(T) // a nil interface value is its zero value
	}
	a.work.Set(w, now)
	a.outcome.Set(w, o)
}

func (a *Async[T]) advance(w Writer, done float64) {
	if a.ownWork(w).loading {
		a.work.Set(w, work{true, done})
	}
}

// AnyAsync is an [Async] of any type.
type AnyAsync interface {
	Name() string
	itself() AnyAsync // the *Async, also of a type that it is embedded in
	begin(w Writer)
	settle(w Writer, v any, err error)
	advance(w Writer, done float64)
}

func (a *Async[T]) itself() AnyAsync { return a }

// Loaded is what a function of [StartTogether] has for one of its keys.
type Loaded struct {
	of    AnyAsync
	value any
	err   error
}

// Loaded pairs the key with its new value, for [StartTogether].
func (a *Async[T]) Loaded(v T) Loaded { return Loaded{of: a, value: v} }

// Failed pairs the key with an error of its own, for [StartTogether].
func (a *Async[T]) Failed(err error) Loaded { return Loaded{of: a, err: err} }

// StartTogether is [Async.Start] for several keys whose values come from one function.
// They change together. An error of f is that of all; a key that f has nothing for fails.
// A newer Start of one of the keys takes this one away, and a Cancel too: the work goes
// on for the others. It panics without keys, and if one is given twice.
func StartTogether(w Writer, f func(ctx context.Context) ([]Loaded, error), keys ...AnyAsync) {
	if len(keys) == 0 {
		panic("state: StartTogether without a key to load")
	}
	names := make([]string, len(keys))
	all := make([]any, len(keys))
	for i, k := range keys {
		k = k.itself()
		if slices.Contains(all[:i], any(k)) {
			panic(fmt.Sprintf("state: StartTogether has the key %q twice", k.Name()))
		}
		k.begin(w)
		names[i], all[i] = k.Name(), k
	}
	w.Tx().Start(Job{
		Keys: all, Name: strings.Join(names, ", "),
		Run: func(ctx context.Context) (any, error) {
			got, err := f(ctx)
			if err != nil {
				return nil, err
			}
			return got, checkLoaded(got, all)
		},
		Done: func(w Writer, current []any, v any, err error) error {
			got, _ := v.([]Loaded)
			for _, k := range current {
				k := k.(AnyAsync)
				i := slices.IndexFunc(got, func(l Loaded) bool { return l.of == k })
				switch {
				case err != nil:
					k.settle(w, nil, err)
				case i < 0:
					k.settle(w, nil, fmt.Errorf("state: the function that was to load %q has returned nothing for it", k.Name()))
				default:
					k.settle(w, got[i].value, got[i].err)
				}
			}
			return nil
		},
		Progress: func(w Writer, current []any, done float64) {
			for _, k := range current {
				k.(AnyAsync).advance(w, done)
			}
		},
	})
}

func checkLoaded(got []Loaded, keys []any) error {
	for _, l := range got {
		if l.of == nil {
			return fmt.Errorf("state: StartTogether got an empty Loaded: make it with a key's Loaded or Failed")
		}
		if !slices.Contains(keys, any(l.of)) {
			return fmt.Errorf("state: StartTogether has loaded %q, which is not among the keys it was started for", l.of.Name())
		}
	}
	return nil
}
