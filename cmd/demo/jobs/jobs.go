// Package jobs is slow work that nobody waits for: it runs in background tasks, says how far it
// is, fails or is cancelled. Each job is a component, and knows by itself what becomes of it.
package jobs

import (
	"context"
	"slices"
	"time"

	"github.com/sideband-go/sideband/ratelimit"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// What the page knows.
var (
	Jobs   = state.NewKey[[]Entry]("jobs")
	LastID = state.NewKey[int]("last id")
	Full   = state.NewKey[bool]("full") // there was no room for another job
	Report = state.NewAsync[Sales]("report")
)

// Entry is a job in the list.
type Entry struct {
	ID    int
	Fails bool // it is one that goes wrong
	Ended bool // it is done, cancelled or has failed
}

// maxJobs bounds what one page can make the server do at once.
const maxJobs = 5

// Page is the list of jobs, and a report.
type Page struct {
	// Step is a piece of work. It returns an error when ctx is done before it is. Nil takes 150 ms.
	Step func(ctx context.Context) error
	// Reports limits how often a browser may have the report made. Nil: as often as it likes.
	Reports *ratelimit.Limit
}

// Mount begins with no job. The report is made once the page is shown, so that nobody waits for it; who has loaded the
// page too often gets none.
func (p Page) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Jobs")
	state.Assign(s, Jobs.To(nil), LastID.To(0), Full.To(false))
	work := p.report
	if err := p.Reports.Take(s); err != nil {
		work = func(context.Context) (Sales, error) { return Sales{}, err }
	}
	Report.StartWhenConnected(s, work)
	return nil
}

// Start starts a job.
func (p Page) Start(s *views.Socket, _ views.NoParams) error { return add(s, false) }

// Fail starts a job that fails half-way.
func (p Page) Fail(s *views.Socket, _ views.NoParams) error { return add(s, true) }

// add puts a job into the list, where it starts. In a full one it takes the place of the
// first that has ended.
func add(s *views.Socket, fails bool) error {
	list := slices.Clone(Jobs.Get(s))
	if len(list) >= maxJobs {
		i := slices.IndexFunc(list, func(e Entry) bool { return e.Ended })
		if i < 0 {
			Full.Set(s, true)
			return nil
		}
		list = slices.Delete(list, i, i+1)
	}
	id := LastID.Get(s) + 1
	state.Assign(s, LastID.To(id), Jobs.To(append(list, Entry{ID: id, Fails: fails})), Full.To(false))
	return nil
}

// Clear takes the jobs that have ended off the list.
func (Page) Clear(s *views.Socket, _ views.NoParams) error {
	Jobs.Update(s, func(list []Entry) []Entry {
		return slices.DeleteFunc(slices.Clone(list), func(e Entry) bool { return e.Ended })
	})
	return nil
}

// ended takes the message of a job that has ended.
func (Page) ended(s *views.Socket, id int) error {
	list := slices.Clone(Jobs.Get(s))
	if i := slices.IndexFunc(list, func(e Entry) bool { return e.ID == id }); i >= 0 {
		list[i].Ended = true
		state.Assign(s, Jobs.To(list), Full.To(false))
	}
	return nil
}

// Reload makes the report again. The old one stays until the new one is there; who asks
// again meanwhile gets the newer one.
func (p Page) Reload(s *views.Socket, _ views.NoParams) error {
	if err := p.Reports.Take(s); err != nil {
		return err
	}
	Report.Start(s, p.report)
	return nil
}

// step does a piece of work.
func (p Page) step(ctx context.Context) error {
	if p.Step != nil {
		return p.Step(ctx)
	}
	select {
	case <-time.After(150 * time.Millisecond):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
