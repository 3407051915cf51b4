package live

import (
	"errors"
	"slices"

	"github.com/sideband-go/sideband/internal/scope"
)

// result is one that was taken in the turn under way. If the view can't be rendered with
// it, it is taken once more, without what else the turn has brought; and if it still can't
// be, as a failure, so that nothing is on its way for ever.
type result struct {
	work  *work
	job   scope.Job
	keys  []any
	value any
	err   error
	again bool
}

var errNotShown = errors.New("views: the page can't be rendered with the result")

// noted sees to it that a rollback takes the result again.
func (r *result) noted() {
	s := &r.work.view.savepoint
	s.results = append(s.results, Call{Name: r.job.Name, part: r.work.part, Run: r.retake})
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

// unclaimed are those of the keys that no newer task has.
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
