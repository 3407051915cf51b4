package live

import (
	"errors"
	"slices"

	"github.com/sideband-go/sideband/internal/scope"
)

// result is the result of a background task that was taken in the turn under way. If the view
// can't be rendered with it, it is taken once more, without the rest of the turn; if the rendering
// fails again, as an error, so that its keys do not stay in the loading state.
type result struct {
	work  *work
	job   scope.Job
	keys  []any
	value any
	err   error
	again bool
}

var errNotShown = errors.New("views: the page can't be rendered with the result")

// noted has a rollback take the result again.
func (r *result) noted() {
	s := &r.work.view.savepoint
	s.results = append(s.results, Call{Name: r.job.Name, isNamed: true, component: r.work.component, Run: r.retake})
}

func (r *result) retake(cb *Callback) error {
	if r.again {
		r.value, r.err = nil, errNotShown
	} else {
		r.again = true
		cb.OnCommit(r.noted)
	}
	keys := r.work.unclaimed(r.keys)
	if len(keys) == 0 {
		return nil
	}
	return r.job.Done(cb, keys, r.value, r.err)
}

// unclaimed returns the keys that no newer task has taken over.
func (w *work) unclaimed(keys []any) []any {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(keys), func(k any) bool {
		t := w.newest[k]
		return t != nil && !t.isOver()
	})
}
