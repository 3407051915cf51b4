package jobs

import (
	"context"
	"errors"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Job is a component: its work starts when it comes into the page, and would end with it.
type Job struct {
	Entry Entry
	Step  func(ctx context.Context) error
}

// Equal leaves out the step, which is the same for all.
func (j Job) Equal(o Job) bool { return j.Entry == o.Entry }

// Work is what a job does: how far it is, what came of it.
var Work = state.NewAsync[string]("work")

// steps is how many pieces of work a job has.
const steps = 20

var errPaper = errors.New("the printer is out of paper")

// Mount starts the work.
func (j Job) Mount(s *views.Socket) error {
	page := s.Ref()
	Work.Start(s, func(ctx context.Context) (string, error) {
		// The page hears of it also if the work is cancelled, or panics.
		defer func() { _ = views.Send(page, Page.ended, j.Entry.ID) }()
		return j.work(ctx)
	})
	return nil
}

func (j Job) work(ctx context.Context) (string, error) {
	for i := range steps {
		if j.Entry.Fails && i == steps/2 {
			return "", errPaper
		}
		if err := j.Step(ctx); err != nil {
			return "", err
		}
		state.Progress(ctx, float64(i+1)/steps)
	}
	return "Done", nil
}

// Cancel ends the work before it is done.
func (j Job) Cancel(s *views.Socket, _ views.NoParams) error {
	Work.Cancel(s)
	return nil
}

// outcome is what a job says of itself.
func outcome(r state.Result[string]) string {
	switch {
	case r.Loading:
		return "Working"
	case errors.Is(r.Err, context.Canceled):
		return "Cancelled"
	case r.Err != nil:
		return "Failed: " + r.Err.Error()
	}
	return r.Value
}

// far is how far a job is, in percent.
func far(r state.Result[string]) int {
	if r.Ready {
		return 100
	}
	return int(r.Progress*100 + 0.5)
}

// failed reports whether something went wrong, other than by somebody's wish.
func failed(r state.Result[string]) bool { return r.Err != nil && !errors.Is(r.Err, context.Canceled) }
