package state

import (
	"context"
	"math"
	"slices"
)

// Job is work that goes on beside a view: see [Async] for how pages have it done. Package
// views starts what a transaction holds when its callback has succeeded.
type Job struct {
	// Keys are what the job is to make. A newer job for one of them, in the same scope,
	// takes it away; a job that has lost all of its keys is cancelled and its result
	// ignored. Without keys a job ends with its scope only.
	Keys []any
	// Name is for messages.
	Name string
	// WhenConnected makes the job wait until a browser is connected.
	WhenConnected bool
	// Run does the work, on a goroutine of its own. ctx ends with the scope and when the
	// job is cancelled. A panic counts as an error.
	Run func(ctx context.Context) (any, error)
	// Done takes what came of it, in a callback of the scope, unless the job was
	// cancelled. keys are those that the job still has. err may also be one of package
	// views, of a job that could not run.
	Done func(w Writer, keys []any, v any, err error) error
	// Progress, if there is one, is told how far Run is, in callbacks of the scope.
	Progress func(w Writer, keys []any, done float64)
}

// Start starts a job when the callback succeeds. It supersedes earlier jobs with its keys.
func (t *Tx) Start(j Job) {
	j.Keys = slices.Clone(j.Keys)
	t.release(j.Keys)
	t.jobs = append(t.jobs, j)
}

// Cancel cancels the job that has the key, if there is one, when the callback succeeds.
func (t *Tx) Cancel(key any) {
	keys := []any{key}
	t.release(keys)
	t.jobs = append(t.jobs, Job{Keys: keys})
}

// release takes the keys away from what this callback has started before: a job that is
// left with none never runs.
func (t *Tx) release(keys []any) {
	left := t.jobs[:0]
	for _, j := range t.jobs {
		had := len(j.Keys)
		j.Keys = slices.DeleteFunc(j.Keys, func(k any) bool { return slices.Contains(keys, k) })
		if had == 0 || len(j.Keys) > 0 {
			left = append(left, j)
		}
	}
	clear(t.jobs[len(left):])
	t.jobs = left
}

// Jobs are what the callback has started and cancelled, in order. One without Run cancels
// its keys. It is for package views.
func (t *Tx) Jobs() []Job { return t.jobs }

type progressKey struct{}

// WithProgress returns a context whose [Progress] calls report, from any goroutine, with
// a number from 0 to 1. It is for package views.
func WithProgress(ctx context.Context, report func(done float64)) context.Context {
	return context.WithValue(ctx, progressKey{}, report)
}

// Progress says, from inside a function that was started beside a view, how much of its
// work is done: from 0 to 1. It never waits: of what is reported while the view is busy
// only the newest is shown. In any other context it does nothing.
func Progress(ctx context.Context, done float64) {
	if report, ok := ctx.Value(progressKey{}).(func(float64)); ok && !math.IsNaN(done) {
		report(min(max(done, 0), 1))
	}
}
