package scope

import (
	"context"
	"math"
	"slices"
)

// Job is a background task as a transaction holds it. It is started when the callback has
// succeeded.
type Job struct {
	// Keys are the keys whose values the job makes. A newer job for one of them, in the
	// same scope, takes that key over. A job that has lost all of its keys is cancelled and
	// its result ignored. A job without keys only ends with its scope.
	Keys []any
	// Name is for messages.
	Name string
	// WhenConnected makes the job wait until a browser is connected.
	WhenConnected bool
	// Run does the work, on a goroutine of its own. ctx ends with the scope and when the
	// job is cancelled. A panic counts as an error.
	Run func(ctx context.Context) (any, error)
	// Done takes the result, in a callback of the scope, unless the job was cancelled. keys
	// are those that the job has not lost. err is that of Run, or says why the job did not
	// run.
	Done func(w Writer, keys []any, v any, err error) error
	// Progress, if not nil, takes the progress that Run reports, in callbacks of the scope.
	Progress func(w Writer, keys []any, done float64)
}

// Start starts a job when the callback succeeds. It supersedes earlier jobs with its keys.
func (t *Tx) Start(j Job) {
	j.Keys = slices.Clone(j.Keys)
	t.release(j.Keys)
	t.jobs = append(t.jobs, j)
}

// Cancel cancels the key's job, if there is one, when the callback succeeds.
func (t *Tx) Cancel(key any) {
	keys := []any{key}
	t.release(keys)
	t.jobs = append(t.jobs, Job{Keys: keys})
}

// release takes the keys from the jobs that this callback has started before. A job that is
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

// Jobs returns the jobs that the callback has started and cancelled, in order. A job without
// Run cancels those with its keys.
func (t *Tx) Jobs() []Job { return t.jobs }

type progressKey struct{}

// WithProgress returns a context that reports progress to report, from any goroutine.
func WithProgress(ctx context.Context, report func(done float64)) context.Context {
	return context.WithValue(ctx, progressKey{}, report)
}

// Progress reports how much of the context's job is done, limited to the range from 0 to 1.
// It does nothing if ctx is not that of a job, or done is not a number.
func Progress(ctx context.Context, done float64) {
	if report, ok := ctx.Value(progressKey{}).(func(float64)); ok && !math.IsNaN(done) {
		report(min(max(done, 0), 1))
	}
}
