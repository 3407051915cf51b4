package handlers

import (
	"context"
	"log/slog"
	"reflect"
	"slices"

	"github.com/sideband-go/sideband/internal/live"
)

func init() {
	live.Face.Observe = func(kit any) (*slog.Logger, func(live.Observer) (stop func())) {
		k := kit.(*Kit)
		return k.log, k.observe
	}
}

// observe has one more observer told what the kit's views do, until stop is called. stop is nil if there is one of that
// type: what it notes at an activity would be the other's.
func (k *Kit) observe(o live.Observer) (stop func()) {
	one := &o // which tells it from others
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, other := range k.observers {
		if reflect.TypeOf(*other) == reflect.TypeOf(o) {
			return nil
		}
	}
	k.observers = append(slices.Clone(k.observers), one)
	k.tellObservers()
	return func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.observers = slices.DeleteFunc(slices.Clone(k.observers), func(p *live.Observer) bool { return p == one })
		k.tellObservers()
	}
}

// tellObservers has the views tell those that there are. The caller holds mu.
func (k *Kit) tellObservers() {
	switch len(k.observers) {
	case 0:
		k.views.Observe(nil)
	case 1:
		k.views.Observe(*k.observers[0])
	default:
		k.views.Observe(observers(k.observers))
	}
}

// observers are several. The last one that gives a context or a cause has its say.
type observers []*live.Observer

// Cause is part of live.Observer.
func (all observers) Cause(ctx context.Context) (cause any) {
	for _, o := range all {
		if c := (*o).Cause(ctx); c != nil {
			cause = c
		}
	}
	return cause
}

// Begin is part of live.Observer.
func (all observers) Begin(ctx context.Context, a *live.Activity) context.Context {
	for _, o := range all {
		ctx = (*o).Begin(ctx, a)
	}
	return ctx
}

// End is part of live.Observer.
func (all observers) End(a *live.Activity) {
	for _, o := range all {
		(*o).End(a)
	}
}
