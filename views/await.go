package views

import (
	"context"
	"errors"
	"io"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/state"
)

// Await shows the state of a background task:
//
//	failed   its last run has failed; of one that was cancelled only if there is no value
//	ready    there is a value: the last good one, also while a new one loads
//	loading  there is none yet, and work is on its way
//	nothing  work was never started
//
// Each may be nil to show nothing. What it shows is not rendered again as work progresses;
// a progress bar next to it reads Get(ctx).Progress.
func Await[T any](a *state.Async[T], loading templ.Component, failed func(error) templ.Component, ready func(T) templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		v, has := a.Value(ctx)
		err := a.Err(ctx)
		var c templ.Component
		switch {
		case err != nil && !(has && errors.Is(err, context.Canceled)):
			if failed != nil {
				c = failed(err)
			}
		case has:
			if ready != nil {
				c = ready(v)
			}
		case a.Loading(ctx):
			c = loading
		}
		if c == nil {
			return nil
		}
		return c.Render(ctx, w)
	})
}
