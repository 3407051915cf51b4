package live

import (
	"context"
	"time"

	"github.com/sideband-go/sideband/internal/fault"
)

// What a view has done outside of its turns is observed as activities of their own: background tasks, files that
// arrive, durable state that is read and written. They do not refer to the view, since a task may outlive it.

// Apart returns an activity that belongs to no turn, which has not begun; nil if nobody observes the view. route is the
// pattern of the page's route if the view does not know it yet, method the name of what runs, as the program has it. Safe
// for concurrent use.
func (v *View) Apart(kind ActivityKind, route, method string, cause any) *Activity {
	if v.observed() == nil {
		return nil
	}
	a := &Activity{Kind: kind, Method: method, Cause: cause, host: v.host, page: v.def.Name(), route: route}
	if at := v.Place(); at != nil {
		a.route = at.Pattern
	}
	return a
}

// IsApart reports whether it belongs to no turn.
func (k ActivityKind) IsApart() bool { return k > ActivityPatch }

// Page is the name of the type of the page.
func (a *Activity) Page() string {
	if a.View == nil {
		return a.page
	}
	return a.View.def.Name()
}

// Route is the pattern of the page's route; "" if it is not known.
func (a *Activity) Route() string {
	if a.View == nil {
		return a.route
	}
	if at := a.View.Place(); at != nil {
		return at.Pattern
	}
	return ""
}

// Start begins an activity that Apart has returned. It returns the context for what runs in it. Of nil it returns ctx.
func (a *Activity) Start(ctx context.Context) context.Context {
	if a == nil {
		return ctx
	}
	a.Began = time.Now()
	if o := a.host.observer.Load(); o != nil {
		ctx = (*o).Begin(ctx, a)
	}
	return ctx
}

// Count notes how many bytes there were, and how many rows, files or records. Of nil it does nothing.
func (a *Activity) Count(bytes, count int) {
	if a != nil {
		a.Bytes, a.Items = bytes, count
	}
}

// Finish ends an activity that Apart has returned, once it has begun. err may be any error of the application's. Of nil it
// does nothing.
func (a *Activity) Finish(err error) {
	if a == nil {
		return
	}
	a.Ended, a.Err = time.Now(), fault.Seal(err)
	if o := a.host.observer.Load(); o != nil {
		(*o).End(a)
	}
}

// Load runs f as a background task as Go does. f returns how many rows it has loaded, or why it could not: observers
// are told. cause is the callback that asks for it, or another context; nil if none is known.
func (v *View) Load(cause context.Context, name string, f func(ctx context.Context) (rows int, err error)) error {
	return v.goApart(name, v.Apart(ActivityLoad, "", name, v.causeOf(cause)), f)
}

// observedTask runs what a task runs, and tells the observer.
func observedTask(ctx context.Context, a *Activity, guard *fault.Guard, f func(ctx context.Context) (int, error)) {
	ctx = a.Start(ctx)
	err := errNoReturn
	defer func() {
		if p := recover(); p != nil {
			err = guard.Panicked(p)
			a.Finish(err)
			panic(p)
		}
		a.Finish(err)
	}()
	n, failed := f(ctx)
	a.Count(0, n)
	err = failed
}
